/** What the steps of jail(8) share: the run, the jail to work on, and the messages about it. */
import type { ToolContext } from '../tool.ts'
import type { ConfJail } from './conf-jail.ts'
import { isTrue } from './words.ts'

export interface Run {
  t: ToolContext
  verbose: number
  quiet: boolean
  printJid: boolean
  /** Descriptor of the file that -J names. */
  jidFile: number | undefined
  failed: boolean
}

/** A jail to work on. With `named` messages begin with its name: with a file, and for everything about removing. */
export interface Conf {
  jail: ConfJail
  named: boolean
  configured?: boolean
}

export class Failed extends Error {}

export function prefix(conf: Conf): string {
  return conf.named && conf.jail.name !== '' ? `${conf.jail.name}: ` : ''
}

export function complain(run: Run, conf: Conf, message: string): void {
  run.t.err(`jail: ${prefix(conf)}${message}\n`)
  run.failed = true
}

export function stop(run: Run, conf: Conf, message: string): never {
  complain(run, conf, message)
  throw new Failed()
}

/** jail_note: says on standard output what was done. */
export function note(run: Run, conf: Conf, what: string): void {
  if (run.quiet || !(conf.named || run.verbose > 0)) return
  run.t.out(`${prefix(conf)}${what}\n`)
}

export const values = (conf: Conf, name: string) => conf.jail.params.get(name) ?? []
export const one = (conf: Conf, name: string) => conf.jail.params.get(name)?.at(-1)
export const flag = (conf: Conf, name: string) => isTrue(conf.jail, name)

/** Says what is wrong in general or with the name of a jail, and makes the run fail. */
export function fail(run: Run, message: string): void {
  run.t.err(`jail: ${message}\n`)
  run.failed = true
}
