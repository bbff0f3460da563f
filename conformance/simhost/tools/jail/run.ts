/** What the steps of jail(8) share: the run, the jail to work on, and the messages about it. */
import type { ToolContext } from '../tool.ts'
import type { ConfJail } from './conf-jail.ts'
import { isTrue } from './words.ts'

/** One run of jail(8). */
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

/** Ends the work on one jail after its message. */
export class Failed extends Error {}

/** Gives the jail's name for the beginning of a message, or nothing. */
export function prefix(conf: Conf): string {
  return conf.named && conf.jail.name !== '' ? `${conf.jail.name}: ` : ''
}

/** Prints a message about a jail and makes the run fail. */
export function complain(run: Run, conf: Conf, message: string): void {
  run.t.err(`jail: ${prefix(conf)}${message}\n`)
  run.failed = true
}

/** Prints a message about a jail and ends the work on it. */
export function stop(run: Run, conf: Conf, message: string): never {
  complain(run, conf, message)
  throw new Failed()
}

/** jail_note: says on standard output what was done. */
export function note(run: Run, conf: Conf, what: string): void {
  if (run.quiet || !(conf.named || run.verbose > 0)) return
  run.t.out(`${prefix(conf)}${what}\n`)
}

/** Gives all values of a parameter. */
export const values = (conf: Conf, name: string) => conf.jail.params.get(name) ?? []
/** Gives the last value of a parameter; undefined without one. */
export const one = (conf: Conf, name: string) => conf.jail.params.get(name)?.at(-1)
/** True when a boolean parameter is on. */
export const flag = (conf: Conf, name: string) => isTrue(conf.jail, name)

/** Says what is wrong in general or with the name of a jail, and makes the run fail. */
export function fail(run: Run, message: string): void {
  run.t.err(`jail: ${message}\n`)
  run.failed = true
}
