/** Finding the program to execute, as execvp(3) would, with the phrases that podman turns into 126 and 127. */
import { decode, encode } from '../../bytes.ts'
import { errnoOf, JailwrightError } from '../../errors.ts'
import { closeFile, type FileStatus, readInto, statusOf, statusOfDescriptor } from '../../host/files.ts'
import type { Host } from '../../host/types.ts'
import { join } from '../../paths.ts'

const DEFAULT_PATH = '/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin'

function fault(message: string, exitStatus: 126 | 127): JailwrightError {
  return new JailwrightError('EXEC', message, { subject: 'process.args[0]', exitStatus })
}

function notFound(name: string): JailwrightError {
  return fault(`exec: "${name}": executable file not found in $PATH: no such file or directory`, 127)
}

/** `undefined` when it may be executed, else the reason. */
function obstacle(path: string): { why: string; exitStatus: 126 | 127 } | undefined {
  let facts: FileStatus | undefined
  try {
    facts = statusOf(path)
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'EACCES') return { why: 'permission denied', exitStatus: 126 }
    if (code === 'ELOOP') return { why: 'too many levels of symbolic links', exitStatus: 126 }
    return { why: 'no such file or directory', exitStatus: 127 }
  }
  if (facts === undefined) return { why: 'no such file or directory', exitStatus: 127 }
  if (facts.kind === 'dir') return { why: 'is a directory: permission denied', exitStatus: 126 }
  if ((facts.mode & 0o111) === 0) return { why: 'permission denied', exitStatus: 126 }
  return undefined
}

/**
 * The path of the program, searched in PATH of `env` when `name` has no slash. Called inside the jail. Throws code EXEC
 * with exit status 127 (not found) or 126 (not executable).
 */
export function findProgram(name: string, env: readonly string[], cwd: string): string {
  // In PATH it would be each directory itself.
  if (name === '') throw notFound(name)
  if (name.includes('/')) {
    const path = name.startsWith('/') ? name : join(cwd, name)
    const found = obstacle(path)
    if (found) throw fault(`exec: "${name}": ${found.why}`, found.exitStatus)
    return path
  }
  const search = env.find(entry => entry.startsWith('PATH='))?.slice(5) ?? DEFAULT_PATH
  let denied = false
  for (const dir of search.split(':')) {
    const path = join(dir === '' ? cwd : dir.startsWith('/') ? dir : join(cwd, dir), name)
    const found = obstacle(path)
    if (!found) return path
    if (found.exitStatus === 126) denied = true
  }
  if (denied) throw fault(`exec: "${name}": permission denied`, 126)
  throw notFound(name)
}

/** What execve(2) looks at of a script's first line (imgact_shell.c, MAXSHELLCMDLEN), and sh(1) to tell a script. */
const START_MAX = 4096

/**
 * True for a file that sh(1) would take for a script: without NUL in its first line (bin/sh, isbinary). execvp(3) hands
 * what execve(2) does not know to /bin/sh, and images have scripts without a `#!` line.
 */
export function isScript(host: Host, path: string): boolean {
  const text = readStart(host, path, START_MAX)
  return text !== '' && !(text.split('\n')[0] ?? '').includes('\0')
}

/** The error of a file that is there and that execve(2) has not found: what is missing is its interpreter. */
export function missingInterpreter(host: Host, path: string, name: string): JailwrightError {
  const found = obstacle(path)
  if (found) return fault(`exec: "${name}": ${found.why}`, found.exitStatus)
  const first = readStart(host, path, START_MAX).split('\n')[0] ?? ''
  const interpreter = /^#![ \t]*([^ \t]+)/.exec(first)?.[1]
  const which = interpreter === undefined ? '' : ` ${JSON.stringify(interpreter)}`
  return fault(`exec: "${name}": its interpreter${which}: no such file or directory`, 127)
}

/** Far above any real passwd(5); an image may hold one that has no end. */
const PASSWD_MAX = 1024 * 1024

/**
 * Home directory of a uid by the jail's own /etc/passwd, `/` where it has none of use. The file is the image's: a FIFO, a device
 * or a file without end must neither stop init nor fill its memory.
 */
export function homeOf(host: Host, uid: number, passwd = '/etc/passwd'): string {
  for (const line of readStart(host, passwd).split('\n')) {
    const [, , id, , , home] = line.split(':')
    if (id === String(uid) && home?.startsWith('/') && isPath(home)) return home
  }
  return '/'
}

/** PATH_MAX of FreeBSD, its NUL included. What is longer, or holds a NUL, would keep every program from being executed. */
const PATH_MAX = 1024

function isPath(text: string): boolean {
  return encode(text).length < PATH_MAX && !text.includes('\0')
}

/** The first bytes of a regular file; empty for anything else. */
function readStart(host: Host, path: string, most = PASSWD_MAX): string {
  let fd: number | undefined
  try {
    fd = host.process.openNonBlocking(path, 'read')
    const { kind, size } = statusOfDescriptor(fd)
    if (kind !== 'file') return ''
    const bytes = new Uint8Array(Math.min(size, most))
    for (let length = 0; length < bytes.length; ) {
      const count = readInto(fd, bytes.subarray(length))
      if (count === 0) return decode(bytes.subarray(0, length))
      length += count
    }
    return decode(bytes)
  } catch {
    return ''
  } finally {
    if (fd !== undefined) closeFile(fd)
  }
}
