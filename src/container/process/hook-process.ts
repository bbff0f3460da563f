/** The process of one hook from its start to its end: pipes, timeout, and the signal to its process group. */
import { concatenate, decode, encode } from '../../bytes.ts'
import { errnoOf } from '../../errors.ts'
import { engine } from '../../host/engine/index.ts'
import { closeFile, readInto, writeFrom } from '../../host/files.ts'
import { type Ended, PIPE_WRITE, pipe, poll, startProcess, waitForEnd } from '../../host/processes.ts'
import { signalName } from '../../host/signals.ts'
import type { EverydayHost } from '../../host/types.ts'
import type { HookPlan } from '../../translate/core/plan.ts'
import { signalProcess } from './signal.ts'

/** The number of bytes of a hook's output that are kept for the error message. */
const KEPT_OUTPUT = 4096
/**
 * The longest time between two checks of the process, in milliseconds. A daemon that the hook left behind may hold the
 * pipes open, so their end does not show the end of the hook.
 */
const LONGEST_PAUSE = 20
const KILL = 9

/** A running hook. Its standard output and standard error share one pipe. */
export class HookProcess {
  readonly pid: number
  readonly #host: EverydayHost
  /** The writing end of the hook's standard input; undefined when it is closed. */
  #input: number | undefined
  /** The reading end of the hook's output; undefined when it is closed. */
  #outlet: number | undefined
  #toWrite: Uint8Array = new Uint8Array(0)
  #kept: Uint8Array = new Uint8Array(0)

  /**
   * Starts the hook in `directory`, in a process group of its own.
   * @throws SyscallError when the program cannot be started.
   */
  constructor(host: EverydayHost, hook: HookPlan, directory: string) {
    this.#host = host
    const input = pipe()
    const output = pipe()
    try {
      this.pid = startProcess({
        path: hook.path,
        // args is the whole argv including args[0] (config.md: "same semantics as IEEE Std 1003.1 execv's argv").
        argv: hook.args.length > 0 ? hook.args : [hook.path],
        env: environment(hook.env),
        cwd: directory,
        descriptors: [input.reader, output.writer, output.writer],
        group: true,
      })
    } catch (error) {
      closeFile(input.writer)
      closeFile(output.reader)
      throw error
    } finally {
      closeFile(input.reader)
      closeFile(output.writer)
    }
    this.#input = input.writer
    this.#outlet = output.reader
  }

  /** The first bytes of the hook's output, as text. */
  get output(): string {
    return decode(this.#kept)
  }

  /** Sets the text for the hook's standard input; the end of file follows it. */
  tell(text: string): void {
    this.#toWrite = encode(text)
  }

  /**
   * Waits for the end of the hook. Returns undefined for success, or a description of the failure.
   * @param timeout milliseconds after which the hook's process group gets SIGKILL; undefined for no limit.
   * @param meanwhile is called every few milliseconds.
   */
  wait(timeout: number | undefined, meanwhile?: () => void): string | undefined {
    const end = timeout === undefined ? undefined : engine.monotonicMs() + timeout
    let killed = false
    for (let pause = 1; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      const ended = waitForEnd(this.pid, 0)
      if (ended !== undefined) {
        // Output of the hook may still be in the pipe.
        while (this.#outlet !== undefined && this.#kept.length < KEPT_OUTPUT && this.#exchange(0)) {}
        // A hook that ended by itself just before the signal has not timed out.
        if (killed && ended.signal === KILL) return `timed out after ${timeout! / 1000} s`
        return failureOf(ended)
      }
      if (!killed && end !== undefined && engine.monotonicMs() >= end) {
        killed = true
        signalProcess(this.#host, -this.pid, KILL)
      }
      meanwhile?.()
      if (this.#exchange(pause)) pause = 1
    }
  }

  /** Closes this process's ends of the pipes. A daemon that the hook left behind may hold the other ends open. */
  close(): void {
    if (this.#input !== undefined) closeFile(this.#input)
    if (this.#outlet !== undefined) closeFile(this.#outlet)
    this.#input = undefined
    this.#outlet = undefined
  }

  /** Moves the available bytes in both directions. Returns false when there were none for `timeout` milliseconds. */
  #exchange(timeout: number): boolean {
    const wanted = [
      ...(this.#input === undefined ? [] : [{ fd: this.#input, write: true }]),
      ...(this.#outlet === undefined ? [] : [{ fd: this.#outlet, read: true }]),
    ]
    const ready = poll(wanted, timeout)
    for (const { fd } of ready) {
      if (fd === this.#input) this.#write(fd)
      else this.#read(fd)
    }
    return ready.length > 0
  }

  #write(fd: number): void {
    try {
      const size = this.#toWrite.length > 0 ? writeFrom(fd, this.#toWrite.subarray(0, PIPE_WRITE)) : 0
      this.#toWrite = this.#toWrite.subarray(size)
    } catch {
      // The hook does not read any more.
      this.#toWrite = new Uint8Array(0)
    }
    if (this.#toWrite.length > 0) return
    closeFile(fd)
    this.#input = undefined
  }

  #read(fd: number): void {
    const chunk = new Uint8Array(KEPT_OUTPUT)
    let size = 0
    try {
      size = readInto(fd, chunk)
    } catch (error) {
      if (errnoOf(error) === 'EAGAIN') return
    }
    if (size > 0) {
      const room = KEPT_OUTPUT - this.#kept.length
      this.#kept = concatenate([this.#kept, chunk.subarray(0, Math.min(size, room))])
      return
    }
    closeFile(fd)
    this.#outlet = undefined
  }
}

/** Returns the variables by name. The last entry of a name wins, and an entry without `=` has an empty value. */
function environment(env: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    env.map(entry => {
      const at = entry.indexOf('=')
      return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)]
    }),
  )
}

/** Describes how a process failed; undefined for exit status 0. */
function failureOf({ status, signal }: Ended): string | undefined {
  if (signal === undefined) return status === 0 ? undefined : `exit status ${status}`
  const name = signalName(signal)
  return name === undefined ? `killed by signal ${signal}` : `killed by SIG${name}`
}
