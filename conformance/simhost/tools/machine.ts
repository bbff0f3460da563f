/** Small tools that run the machine's own program and print FreeBSD's error messages (`print/messages.ts`). */
import { constants } from 'node:os'
import { freebsdMessage } from '../print/messages.ts'
import type { ToolContext } from './tool.ts'

/** The directory inside a host that keeps the machine's own programs. */
export const KEPT = '/usr/libexec/simhost'

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  const done = Bun.spawnSync([`${KEPT}/${t.name}`, ...t.args], {
    argv0: t.name,
    stdio: ['inherit', 'inherit', 'pipe'],
    env: { ...t.env, LC_ALL: 'C' },
  })
  const said = done.stderr.toString()
  if (said !== '') {
    const lines = said
      .replace(/\n$/, '')
      .split('\n')
      .filter(line => !/^Try '.* --help'/.test(line))
    t.err(`${lines.map(line => freebsdMessage(line, t.args)).join('\n')}\n`)
  }
  const signal = constants.signals[done.signalCode as keyof typeof constants.signals] ?? 0
  return done.exitCode ?? 128 + signal
}
