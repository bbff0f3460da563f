/** Copies from one descriptor to another in order and without loss, one step for each answer of poll(2). */
import { concatenate } from '../../bytes.ts'
import { errnoOf } from '../../errors.ts'
import { readInto, writeFrom } from '../../host/files.ts'
import { PIPE_WRITE } from '../../host/processes.ts'

/** The number of bytes that one read takes from the source. */
const CHUNK = 65_536

/** A descriptor and the events that poll(2) waits for. */
export interface Interest {
  fd: number
  read?: boolean
  write?: boolean
}

/** The result of a step. `unread` means that nobody reads the target any more. */
export type Progress = 'copying' | 'ended' | 'unread'

/** One direction of a relay. */
export class Relay {
  readonly #from: number
  readonly #to: number
  readonly #chunk = new Uint8Array(CHUNK)
  #waiting: Uint8Array = new Uint8Array(0)
  #ended = false
  /** The last byte that was read; undefined before the first. */
  lastByte: number | undefined

  constructor(from: number, to: number) {
    this.#from = from
    this.#to = to
  }

  /** Returns what the next step waits for; undefined when everything is copied. */
  interest(): Interest | undefined {
    if (this.#waiting.length > 0) return { fd: this.#to, write: true }
    return this.#ended ? undefined : { fd: this.#from, read: true }
  }

  /** True while bytes wait to be written. */
  get isWriting(): boolean {
    return this.#waiting.length > 0
  }

  /** Adds bytes after those that were read. */
  append(bytes: Uint8Array): void {
    this.#waiting = concatenate([this.#waiting, bytes])
  }

  /** Discards the bytes that wait to be written. */
  drop(): void {
    this.#waiting = new Uint8Array(0)
  }

  /** Performs one read or write. Call it when the descriptor of `interest` is ready. */
  step(): Progress {
    return this.#waiting.length > 0 ? this.#write() : this.#read()
  }

  #write(): Progress {
    try {
      const size = writeFrom(this.#to, this.#waiting.subarray(0, PIPE_WRITE))
      this.#waiting = this.#waiting.subarray(size)
      return 'copying'
    } catch (error) {
      // The caller may have passed a descriptor in non-blocking mode.
      return errnoOf(error) === 'EAGAIN' ? 'copying' : 'unread'
    }
  }

  /**
   * Reads once. The master of a pty whose last slave was closed gives EIO on Linux. Any other error counts as the end
   * too, because no more bytes will come.
   */
  #read(): Progress {
    let size = 0
    try {
      size = readInto(this.#from, this.#chunk)
    } catch (error) {
      if (errnoOf(error) === 'EAGAIN') return 'copying'
    }
    if (size === 0) {
      this.#ended = true
      return 'ended'
    }
    this.lastByte = this.#chunk[size - 1]
    this.#waiting = this.#chunk.slice(0, size)
    return 'copying'
  }
}
