/** Resolves paths from the caller's working directory and root, follows links, and holds the result by a descriptor. */
import fs from 'node:fs'
import { LibcError, openInRoot } from '../libc.ts'
import { type Caller, KernelError } from './kernel.ts'

const O_PATH = 0o10000000 | 0o2000000

/** An object of the file system: an O_PATH descriptor (close it) and its path on the host with links resolved. */
export interface Found {
  fd: number
  path: string
  kind: 'dir' | 'file' | 'socket' | 'other'
  links: number
  /** Linux's number of the mount it is on. */
  mountId: number
}

/** namei(9) with FOLLOW for the caller. Throws ENOENT, ENOTDIR, ELOOP, EACCES without text. */
export function lookup(caller: Caller, name: string): Found {
  if (name === '') throw new KernelError('ENOENT')
  if (Buffer.byteLength(name) >= 1024) throw new KernelError('ENAMETOOLONG')
  try {
    return describe(caller.jid === 0 ? open(caller, name) : openJailed(caller, name))
  } catch (error) {
    throw asKernelError(error)
  }
}

/** The KernelError for an error of node:fs or of libc with an errno; other errors stay as they are. */
export function asKernelError(error: unknown): unknown {
  if (error instanceof LibcError) return new KernelError(error.code)
  const code = (error as NodeJS.ErrnoException).code
  if (!(error instanceof KernelError) && typeof code === 'string' && code.startsWith('E'))
    return new KernelError(code)
  return error
}

function open(caller: Caller, name: string): number {
  const absolute = name.startsWith('/') || caller.pid === process.pid
  return fs.openSync(absolute ? name : `/proc/${caller.pid}/cwd/${name}`, O_PATH)
}

function openJailed(caller: Caller, name: string): number {
  const root = fs.openSync(`/proc/${caller.pid}/root`, O_PATH)
  try {
    if (name.startsWith('/')) return openInRoot(root, name)
    const base = fs.readlinkSync(`/proc/${caller.pid}/root`).replace(/\/$/, '')
    const cwd = fs.readlinkSync(`/proc/${caller.pid}/cwd`)
    return openInRoot(root, `${cwd.startsWith(`${base}/`) ? cwd.slice(base.length) : '/'}/${name}`)
  } finally {
    fs.closeSync(root)
  }
}

function describe(fd: number): Found {
  const stat = fs.fstatSync(fd)
  const kind = stat.isDirectory() ? 'dir' : stat.isFile() ? 'file' : stat.isSocket() ? 'socket' : 'other'
  return {
    fd,
    path: fs.readlinkSync(`/proc/self/fd/${fd}`),
    kind,
    links: stat.nlink,
    mountId: mountIdOf(fd),
  }
}

/** Linux's number of the mount that an open file is on. */
export function mountIdOf(fd: number): number {
  return Number(/^mnt_id:\s*([0-9]+)/m.exec(fs.readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? -1)
}
