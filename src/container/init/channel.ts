/** The two FIFOs between the commands and init. Each message is one JSON line, and both sides read synchronously. */

import { concatenate, decode } from '../../bytes.ts'
import type { ErrorCode } from '../../errors.ts'
import { errnoOf, JailwrightError } from '../../errors.ts'
import { closeFile, openFile, readInto, writeText } from '../../host/files.ts'
import { poll } from '../../host/processes.ts'
import type { EverydayHost } from '../../host/types.ts'
import type { HookPlan, ProcessPlan } from '../../translate/core/plan.ts'
import type { Layout } from '../state/paths.ts'
import type { OciState } from '../state/state-file.ts'

/** A message to init. */
export type Order =
  | {
      do: 'prepare'
      jid: number
      process: ProcessPlan
      /** True when the jail has its own network stack whose lo0 is still down. */
      loopback: boolean
      /** Path of the console socket on the host, for a terminal. */
      consoleSocket?: string
      /** Path of the pty whose slave the caller has already made the standard streams. */
      ownTerminal?: string
      /** The two FIFOs, whose other ends init opens itself and holds while it waits for `start`. */
      channels?: Pick<Layout, 'ctl' | 'result'>
      /** The startContainer hooks, which run after `start`. */
      hooks: readonly HookPlan[]
      /** True for an `exec`: the program is executed at once, without waiting for `start`. */
      immediately: boolean
    }
  | { do: 'start'; state: OciState }

/** A message from init. */
export type Answer =
  | { ready: true }
  /** init sends it immediately before execve(2); the end of file after it means success. */
  | { exec: true }
  | { error: { code: ErrorCode; message: string; subject?: string; exitStatus: number } }

/** Sends one message. A reader that is gone causes EPIPE. */
export function send(fd: number, message: Order | Answer): void {
  writeText(fd, `${JSON.stringify(message)}\n`)
}

/** The number of bytes of one read: one page, which holds most messages. */
const CHUNK = 4096

/** The time between two calls of `meanwhile`, in milliseconds. */
const PAUSE = 20

/** Reads messages from a blocking descriptor. */
export class Receiver {
  readonly #fd: number
  #rest: Uint8Array = new Uint8Array(0)
  /** Called every few milliseconds while a message is waited for. */
  meanwhile: (() => void) | undefined

  constructor(fd: number) {
    this.#fd = fd
  }

  /** Waits for the next message and returns it; undefined at the end of file. */
  next<T extends Order | Answer>(): T | undefined {
    const chunk = new Uint8Array(CHUNK)
    for (;;) {
      const end = this.#rest.indexOf(10)
      if (end >= 0) {
        const line = decode(this.#rest.subarray(0, end))
        this.#rest = this.#rest.subarray(end + 1)
        return JSON.parse(line) as T
      }
      while (this.meanwhile && poll([{ fd: this.#fd, read: true }], PAUSE).length === 0) this.meanwhile()
      const size = readInto(this.#fd, chunk)
      if (size === 0) return undefined
      this.#rest = concatenate([this.#rest, chunk.subarray(0, size)])
    }
  }
}

/** Returns the error that an answer carries. */
function answerError(answer: { error: Extract<Answer, { error: unknown }>['error'] }): JailwrightError {
  const { code, message, subject, exitStatus } = answer.error
  return new JailwrightError(code, message, { exitStatus, ...(subject === undefined ? {} : { subject }) })
}

/**
 * Opens a blocking reader and a writer of one FIFO without waiting for a peer. A first reader in non-blocking mode
 * exists only so that the writer can be opened (open(2), ENXIO).
 */
export function openBothEnds(host: EverydayHost, path: string): { reader: number; writer: number } {
  const opened: number[] = []
  const open = (fd: number) => {
    opened.push(fd)
    return fd
  }
  try {
    const probe = open(host.process.openNonBlocking(path, 'read'))
    const writer = open(host.process.openNonBlocking(path, 'write'))
    host.process.setBlocking(writer)
    const reader = openFile(path, 'read')
    closeFile(probe)
    return { reader, writer }
  } catch (error) {
    // An end that stays open would pass for init's.
    for (const fd of opened) closeFile(fd)
    throw error
  }
}

/** Opens the ends of `start` to a waiting init; undefined when there is no init any more. */
export function openToInit(
  host: EverydayHost,
  files: Layout,
): { orders: number; answers: number } | undefined {
  const answers = host.process.openNonBlocking(files.result, 'read')
  let orders: number
  try {
    orders = host.process.openNonBlocking(files.ctl, 'write')
  } catch (error) {
    closeFile(answers)
    if (errnoOf(error) === 'ENXIO') return undefined
    throw error
  }
  host.process.setBlocking(answers)
  host.process.setBlocking(orders)
  return { orders, answers }
}

/**
 * Waits for init's answer to `prepare`.
 * @throws JailwrightError init's error, or HOST when init has died.
 */
export function expectReady(answers: Receiver): void {
  const answer = answers.next<Answer>()
  if (answer && 'error' in answer) throw answerError(answer)
  if (!answer) throw new JailwrightError('HOST', 'the init process died before it was ready')
}

/**
 * Waits until init has become the program: its `exec` message, at which `executing` is called, then the end of file.
 * @throws JailwrightError init's error, or HOST when init has died.
 */
export function expectExec(answers: Receiver, executing: () => void = () => {}): void {
  let executed = false
  for (;;) {
    const answer = answers.next<Answer>()
    if (!answer) break
    if ('error' in answer) throw answerError(answer)
    if ('exec' in answer && !executed) {
      executed = true
      executing()
    }
  }
  if (!executed) throw new JailwrightError('HOST', 'the init process died before it executed the program')
}
