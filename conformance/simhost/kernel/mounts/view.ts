/**
 * Mount namespaces are Linux' own: FreeBSD has none. A program made for Linux may all the same give its runtime one
 * (buildah does, so that its bind mounts are seen by nobody else); calls about mounts from there are answered there.
 */
import fs from 'node:fs'
import { CLONE, setns, unshare } from '../../libc.ts'
import type { Handler, Kernel } from '../kernel.ts'

/** Calls that act on, or look at, the file system by paths. */
const CALLS = ['nmount', 'mountVisible', 'unmount', 'mountAt', 'lookup', 'statfs']

const link = (pid: number | 'self'): string | undefined => {
  try {
    return fs.readlinkSync(`/proc/${pid}/ns/mnt`)
  } catch {
    return undefined
  }
}

/** The engine's threads, also one made a moment ago, share root and working directory: setns(2) wants them apart. */
function enter(fd: number): void {
  unshare(CLONE.FS)
  setns(fd)
}

/** Installed last: refines the calls of the other parts. */
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
    // The files that keep a jail's namespaces are mounts as well: reached through process 1, the kernel.
    const namespaces: Record<string, string> = {}
    // A namespace that the jail shares with its parent is not named.
    for (const [kind, file] of Object.entries(answer.namespaces))
      if (typeof file === 'string') namespaces[kind] = `/proc/1/root${file}`
    return { ...answer, namespaces }
  })
}
