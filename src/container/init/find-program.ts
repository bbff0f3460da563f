/** Finds the program to execute as execvp(3) does, with the error phrases that podman turns into 126 and 127. */
import { encode } from '../../bytes.ts'
import { errnoOf, JailwrightError } from '../../errors.ts'
import { type FileStatus, statusOf } from '../../host/files.ts'
import { readStart } from '../../host/read-start.ts'
import type { EverydayHost, Host } from '../../host/types.ts'
import { join } from '../../paths.ts'

const DEFAULT_PATH = '/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin'

function fault(message: string, exitStatus: 126 | 127): JailwrightError {
  return new JailwrightError('EXEC', message, { subject: 'process.args[0]', exitStatus })
}

function notFound(name: string): JailwrightError {
  return fault(`exec: "${name}": executable file not found in $PATH: no such file or directory`, 127)
}

/** Returns the reason why a file cannot be executed; undefined when it can. */
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
 * Returns the path of the program. A `name` without a slash is searched in PATH of `env`. Call it inside the jail.
 * @throws JailwrightError EXEC with exit status 127 (not found) or 126 (not executable).
 */
export function findProgram(name: string, env: readonly string[], cwd: string): string {
  // An empty name would match each directory of PATH itself.
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

/**
 * The number of bytes of a script that execve(2) examines (MAXSHELLCMDLEN in sys/kern/imgact_shell.c), and that sh(1)
 * examines to recognise a script.
 */
const START_MAX = 4096

/**
 * True for a file that sh(1) takes for a script: its first line has no NUL (isbinary in bin/sh/exec.c). execvp(3) gives
 * a file that execve(2) does not recognise to /bin/sh, and images contain scripts without a `#!` line.
 */
export function isScript(host: Host, path: string): boolean {
  const text = readStart(() => host.process.openNonBlocking(path, 'read'), START_MAX)
  // An empty file is an empty script.
  return text !== undefined && !(text.split('\n')[0] ?? '').includes('\0')
}

/** Returns the error for an existing file for which execve(2) answers ENOENT: its interpreter is missing. */
export function missingInterpreter(host: Host, path: string, name: string): JailwrightError {
  const found = obstacle(path)
  if (found) return fault(`exec: "${name}": ${found.why}`, found.exitStatus)
  return fault(`exec: "${name}": ${lacksInterpreter(host, path)}`, 127)
}

/** Says of an existing file that its interpreter is missing, and which one its first line names. */
export function lacksInterpreter(host: EverydayHost, path: string): string {
  const first = startOf(host, path, START_MAX).split('\n')[0] ?? ''
  const interpreter = /^#![ \t]*([^ \t]+)/.exec(first)?.[1]
  const which = interpreter === undefined ? '' : ` ${JSON.stringify(interpreter)}`
  return `its interpreter${which}: no such file or directory`
}

/** A bound on passwd(5), far above any real file; the file of an image may have no end. */
const PASSWD_MAX = 1024 * 1024

/**
 * Returns the home directory of a uid from the jail's /etc/passwd, or `/` when the file has none that can be used. The
 * file belongs to the image: a FIFO, a device or an endless file must neither stop init nor fill its memory.
 */
export function homeOf(host: Host, uid: number, passwd = '/etc/passwd'): string {
  for (const line of startOf(host, passwd, PASSWD_MAX).split('\n')) {
    const [, , id, , , home] = line.split(':')
    if (id === String(uid) && home?.startsWith('/') && isPath(home)) return home
  }
  return '/'
}

/**
 * PATH_MAX of FreeBSD with the NUL (sys/syslimits.h). A longer HOME, or one with a NUL, would prevent every execve(2).
 */
const PATH_MAX = 1024

function isPath(text: string): boolean {
  return encode(text).length < PATH_MAX && !text.includes('\0')
}

/** Returns the first bytes of a regular file as text; empty for any other object. */
function startOf(host: EverydayHost, path: string, most: number): string {
  return readStart(() => host.process.openNonBlocking(path, 'read'), most) ?? ''
}
