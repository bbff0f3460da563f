/** What every function of this folder is given of its surroundings. */
import type { EverydayHost, Host } from './host/types.ts'

/** Further facts of a log line; they become keys of the JSON form. */
export type LogFields = Readonly<Record<string, unknown>>

/** Where messages go. `error` is for what does not end the command: the error that does is thrown, not logged. */
export interface Log {
  /** Whether debug messages are kept: what is made only for them can be spared. */
  readonly debugging: boolean
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** `H`: as much of the host as they need. */
export interface RuntimeContext<H extends EverydayHost = Host> {
  /** Absolute path of the directory that holds a directory for each container. */
  readonly root: string
  readonly log: Log
  readonly host: H
}

/** The surroundings of `state`, `start` and `kill`. */
export type EverydayContext = RuntimeContext<EverydayHost>
