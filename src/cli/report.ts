/**
 * Turns messages and errors into text or JSON, and errors into an exit status; no other file does so. podman reads the
 * JSON form of the log (`level`, `msg`, `time`) and derives its exit status from phrases in the message. The text form
 * is that of logrus, as with runc.
 */

import type { Log, LogFields } from '../context.ts'
import { ConfigErrors, errnoOf, JailwrightError, ToolError } from '../errors.ts'
import { closeFile, openFile } from '../host/files.ts'
import { writeAll } from './output.ts'

/** The level of a message. */
export type Level = 'debug' | 'info' | 'warning' | 'error'

const order: readonly Level[] = ['debug', 'info', 'warning', 'error']

/** Where and how messages are reported. */
export interface ReportOptions {
  /** The name at the beginning of a line on standard error. */
  readonly program: string
  /** Path of the log; undefined when messages go to standard error only. */
  readonly file: string | undefined
  readonly format: 'text' | 'json'
  readonly level: Level
  /** True when stacks are shown. */
  readonly debug: boolean
  /** The clock; tests replace it. */
  readonly now?: () => Date
  /** The writer to standard error; tests replace it. */
  readonly stderr?: (text: string) => void
}

/**
 * Returns a text on one line without control characters. A message may contain names from a hostile image or output of
 * a program in the jail, and a terminal would obey control characters.
 */
function oneLine(text: string): string {
  return text
    .trim()
    .replace(/\s*\n\s*/g, '; ')
    .replaceAll('\t', ' ')
    .replace(/\p{Cc}/gu, character => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

function logrusValue(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return /^[A-Za-z0-9._/@^+-]+$/.test(text) ? text : JSON.stringify(text)
}

/** Returns one line of the log with its line end. `time` is printed in RFC 3339 with a fraction of a second. */
export function logLine(
  format: 'text' | 'json',
  time: Date,
  level: Level,
  message: string,
  fields: LogFields = {},
): string {
  const rest = Object.entries(fields).filter(
    ([key, value]) => value !== undefined && !['level', 'msg', 'time'].includes(key),
  )
  if (format === 'json') {
    return `${JSON.stringify({ level, msg: message, time: time.toISOString(), ...Object.fromEntries(rest) })}\n`
  }
  const pairs = [
    ['time', JSON.stringify(time.toISOString())],
    ['level', level],
    ['msg', logrusValue(message)],
  ]
  for (const [key, value] of rest) pairs.push([key, logrusValue(value)])
  return `${pairs.map(pair => pair.join('=')).join(' ')}\n`
}

/** Writes messages as the options say. The file stays open from the first message that belongs in it. */
export class Reporter implements Log {
  readonly #options: ReportOptions
  #file: number | undefined
  /** True when the file cannot be opened. That is reported once, and all messages go to standard error. */
  #unusable = false

  constructor(options: ReportOptions) {
    this.#options = options
  }

  get debugging(): boolean {
    return this.#options.level === 'debug'
  }

  debug(message: string, fields?: LogFields): void {
    this.#message('debug', message, fields)
  }

  info(message: string, fields?: LogFields): void {
    this.#message('info', message, fields)
  }

  warn(message: string, fields?: LogFields): void {
    this.#message('warning', message, fields)
  }

  error(message: string, fields?: LogFields): void {
    this.#message('error', message, fields)
  }

  /** Reports the error that ends the command and returns the exit status. */
  failure(error: unknown): number {
    const { message, fields, status } = describeError(error, this.#options.debug)
    const logged = this.#options.file !== undefined && this.#toFile('error', message, fields)
    if (!logged && this.#options.format === 'json') {
      this.#stderr(logLine('json', this.#now(), 'error', message, fields))
    } else this.#stderr(`${this.#options.program}: ${message}\n`)
    if (this.#options.debug && error instanceof Error) this.#stderr(`${stack(error)}\n`)
    return status
  }

  /**
   * Makes the log file before the command does anything, and reports when that is impossible. The file is closed again,
   * because the descriptors that a command passes on to a container begin at 3.
   */
  checkFile(): void {
    this.#open()
    this.close()
  }

  close(): void {
    if (this.#file !== undefined) closeFile(this.#file)
    this.#file = undefined
  }

  #message(level: Level, text: string, fields?: LogFields): void {
    if (order.indexOf(level) < order.indexOf(this.#options.level)) return
    const message = oneLine(text)
    if (this.#options.file !== undefined && this.#toFile(level, message, fields)) return
    if (this.#options.format === 'json') this.#stderr(logLine('json', this.#now(), level, message, fields))
    else this.#stderr(`${this.#options.program}: ${level === 'info' ? '' : `${level}: `}${message}\n`)
  }

  /**
   * Writes a line to the file. Returns false when that fails: the message then goes to standard error and the command
   * continues.
   */
  #toFile(level: Level, message: string, fields?: LogFields): boolean {
    const opened = this.#open()
    if (opened === undefined) return false
    try {
      return writeAll(opened, logLine(this.#options.format, this.#now(), level, message, fields))
    } catch (error) {
      return this.#complainOfFile(error)
    }
  }

  #open(): number | undefined {
    if (this.#unusable) return undefined
    try {
      this.#file ??= openFile(this.#options.file!, 'append', 0o644)
    } catch (error) {
      this.#unusable = true
      this.#complainOfFile(error)
    }
    return this.#file
  }

  #complainOfFile(error: unknown): false {
    const { file, program } = this.#options
    this.#stderr(`${program}: warning: log ${file}: ${reasonOf(error)}\n`)
    return false
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date()
  }

  #stderr(text: string): void {
    if (this.#options.stderr) this.#options.stderr(text)
    else writeAll(2, text)
  }
}

/** Returns the last part of an error's message, without the call and the file, which the warning names itself. */
function reasonOf(error: unknown): string {
  const { message } = error as Error
  return message.slice(message.lastIndexOf(': ') + 1).trimStart()
}

function stack(error: Error): string {
  const { cause: by } = error as { cause?: unknown }
  const cause = by instanceof Error ? `\ncaused by: ${stack(by)}` : ''
  return `${error.stack ?? String(error)}${cause}`
}

/** True when the message contains the subject, as it is or in quotes with its control characters escaped. */
function names(message: string, subject: string): boolean {
  return message.includes(subject) || message.includes(JSON.stringify(subject).slice(1, -1))
}

/**
 * Returns the line for an error, the fields for the log, and the exit status. An expected failure is reported with its
 * subject and hint; any other error is reported as a bug.
 */
export function describeError(
  error: unknown,
  debug = false,
): { message: string; fields: LogFields; status: number } {
  if (error instanceof JailwrightError) {
    const { code, subject, hint, exitStatus: status } = error
    let message = error.message
    if (error instanceof ToolError) message = `${message} [${error.argv.join(' ')}]`
    else if (subject !== undefined && !names(message, subject)) message = `${subject}: ${message}`
    const others = error instanceof ConfigErrors ? error.errors.slice(1) : []
    const listed = error instanceof ConfigErrors && error.ofBundle
    if (listed && others.length > 0)
      message += ` (and ${others.length} more: "jailwright validate" lists all)`
    if (hint !== undefined) message += ` (${hint})`
    if (!listed) for (const other of others) message += `; ${describeError(other).message}`
    const errno = errnoOf(error)
    const fields = { code, ...(errno === undefined ? {} : { errno }), subject, hint }
    return { message: oneLine(message), fields, status }
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  const advice = debug ? 'this is a bug' : 'this is a bug; --debug shows where'
  return { message: `${oneLine(text)} (${advice})`, fields: { code: 'BUG' }, status: 1 }
}
