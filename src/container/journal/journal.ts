/**
 * The container's journal. The undo of each effect on the host is appended before the effect, and the effect is marked
 * as done after it. Playing the journal back, newest entry first, restores the host from whatever instant the writer
 * died in.
 */
import { errnoOf } from '../../errors.ts'
import { exists, removeFile } from '../../host/files.ts'
import { effect } from './effect.ts'
import { type Line, LineFile } from './lines.ts'
import { Pending } from './pending.ts'
import { type Done, type Entry, outlivesReboot, type Undo } from './undo.ts'

export type { Entry, Undo } from './undo.ts'

/** The lines of a file, and the index of the first one that was not read. */
interface Cursor {
  lines: readonly Line[]
  next: number
}

/** Returns the lines that were not read, and marks them as read. */
function unread(cursor: Cursor): readonly Line[] {
  const rest = cursor.lines.slice(cursor.next)
  cursor.next = cursor.lines.length
  return rest
}

/** The open journal of one container. Each write appends one line. */
export class Journal {
  readonly #file: LineFile
  /** The record in /var/db, which also gets the undos of effects that outlive a restart of the host. */
  readonly #lasting: LineFile | undefined
  #next: number
  /** The lines that were read so far, and what they tell. */
  #read: { own: Cursor; lasting: Cursor; numbers: Set<number>; pending: Pending } | undefined

  /**
   * Opens a journal; a missing file is an empty journal.
   * @param boot identifies the boot of the host (see `bootOf`); it is recorded when the journal is new.
   * @param lasting the path of the record that outlives a restart (see `lastingRecord`), where the journal itself may
   * not.
   */
  constructor(path: string, boot?: string, lasting?: string) {
    this.#file = new LineFile(path, boot)
    this.#lasting = lasting === undefined ? undefined : new LineFile(lasting, boot)
    this.#next = 1 + Math.max(0, ...this.#file.numbers, ...(this.#lasting?.numbers ?? []))
  }

  /** The directory of the container whose journal this is. */
  get directory(): string {
    return this.#file.path.slice(0, this.#file.path.lastIndexOf('/'))
  }

  /** Returns the boot of the host that the effects belong to; undefined when it was not known. */
  boot(): string | undefined {
    return this.#lines().find(line => line.boot !== undefined)?.boot
  }

  /** True when the journal records an effect of this kind, whether it was taken back or not. */
  tellsOf(op: Undo['op']): boolean {
    return this.#file.lines().some(({ undo }) => undo?.op === op)
  }

  /** Returns the number of lines that are cut short or not of the journal's form. */
  unreadable(): number {
    return this.#file.unreadable()
  }

  /**
   * Records the undo, performs the effect, and marks it as done. `known` returns the facts that are known only
   * afterwards.
   */
  perform<T>(label: string, undo: Undo, action: () => T, known?: (value: T) => Done): T {
    const n = this.#next++
    if (outlivesReboot(undo) && !isCleared(undo)) this.#record({ n, undo })
    this.#file.append({ n, undo })
    const value = effect(label, action)
    this.#file.append({ n, done: known?.(value) ?? {} })
    return value
  }

  /** Marks an entry as taken back. */
  undone(n: number): void {
    const lasts = this.#lasting?.numbers.has(n)
    if (lasts) this.#lasting?.append({ n, undone: true })
    if (!lasts || this.#file.numbers.has(n)) this.#file.append({ n, undone: true })
  }

  /** Returns the entries that are still to be taken back, newest first. */
  pending(): Entry[] {
    return this.#pending().entries()
  }

  /** True when an entry that is still to be taken back records a mount on this very path. */
  hasMountOn(path: string): boolean {
    return this.#pending().hasMountOn(path)
  }

  /** Removes the lasting record. Call it once every entry is taken back. */
  removeRecord(): void {
    const path = this.#lasting?.path
    if (path !== undefined && exists(path)) effect('remove the lasting record', () => removeFile(path))
  }

  /** Reads the lines that were added since the last call; all of them when a file was read again. */
  #pending(): Pending {
    const own = this.#file.lines()
    const lasting = this.#lasting?.lines() ?? []
    if (this.#read?.own.lines !== own || this.#read.lasting.lines !== lasting)
      this.#read = {
        own: { lines: own, next: 0 },
        lasting: { lines: lasting, next: 0 },
        numbers: new Set(),
        pending: new Pending(),
      }
    const { numbers, pending } = this.#read
    for (const line of unread(this.#read.own)) {
      numbers.add(line.n)
      pending.add(line)
    }
    // The lasting record repeats lines of the journal, and has those that the journal lost at a restart.
    for (const line of unread(this.#read.lasting)) if (!numbers.has(line.n)) pending.add(line)
    return pending
  }

  /** Returns all lines of the journal, and those lines of the lasting record that the journal lacks. */
  #lines(): Line[] {
    const own = this.#file.lines()
    const numbers = new Set(own.map(({ n }) => n))
    return [...own, ...(this.#lasting?.lines().filter(({ n }) => !numbers.has(n)) ?? [])]
  }

  /** Appends to the lasting record. A read-only /var does not prevent a container. */
  #record(line: Line): void {
    try {
      this.#lasting?.appendBelow(line)
    } catch (error) {
      if (errnoOf(error) !== 'EROFS') throw error
    }
  }
}

/** True for a pid file that rc.d/cleanvar removes at boot. */
function isCleared(undo: Undo): boolean {
  return undo.op === 'pid-file' && undo.path.startsWith('/var/run/')
}
