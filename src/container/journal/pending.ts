/** The entries of a journal that are still to be taken back. */
import type { Line } from './lines.ts'
import type { Entry } from './undo.ts'

/**
 * The pending entries by number, and the paths of the mounts among them. Each line is read once, so that the time of a
 * `create` does not grow with the square of the number of its mounts.
 */
export class Pending {
  readonly #entries = new Map<number, Entry>()
  /** How many pending mounts a path has. */
  readonly #mounts = new Map<string, number>()

  /** Takes the next line of the journal in. */
  add({ n, undo, done, undone }: Line): void {
    if (undo) {
      this.#drop(n)
      this.#entries.set(n, { n, undo, done: undefined })
      if (undo.op === 'unmount') this.#count(undo.path, 1)
    }
    const entry = this.#entries.get(n)
    if (entry && done) entry.done = done
    if (undone) this.#drop(n)
  }

  /** Returns the entries, newest first. */
  entries(): Entry[] {
    return [...this.#entries.values()].sort((a, b) => b.n - a.n)
  }

  /** True when an entry records a mount on this very path. */
  hasMountOn(path: string): boolean {
    return this.#mounts.has(path)
  }

  #drop(n: number): void {
    const undo = this.#entries.get(n)?.undo
    if (undo?.op === 'unmount') this.#count(undo.path, -1)
    this.#entries.delete(n)
  }

  #count(path: string, change: 1 | -1): void {
    const count = (this.#mounts.get(path) ?? 0) + change
    if (count > 0) this.#mounts.set(path, count)
    else this.#mounts.delete(path)
  }
}
