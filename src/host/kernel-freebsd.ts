/** `KernelCalls` on FreeBSD, made with its system calls. */
import { SyscallError } from '../errors.ts'
import { errorText } from './abi/error-text.ts'
import { decodeStatfs, STATFS_SIZE } from './abi/kinfo.ts'
import { encodeIovec } from './abi/socket.ts'
import { addressOf, call, check, cString, lastErrno, lastError, readString } from './ffi/index.ts'
import { memory } from './ffi/memory.ts'
import { cpusetJail } from './freebsd/cpus.ts'
import {
  devfsAddRule,
  devfsApplyRule,
  devfsDeleteRuleset,
  devfsRules,
  devfsRulesets,
} from './freebsd/devfs.ts'
import { loopbackUp } from './freebsd/loopback.ts'
import { kldLoad, moduleLoaded } from './freebsd/modules.ts'
import { rctlAddRule, rctlRemoveRule, rctlRules, rctlUsage } from './freebsd/rctl.ts'
import { jailSet } from './jail-params.ts'
import { prepareForJail } from './process/in-jail.ts'
import { freebsdQueries } from './queries-freebsd.ts'
import type { KernelCalls, MountOption } from './types.ts'

// sys/mount.h
const MNT_IGNORE = 0x800000
const MNT_FORCE = 0x80000
const MNT_BYFSID = 0x8000000
const MNT_NOWAIT = 2
/** Bytes of the buffer for the kernel's message; mount(8) has the same size (sbin/mount/mount_fs.c). */
const ERRMSG_SIZE = 255

/** The calls of `KernelCalls` as FreeBSD 13 to 15 answers them. */
export const freebsdKernel: KernelCalls = {
  ...freebsdQueries,
  nmount,
  jailSet,
  devfsRulesets,
  devfsRules,
  devfsAddRule,
  devfsDeleteRuleset,
  devfsApplyRule,
  rctlAddRule,
  rctlRemoveRule,
  rctlUsage,
  rctlRules,
  kldLoad,
  moduleLoaded,
  cpusetJail,
  loopbackUp,
  setFib: fib => {
    check('setfib', String(fib), fib)
  },
  unmount(path, { force = false, fsid } = {}) {
    const name = fsid === undefined || fsid === HIDDEN_FSID ? undefined : fsidName(fsid)
    const flags = (force ? MNT_FORCE : 0) | (name === undefined ? 0 : MNT_BYFSID)
    check('unmount', path, cString(name ?? path), flags)
  },
  jailAttach(jid) {
    prepareForJail()
    check('jail_attach', `jail ${jid}`, jid)
  },
  jailRemove(jid) {
    check('jail_remove', `jail ${jid}`, jid)
  },
  mountAt(path) {
    const bytes = memory(STATFS_SIZE)
    if (call('statfs', cString(path), bytes) === -1) {
      const failure = lastError('statfs', path)
      if (failure.errno === 'ENOENT' || failure.errno === 'ENOTDIR') return undefined
      throw failure
    }
    const { on, ...mount } = decodeStatfs(bytes)
    return on === path ? mount : undefined
  },
  mounts() {
    for (let slack = 16; ; slack *= 2) {
      const count = check('getfsstat', undefined, null, 0, MNT_NOWAIT)
      const bytes = memory((count + slack) * STATFS_SIZE)
      const got = check('getfsstat', undefined, bytes, bytes.length, MNT_NOWAIT)
      // A full buffer may have been too small, so the call is repeated with a larger one.
      if (got === count + slack) continue
      return Array.from({ length: got }, (_, index) =>
        decodeStatfs(bytes.subarray(index * STATFS_SIZE, (index + 1) * STATFS_SIZE)),
      )
    }
  },
}

/**
 * The id that statfs(2) gives for every mount inside a jail, even to root: only a process with PRIV_VFS_GENERATION gets real
 * ids (sys/kern/vfs_syscalls.c, kern_do_statfs). Inside a jail a mount is therefore unmounted by its path.
 */
const HIDDEN_FSID = '0'.repeat(16)

/** Gives a file system id as unmount(2) takes it with MNT_BYFSID: `FSID:val0:val1`, two signed decimal numbers. */
function fsidName(hex: string): string {
  const bytes = memory(8)
  for (let at = 0; at < 8; at++) bytes[at] = Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16)
  return `FSID:${bytes.readInt32(0)}:${bytes.readInt32(4)}`
}

/**
 * Calls nmount(2). A failure is a SyscallError with the text that mount(8) prints: the kernel's message, then the errno's text.
 */
function nmount(options: readonly MountOption[]): void {
  const message = memory(ERRMSG_SIZE)
  const buffers: (Uint8Array | null)[] = []
  for (const [name, value] of options) {
    buffers.push(cString(name), value === undefined ? null : cString(value))
  }
  buffers.push(cString('errmsg'), message)
  const iovec = encodeIovec(
    buffers.map(buffer => (buffer === null ? [0, 0] : [addressOf(buffer), buffer.length])),
  )
  if (call('nmount', iovec, buffers.length, MNT_IGNORE) !== -1) return
  const errno = lastErrno()
  const said = readString(message)
  const target = options.find(([name]) => name === 'fspath')?.[1]

  throw new SyscallError('nmount', errno, said ? `${said}: ${errorText(errno)}` : errorText(errno), target)
}
