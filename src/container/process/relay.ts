/** Copying from one descriptor to another in order and without loss, a piece at a time, as poll(2) says that it goes. */
import { concatenate } from '../../bytes.ts'
import { errnoOf } from '../../errors.ts'
import { readInto, writeFrom } from '../../host/files.ts'

/** Bytes that are taken from the source at a time. */
const CHUNK = 65_536

/**
 * PIPE_BUF of FreeBSD, the smaller one: so much can be written without waiting when poll(2) calls a descriptor writable,
 * also to one that blocks because it is shared with others.
 */
const PIECE = 512

/** A descriptor and what of it poll(2) is asked. */
export interface Interest {
  fd: number
  read?: boolean
  write?: boolean
}

/** How a copy goes on: `unread` when nobody takes the bytes any more. */
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

  /** What has to be ready for the next step; undefined when everything is copied. */
  interest(): Interest | undefined {
    if (this.#waiting.length > 0) return { fd: this.#to, write: true }
    return this.#ended ? undefined : { fd: this.#from, read: true }
  }

  /** True while bytes wait for their reader. */
  get isWriting(): boolean {
    return this.#waiting.length > 0
  }

  /** Adds bytes after the end of the source. */
  append(bytes: Uint8Array): void {
    this.#waiting = concatenate([this.#waiting, bytes])
  }

  /** Takes what is read from now on away. */
  drop(): void {
    this.#waiting = new Uint8Array(0)
  }

  /** One read or write of what `interest` has asked for. */
  step(): Progress {
    return this.#waiting.length > 0 ? this.#write() : this.#read()
  }

  #write(): Progress {
    try {
      const size = writeFrom(this.#to, this.#waiting.subarray(0, PIECE))
      this.#waiting = this.#waiting.subarray(size)
      return 'copying'
    } catch (error) {
      // A caller can have left us a descriptor in non-blocking mode.
      return errnoOf(error) === 'EAGAIN' ? 'copying' : 'unread'
    }
  }

  /**
   * The master of a pty whose last slave was closed ends with EIO on Linux; any other error is taken for the end too,
   * since nothing more will come.
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
