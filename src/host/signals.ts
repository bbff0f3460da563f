/** Names and numbers of signals on the running host (docs/freebsd/processes.md). */
import { abi } from './abi/index.ts'

/** Other names of a signal, which `signalNumber` accepts and `signalName` never gives. */
const ALIASES: Readonly<Record<string, string>> = { IOT: 'ABRT', POLL: 'IO', CLD: 'CHLD', LWP: 'THR' }

/**
 * Gives a signal's number by its name in upper case and without SIG; names such as `RTMIN+3` and `RTMAX-1` are understood too.
 * undefined when this host has no such signal.
 */
export function signalNumber(name: string): number | undefined {
  const realTime = /^(RTMIN\+|RTMAX-)(\d{1,2})$/.exec(name)
  if (realTime) {
    const base = abi.signals[realTime[1]!.slice(0, 5)]!
    const number = realTime[1] === 'RTMIN+' ? base + Number(realTime[2]) : base - Number(realTime[2])
    return number >= abi.signals.RTMIN! && number <= abi.signals.RTMAX! ? number : undefined
  }
  // A name such as `constructor` finds a property that every object inherits, which is no number.
  const number: unknown = abi.signals[ALIASES[name] ?? name]
  return typeof number === 'number' ? number : undefined
}

/** Gives a signal's name without SIG by its number; undefined when this host has no such signal. */
export function signalName(number: number): string | undefined {
  const found = Object.entries(abi.signals).find(([, value]) => value === number)?.[0]
  if (found !== undefined) return found
  const { RTMIN, RTMAX } = abi.signals
  return number > RTMIN! && number < RTMAX! ? `RTMIN+${number - RTMIN!}` : undefined
}
