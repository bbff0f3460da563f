/**
 * The container's journal: before each effect on the host its undo is appended, after it the effect is marked done.
 * Playing it back, newest first, takes the host back to where it was, from whatever instant the writer died in.
 */
import { errnoOf } from '../../errors.ts'
import { exists, removeFile } from '../../host/files.ts'
import { effect } from './effect.ts'
import { type Line, LineFile, pendingEntries } from './lines.ts'
import { type Done, type Entry, outlivesReboot, type Undo } from './undo.ts'

export type { Entry, Undo } from './undo.ts'

/** The open journal of one container; all writes are appends of one line. */
export class Journal {
  readonly #file: LineFile
  /** Where the undos of what outlives a restart of the host are recorded too. */
  readonly #lasting: LineFile | undefined
  #next: number

  /**
   * `boot` (see `bootOf`) is recorded when the journal is a new one. `lasting`: the path of the record that is there after a
   * restart (see `lastingRecord`), where the journal itself may not be.
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

  /** The boot of the host that the effects belong to, undefined when it was not known. */
  boot(): string | undefined {
    return this.#lines().find(line => line.boot !== undefined)?.boot
  }

  /** Whether it tells of such an effect, taken back or not. */
  tellsOf(op: Undo['op']): boolean {
    return this.#file.lines().some(({ undo }) => undo?.op === op)
  }

  /** How many lines tell nothing: cut short, or no line of ours. */
  unreadable(): number {
    return this.#file.unreadable()
  }

  /** Does one effect under its undo. `action` may give what is known only afterwards. */
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

  /** Entries that are still to be taken back, newest first. */
  pending(): Entry[] {
    return pendingEntries(this.#lines())
  }

  /** Removes the lasting record, once all of it is taken back. */
  removeRecord(): void {
    const path = this.#lasting?.path
    if (path !== undefined && exists(path)) effect('remove the lasting record', () => removeFile(path))
  }

  /** All lines; of the lasting record those that the journal itself does not have. */
  #lines(): Line[] {
    const own = this.#file.lines()
    const numbers = new Set(own.map(({ n }) => n))
    return [...own, ...(this.#lasting?.lines().filter(({ n }) => !numbers.has(n)) ?? [])]
  }

  /** Where /var cannot be written at all, a container is possible all the same. */
  #record(line: Line): void {
    try {
      this.#lasting?.appendBelow(line)
    } catch (error) {
      if (errnoOf(error) !== 'EROFS') throw error
    }
  }
}

/** A pid file that rc.d/cleanvar removes itself. */
function isCleared(undo: Undo): boolean {
  return undo.op === 'pid-file' && undo.path.startsWith('/var/run/')
}
