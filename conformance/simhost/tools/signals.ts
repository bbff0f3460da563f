/** Signals by FreeBSD's names and numbers, with the numbers of Linux. */
import { constants } from 'node:os'

const NAMES =
  `HUP INT QUIT ILL TRAP ABRT EMT FPE KILL BUS SEGV SYS PIPE ALRM TERM URG STOP TSTP CONT CHLD TTIN TTOU IO
  XCPU XFSZ VTALRM PROF WINCH INFO USR1 USR2`.split(/\s+/)
/** Signals that Linux lacks, each with one of Linux whose default does the same: EMT ends a process, INFO does not. */
const INSTEAD: Readonly<Record<string, number>> = { EMT: 16, INFO: constants.signals.SIGURG }

/** Linux's number by name (with or without SIG, any case) or by FreeBSD's number; undefined when unknown. */
export function signalNumber(name: string): number | undefined {
  const bare = /^[0-9]+$/.test(name) ? NAMES[Number(name) - 1] : name.toUpperCase().replace(/^SIG/, '')
  if (name === '0' || bare === undefined || !NAMES.includes(bare)) return name === '0' ? 0 : undefined
  return (constants.signals as Record<string, number>)[`SIG${bare}`] ?? INSTEAD[bare]
}

/** All names without SIG, by FreeBSD's number; the first place is empty. */
export function signalNames(): readonly (string | undefined)[] {
  return [undefined, ...NAMES]
}

/** FreeBSD's number of a signal that ended a process, by its name here (`SIGUSR1`): what a shell adds to 128. */
export function freebsdNumber(name: string): number {
  const at = NAMES.indexOf(name.replace(/^SIG/, ''))
  return at >= 0 ? at + 1 : ((constants.signals as Record<string, number>)[name] ?? 0)
}
