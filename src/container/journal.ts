/**
 * The container's journal: before each effect on the host its undo is appended, after it the effect is marked done.
 * Playing it back, newest first, takes the host back to where it was, from whatever instant the writer died in.
 */
import { appendFileSync, readFileSync } from 'node:fs'
import type { ToolCall } from '../translate/plan.ts'
import { effect } from './crash.ts'

/** How to take one effect back. Every undo must be harmless when the effect never happened. */
export type Undo =
  | { op: 'unmount'; path: string; fstype: string; from: string; before: string | undefined }
  /** A directory that we made below `root`, `path` relative to it; removed only while empty. */
  | { op: 'rmdir'; root: string; path: string }
  /** An empty file, a name of a socket, or a symbolic link that holds `link`, that we made below `root`. */
  | { op: 'unlink'; root: string; path: string; link?: string }
  /** A file with several hard links that was put aside as `aside` to make room for a file mount. */
  | { op: 'put-back'; root: string; path: string; aside: string }
  /** A directory or name of ours on the host, outside the root. */
  | { op: 'host-rmdir'; path: string }
  | { op: 'host-unlink'; path: string }
  /** `path` is its root: a jail of the same name elsewhere is not ours. */
  | { op: 'jail'; name: string; path: string }
  | { op: 'run'; calls: readonly ToolCall[] }
  | { op: 'ruleset'; number: number; marker: string }
  /** init was started; until its pid is recorded it ends by itself when it sees that `create` has died. */
  | { op: 'init-gone'; ctl: string }
  | { op: 'kill'; pid: number; start: string }
  | { op: 'children'; parent: string }

/** What is known once the effect has happened. */
export interface Done {
  /** unmount: the file system's id, which is surer than a path. */
  fsid?: string
  /** jail: its id. */
  jid?: number
}

/** One entry of the journal as it stands now. */
export interface Entry {
  n: number
  undo: Undo
  done: Done | undefined
}

interface Line {
  n: number
  undo?: Undo
  done?: Done
  undone?: true
}

/** The open journal of one container; all writes are appends of one line. */
export class Journal {
  readonly #path: string
  #next: number

  constructor(path: string) {
    this.#path = path
    this.#next = 1 + Math.max(0, ...readLines(path).map(line => line.n))
  }

  #append(line: Line): void {
    appendFileSync(this.#path, `${JSON.stringify(line)}\n`, { mode: 0o600 })
  }

  /** Does one effect under its undo. `action` may give what is known only afterwards. */
  perform<T>(label: string, undo: Undo, action: () => T, known?: (value: T) => Done): T {
    const n = this.#next++
    this.#append({ n, undo })
    const value = effect(label, action)
    this.#append({ n, done: known?.(value) ?? {} })
    return value
  }

  /** Marks an entry as taken back. */
  undone(n: number): void {
    this.#append({ n, undone: true })
  }

  /** Entries that are still to be taken back, newest first. */
  pending(): Entry[] {
    return pendingEntries(readLines(this.#path))
  }
}

function readLines(path: string): Line[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  // A last line without its newline is one that a crash cut short: its effect had not begun.
  const complete = text.slice(0, text.lastIndexOf('\n') + 1)
  return complete
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Line)
}

function pendingEntries(lines: readonly Line[]): Entry[] {
  const entries = new Map<number, Entry>()
  for (const line of lines) {
    if (line.undo) entries.set(line.n, { n: line.n, undo: line.undo, done: undefined })
    const entry = entries.get(line.n)
    if (entry && line.done) entry.done = line.done
    if (line.undone) entries.delete(line.n)
  }
  return [...entries.values()].sort((a, b) => b.n - a.n)
}
