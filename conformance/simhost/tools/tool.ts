/**
 * How a FreeBSD tool is written here: a function of a context. The same function runs as a program of its own (bundled
 * executable, `tools/main.ts`), or inside the kernel for the in-jail stub; so it may use nothing but its context,
 * unless it says `program: true`.
 */
import type { Json } from '../client.ts'

/** What a tool can see and do. */
export interface ToolContext {
  /** The name it was called by, without directory. */
  name: string
  /** Arguments after the name. */
  args: string[]
  env: Record<string, string | undefined>
  out(text: string): void
  err(text: string): void
  /** A file of the caller's, as text; throws `CallError` with the errno. */
  readFile(path: string): string
  /**
   * The path under which node:fs finds what the caller calls by a name, its last link followed or not; a tool without
   * it sees what the caller sees.
   */
  locate?(path: string, follow: boolean): string
  /** A call of the kernel; throws `CallError`. */
  call(name: string, ...args: Json[]): Json
}

/** Returns the exit status. Throws `Exit` to end early. */
export type ToolMain = (t: ToolContext) => number

export interface ToolDefinition {
  /** Names and absolute paths it is installed under, e.g. `/sbin/mount`. */
  paths: string[]
  /** Paths below /rescue and in small roots where the stub stands for it. */
  inJail?: boolean
  /**
   * It wants a process of its own on the host (reads standard input, executes something). With `inJail` it does with
   * the stub in jails.
   */
  program?: boolean
  /** It needs the machine's program of the same name, kept where it can find it; without one it is left out. */
  wraps?: boolean
  load: () => Promise<{ main: ToolMain }>
}

/** Ends a tool with a status. */
export class Exit extends Error {
  readonly status: number
  constructor(status: number) {
    super(`exit ${status}`)
    this.status = status
  }
}

/** errx(3): `name: message`, and the end. */
export function errx(t: ToolContext, status: number, message: string): never {
  t.err(`${t.name}: ${message}\n`)
  throw new Exit(status)
}

/** FreeBSD's strerror(3) for the errnos that occur here. */
const STRERROR: Record<string, string> = {
  EPERM: 'Operation not permitted',
  ENOENT: 'No such file or directory',
  ESRCH: 'No such process',
  EIO: 'Input/output error',
  ENXIO: 'Device not configured',
  EBADF: 'Bad file descriptor',
  EDEADLK: 'Resource deadlock avoided',
  ENOMEM: 'Cannot allocate memory',
  EACCES: 'Permission denied',
  EBUSY: 'Device busy',
  EEXIST: 'File exists',
  EXDEV: 'Cross-device link',
  ENODEV: 'Operation not supported by device',
  ENOTBLK: 'Block device required',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  EINVAL: 'Invalid argument',
  ENOTTY: 'Inappropriate ioctl for device',
  EFBIG: 'File too large',
  ENOSPC: 'No space left on device',
  EROFS: 'Read-only file system',
  ERANGE: 'Result too large',
  EAGAIN: 'Resource temporarily unavailable',
  EOPNOTSUPP: 'Operation not supported',
  EADDRINUSE: 'Address already in use',
  EADDRNOTAVAIL: "Can't assign requested address",
  ENETUNREACH: 'Network is unreachable',
  ELOOP: 'Too many levels of symbolic links',
  ENAMETOOLONG: 'File name too long',
  ENOTEMPTY: 'Directory not empty',
  ENOSYS: 'Function not implemented',
  ENOEXEC: 'Exec format error',
  ETXTBSY: 'Text file busy',
  E2BIG: 'Argument list too long',
}

export function strerror(errno: string): string {
  return STRERROR[errno] ?? `Unknown error: ${errno}`
}

/** What a path of the caller's is, links followed: its resolved path as the caller sees it. Throws `CallError`. */
export function lookup(
  t: ToolContext,
  path: string,
): { path: string; kind: 'dir' | 'file' | 'socket' | 'other' } {
  return t.call('lookup', path) as { path: string; kind: 'dir' | 'file' | 'socket' | 'other' }
}

/**
 * getopt(3): what was found, in order, and the rest. Prints FreeBSD's messages and calls `usage` for bad input. `each`
 * sees every option as it is read, for tools that complain of a value before they complain of a later option.
 */
export function getopt(
  t: ToolContext,
  spec: string,
  usage: () => never,
  each?: (letter: string, value: string) => void,
): { options: [string, string][]; rest: string[] } {
  const options: [string, string][] = []
  const args = t.args
  let i = 0
  for (; i < args.length; i++) {
    const word = args[i] ?? ''
    if (word === '--') {
      i++
      break
    }
    if (!word.startsWith('-') || word === '-') break
    for (let j = 1; j < word.length; j++) {
      const letter = word[j] ?? ''
      const where = letter === ':' ? -1 : spec.indexOf(letter)
      if (where < 0) {
        t.err(`${t.name}: illegal option -- ${letter}\n`)
        usage()
      }
      if (spec[where + 1] !== ':') {
        options.push([letter, ''])
        each?.(letter, '')
        continue
      }
      const rest = word.slice(j + 1)
      const value = rest !== '' ? rest : args[++i]
      if (value === undefined) {
        t.err(`${t.name}: option requires an argument -- ${letter}\n`)
        usage()
      }
      options.push([letter, value])
      each?.(letter, value)
      break
    }
  }
  return { options, rest: args.slice(i) }
}
