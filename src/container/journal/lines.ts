/** Files of JSON lines that are only ever appended to: the journal, and the record of what outlives a restart. */
import { errnoOf } from '../../errors.ts'
import { closeFile, makeDirectories, openFile, readTextFile, writeText } from '../../host/files.ts'
import { dirname } from '../../paths.ts'
import type { Done, Entry, Undo } from './undo.ts'

/** One line. */
export interface Line {
  /** 0 for the line that says which boot of the host the effects belong to. */
  n: number
  boot?: string
  undo?: Undo
  done?: Done
  undone?: true
}

/** Such a file; every write is one line. */
export class LineFile {
  readonly path: string
  /** The last line has no end: a crash or a full disk has cut it short. */
  #torn: boolean
  /** What a new file begins with. */
  #head: string
  /** Numbers of the lines that are there. */
  readonly numbers: Set<number>

  /** `boot` (see `bootOf`) is recorded when the file is a new one. */
  constructor(path: string, boot?: string) {
    this.path = path
    const text = read(path)
    this.#torn = text !== '' && !text.endsWith('\n')
    this.#head = text === '' && boot !== undefined ? `${JSON.stringify({ n: 0, boot })}\n` : ''
    this.numbers = new Set(parse(text).map(({ n }) => n))
  }

  /** Appends one line. Throws what open(2) and write(2) say. */
  append(line: Line): void {
    const text = `${this.#torn ? '\n' : ''}${this.#head}${JSON.stringify(line)}\n`
    const fd = openFile(this.path, 'append', 0o600)
    // Until it is known to be whole: what comes after a line that was cut short must not be lost with it.
    this.#torn = true
    try {
      writeText(fd, text)
    } finally {
      closeFile(fd)
    }
    this.#torn = false
    this.#head = ''
    this.numbers.add(line.n)
  }

  /** The same where the directory that holds the file may be missing. */
  appendBelow(line: Line): void {
    try {
      this.append(line)
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error
      makeDirectories(dirname(this.path), 0o700)
      this.append(line)
    }
  }

  /** What its lines tell. */
  lines(): Line[] {
    return parse(read(this.path))
  }

  /** How many lines tell nothing: cut short, or no line of ours. */
  unreadable(): number {
    const text = read(this.path)
    return text.split('\n').filter(line => line !== '').length - parse(text).length
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

/** Entries that are still to be taken back, newest first. */
export function pendingEntries(lines: readonly Line[]): Entry[] {
  const entries = new Map<number, Entry>()
  for (const line of lines) {
    if (line.undo) entries.set(line.n, { n: line.n, undo: line.undo, done: undefined })
    const entry = entries.get(line.n)
    if (entry && line.done) entry.done = line.done
    if (line.undone) entries.delete(line.n)
  }
  return [...entries.values()].sort((a, b) => b.n - a.n)
}
