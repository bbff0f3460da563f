/**
 * FreeBSD has no mount namespaces. A program for Linux may all the same run its runtime in one, as buildah does so that
 * nobody else sees its bind mounts; the kernel answers calls about mounts in the mount namespace of the caller.
 */
import fs from 'node:fs'
import { CLONE, setns, unshare } from '../../libc.ts'
import type { Handler, Kernel } from '../kernel.ts'

/** Calls that use or change the file system by paths. */
const CALLS = ['nmount', 'mountVisible', 'unmount', 'mountAt', 'lookup', 'statfs']

const link = (pid: number | 'self'): string | undefined => {
  try {
    return fs.readlinkSync(`/proc/${pid}/ns/mnt`)
  } catch {
    return undefined
  }
}

/** Enters a mount namespace. setns(2) refuses a thread that shares root and working directory, as engines' threads do. */
function enter(fd: number): void {
  unshare(CLONE.FS)
  setns(fd)
}

/** Wraps the calls of the other parts, and is therefore installed last. */
export function installMountView(kernel: Kernel): void {
  const own = link('self')
  let home: number | undefined
  const there = (old: Handler): Handler => {
    return (caller, ...args) => {
      const foreign = link(caller.pid)
      if (foreign === undefined || foreign === own) return old(caller, ...args)
      home ??= fs.openSync('/proc/self/ns/mnt', 'r')
      const fd = fs.openSync(`/proc/${caller.pid}/ns/mnt`, 'r')
      try {
        enter(fd)
        return old(caller, ...args)
      } finally {
        fs.closeSync(fd)
        enter(home)
      }
    }
  }
  for (const name of CALLS) kernel.wrap(name, there)
  kernel.wrap('jailAttach', old => (caller, ...args) => {
    const plain = old(caller, ...args)
    if (link(caller.pid) === own || link(caller.pid) === undefined) return plain
    const answer = plain as { namespaces: Record<string, string> }
    // The files that keep a jail's namespaces are mounts as well, and are reached through process 1, the kernel.
    const namespaces: Record<string, string> = {}
    // A namespace that the jail shares with its parent is not named.
    for (const [kind, file] of Object.entries(answer.namespaces))
      if (typeof file === 'string') namespaces[kind] = `/proc/1/root${file}`
    return { ...answer, namespaces }
  })
}
