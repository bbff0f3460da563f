/** The surroundings that the functions of src/container/ and src/cli/ get as an argument: root directory, log and host. */
import type { EverydayHost, Host } from './host/types.ts'

/** Further facts of a log message; they are keys of the message's JSON form. */
export type LogFields = Readonly<Record<string, unknown>>

/**
 * The receiver of messages. `error` is for a failure that does not end the command; an error that ends it is thrown instead.
 */
export interface Log {
  /** True when debug messages are kept; when it is false, a caller need not prepare them. */
  readonly debugging: boolean
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** The surroundings of a command; `H` is the part of the host that the command needs. */
export interface RuntimeContext<H extends EverydayHost = Host> {
  /** Absolute path of the directory that holds a directory for each container. */
  readonly root: string
  readonly log: Log
  readonly host: H
}

/** The surroundings of `state`, `start` and `kill`. */
export type EverydayContext = RuntimeContext<EverydayHost>
