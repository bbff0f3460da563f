/**
 * The container's journal: before each effect on the host its undo is appended, after it the effect is marked done.
 * Playing it back, newest first, takes the host back to where it was, from whatever instant the writer died in.
 */
import { errnoOf } from '../../errors.ts'
import { closeFile, openFile, readTextFile, writeText } from '../../host/files.ts'
import type { ToolCall } from '../../translate/core/plan.ts'
import { effect } from './effect.ts'

/** How to take one effect back. Every undo must be harmless when the effect never happened. */
export type Undo =
  /**
   * `root`: what it was resolved beneath. `known`: ids of the mounts of this type and source that stood before: one that is
   * none of them, nor any journal's, is this one wherever it stands, as when the effect's end was not recorded. `file`: it
   * is on a file, which a link could lead out of the root.
   */
  | {
      op: 'unmount'
      path: string
      fstype: string
      from: string
      before: string | undefined
      root?: string
      known?: readonly string[]
      file?: boolean
    }
  /** A directory that we made below `root`, `path` relative to it; removed only while empty. */
  | { op: 'rmdir'; root: string; path: string }
  /** An empty file, a name of a socket, or a symbolic link that holds `link`, that we made below `root`. */
  | { op: 'unlink'; root: string; path: string; link?: string }
  /** A file with several hard links that was put aside as `aside` to make room for a file mount. */
  | { op: 'put-back'; root: string; path: string; aside: string }
  /** A directory or name of ours on the host, outside the root. */
  | { op: 'host-rmdir'; path: string }
  /** The file of `--pid-file`; another's pid in it is another's file. */
  | { op: 'pid-file'; path: string; pid: number }
  /**
   * `path` is its root: a jail of the same name elsewhere is not ours. `standing`: the mounts (see `mountKey`) at or below
   * its root before it was made; what is mounted there later and is no journal's is the jail's own.
   */
  | { op: 'jail'; name: string; path: string; standing?: readonly string[] }
  | { op: 'run'; calls: readonly ToolCall[] }
  | { op: 'ruleset'; number: number; marker: string }
  /** init was started; until its pid is recorded it ends by itself when it sees that `create` has died. */
  | { op: 'init-gone'; ctl: string }
  /** `group`: with its process group, as a hook has one. */
  | { op: 'kill'; pid: number; start: string; group?: boolean }
  /** `before` is the parent's children.max without our room; `lock` keeps others from changing it meanwhile. */
  | { op: 'children'; parent: string; before?: number; lock?: string }

/** What is known once the effect has happened. */
export interface Done {
  /** unmount: the file system's id, which is surer than a path. */
  fsid?: string
  /** jail: its id. */
  jid?: number
  /** run: the call of an `update`, which is in no plan. */
  call?: ToolCall
}

/** One entry of the journal as it stands now. */
export interface Entry {
  n: number
  undo: Undo
  done: Done | undefined
}

interface Line {
  /** 0 for the line that says which boot of the host the effects belong to. */
  n: number
  boot?: string
  undo?: Undo
  done?: Done
  undone?: true
}

/** The open journal of one container; all writes are appends of one line. */
export class Journal {
  readonly #path: string
  #next: number
  /** The last line has no end: a crash or a full disk has cut it short. */
  #torn: boolean
  /** What a new journal begins with. */
  #head: string

  /** `boot` (see `bootOf`) is recorded when the journal is a new one. */
  constructor(path: string, boot?: string) {
    this.#path = path
    const text = read(path)
    this.#torn = text !== '' && !text.endsWith('\n')
    this.#head = text === '' && boot !== undefined ? `${JSON.stringify({ n: 0, boot })}\n` : ''
    this.#next = 1 + Math.max(0, ...parse(text).map(line => line.n))
  }

  /** The directory of the container whose journal this is. */
  get directory(): string {
    return this.#path.slice(0, this.#path.lastIndexOf('/'))
  }

  #append(line: Line): void {
    const text = `${this.#torn ? '\n' : ''}${this.#head}${JSON.stringify(line)}\n`
    // Until it is known to be whole: what comes after a line that was cut short must not be lost with it.
    this.#torn = true
    append(this.#path, text)
    this.#torn = false
    this.#head = ''
  }

  /** The boot of the host that the effects belong to, undefined when it was not known. */
  boot(): string | undefined {
    return parse(read(this.#path)).find(line => line.boot !== undefined)?.boot
  }

  /** Whether it tells of such an effect, taken back or not. */
  tellsOf(op: Undo['op']): boolean {
    return parse(read(this.#path)).some(({ undo }) => undo?.op === op)
  }

  /** How many lines tell nothing: cut short, or no line of ours. */
  unreadable(): number {
    const text = read(this.#path)
    return text.split('\n').filter(line => line !== '').length - parse(text).length
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
    return pendingEntries(parse(read(this.#path)))
  }
}

function append(path: string, text: string): void {
  const fd = openFile(path, 'append', 0o600)
  try {
    writeText(fd, text)
  } finally {
    closeFile(fd)
  }
}

function read(path: string): string {
  try {
    return readTextFile(path)
  } catch (error) {
    if (UNREADABLE.has(errnoOf(error) ?? '')) return ''
    throw error
  }
}

/** No journal: none, or something else in its place (a directory, a link in a loop, a FIFO). */
const UNREADABLE = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'EAGAIN'])

/**
 * A line that was cut short, by a crash or a full disk, is passed over: what it announced had not begun. So is what is no
 * line of ours.
 */
function parse(text: string): Line[] {
  return text.split('\n').flatMap(line => {
    try {
      const value = line === '' ? null : (JSON.parse(line) as Line | null)
      return value && isLine(value) ? value : []
    } catch {
      return []
    }
  })
}

/** What each undo cannot be without: text, but for numbers. */
const NEEDED: Readonly<Record<Undo['op'], readonly string[]>> = {
  unmount: ['path', 'fstype'],
  rmdir: ['root', 'path'],
  unlink: ['root', 'path'],
  'put-back': ['root', 'path', 'aside'],
  'host-rmdir': ['path'],
  'pid-file': ['path', 'pid'],
  jail: ['name', 'path'],
  run: ['calls'],
  ruleset: ['number', 'marker'],
  'init-gone': ['ctl'],
  kill: ['pid', 'start'],
  children: ['parent'],
}

function isLine({ n, undo, done }: Line): boolean {
  if (!Number.isSafeInteger(n)) return false
  if (done !== undefined && (typeof done !== 'object' || done === null)) return false
  if (done?.call !== undefined && !isCall(done.call)) return false
  return undo === undefined || isUndo(undo as unknown as Record<string, unknown> | null)
}

function isUndo(undo: Record<string, unknown> | null): boolean {
  const needed = NEEDED[undo?.op as Undo['op']] as readonly string[] | undefined
  if (!undo || !needed) return false
  return needed.every(name => {
    const value = undo[name]
    if (name === 'calls') return Array.isArray(value) && value.every(isCall)
    return name === 'pid' || name === 'number' ? Number.isSafeInteger(value) : typeof value === 'string'
  })
}

function isCall(call: { tool?: unknown; args?: unknown } | null): boolean {
  return (
    typeof call?.tool === 'string' &&
    Array.isArray(call.args) &&
    call.args.every(arg => typeof arg === 'string')
  )
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
