/**
 * The container's journal. The undo of each effect on the host is appended before the effect, and the effect is marked
 * as done after it. Playing the journal back, newest entry first, restores the host from whatever instant the writer
 * died in.
 */
import { errnoOf } from '../../errors.ts'
import { exists, removeFile } from '../../host/files.ts'
import { effect } from './effect.ts'
import { type Line, LineFile, pendingEntries } from './lines.ts'
import { type Done, type Entry, outlivesReboot, type Undo } from './undo.ts'

export type { Entry, Undo } from './undo.ts'

/** The open journal of one container. Each write appends one line. */
export class Journal {
  readonly #file: LineFile
  /** The record in /var/db, which also gets the undos of effects that outlive a restart of the host. */
  readonly #lasting: LineFile | undefined
  #next: number

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
    return pendingEntries(this.#lines())
  }

  /** Removes the lasting record. Call it once every entry is taken back. */
  removeRecord(): void {
    const path = this.#lasting?.path
    if (path !== undefined && exists(path)) effect('remove the lasting record', () => removeFile(path))
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
