/**
 * The form of a tool: a function of a context. The same function runs as a program (the bundled executable of
 * `tools/main.ts`) or inside the kernel for the in-jail stub. So it may use nothing but its context, unless the registry
 * says `program: true`.
 */
import { CallError, type Json } from '../client.ts'

/** What a tool can see and do. */
export interface ToolContext {
  /** The name by which the tool was called, without the directory. */
  name: string
  /** Arguments after the name. */
  args: string[]
  env: Record<string, string | undefined>
  out(text: string): void
  err(text: string): void
  /** A file of the caller's, as text; throws `CallError` with the errno. */
  readFile(path: string): string
  /**
   * The path by which node:fs finds a file of the caller; `follow` says whether to follow a link at the end. Without
   * this function the tool sees the same files as the caller.
   */
  locate?(path: string, follow: boolean): string
  /** A call of the kernel; throws `CallError`. */
  call(name: string, ...args: Json[]): Json
}

/** Returns the exit status. Throws `Exit` to end early. */
export type ToolMain = (t: ToolContext) => number

/** How a tool is installed in a host. */
export interface ToolDefinition {
  /** Absolute paths of the tool, such as `/sbin/mount`. */
  paths: string[]
  /** True when the stub takes the place of the tool in /rescue and in small roots. */
  inJail?: boolean
  /**
   * True when the tool needs its own process on the host, to read standard input or to execute something. With
   * `inJail` it works by the stub in jails all the same.
   */
  program?: boolean
  /** True when the tool runs the machine's program of the same name; a host has no such tool without that program. */
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

/** Gives FreeBSD's text of an errno (strerror(3)). */
export function strerror(errno: string): string {
  return STRERROR[errno] ?? `Unknown error: ${errno}`
}

/** Looks up a path of the caller and follows links; the resolved path is the one the caller sees. Throws `CallError`. */
export function lookup(
  t: ToolContext,
  path: string,
): { path: string; kind: 'dir' | 'file' | 'socket' | 'other' } {
  return t.call('lookup', path) as { path: string; kind: 'dir' | 'file' | 'socket' | 'other' }
}

/**
 * The error of kvm_openfiles(3), which ps(1) and pgrep(1) give /dev/null in place of the memory of the kernel; undefined
 * where /dev/null is there (lib/libkvm/kvm.c, _kvm_open).
 */
export function missingNull(t: ToolContext): string | undefined {
  try {
    lookup(t, '/dev/null')
    return undefined
  } catch (error) {
    if (error instanceof CallError) return `/dev/null: ${strerror(error.errno)}`
    throw error
  }
}

/**
 * getopt(3): the options in order, and the remaining words. Prints FreeBSD's messages and calls `usage` for bad input.
 * `each` gets every option as it is read, for tools that check a value before they read the next option.
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
