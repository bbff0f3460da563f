/** The Linux side of a jail: UTS, IPC and network namespaces, kept alive by bind mounts in the kernel's directory. */
import fs from 'node:fs'
import path from 'node:path'
import { CLONE, MS, mount, sethostname, setns, umount, unshare } from '../libc.ts'
import { KERNEL_DIR } from './root.ts'
import { openListener } from './server.ts'

/** The namespaces of Linux that a jail has. */
export interface Namespaces {
  /** Paths of the kept namespaces; a missing one is the parent's. */
  uts: string
  ipc?: string
  net?: string
  /** Link text of the UTS namespace. */
  utsLink: string
  /** Descriptor of the kernel's socket in the network namespace. */
  listener?: number
}

const own = (kind: string) => fs.openSync(`/proc/self/ns/${kind}`, 'r')
const host = { uts: own('uts'), ipc: own('ipc'), net: own('net') }

/** Calls a function inside namespaces and goes back; for the main thread only. */
export function within<T>(paths: (string | undefined)[], work: () => T): T {
  try {
    for (const file of paths) {
      if (file === undefined) continue
      const fd = fs.openSync(file, 'r')
      setns(fd)
      fs.closeSync(fd)
    }
    return work()
  } finally {
    for (const fd of Object.values(host)) setns(fd)
  }
}

/** Makes the namespaces of jail `jid`, starting from those of the parent jail, `from`. */
export function makeNamespaces(
  jid: number,
  from: (string | undefined)[],
  want: { ipc: boolean; net: boolean; hostname: string },
): Namespaces {
  const dir = path.join(KERNEL_DIR, String(jid))
  fs.mkdirSync(dir, { recursive: true })
  return within(from, () => {
    unshare(CLONE.NEWUTS | (want.ipc ? CLONE.NEWIPC : 0) | (want.net ? CLONE.NEWNET : 0))
    sethostname(want.hostname.slice(0, 64))
    const keep = (kind: string) => {
      const file = path.join(dir, kind)
      fs.closeSync(fs.openSync(file, 'w'))
      mount(`/proc/self/ns/${kind}`, file, null, MS.BIND)
      return file
    }
    const made: Namespaces = { uts: keep('uts'), utsLink: fs.readlinkSync('/proc/self/ns/uts') }
    if (want.ipc) made.ipc = keep('ipc')
    if (want.net) {
      made.net = keep('net')
      made.listener = openListener()
    }
    return made
  })
}

/** Releases the namespaces, which end with their last process. */
export function dropNamespaces(jid: number, spaces: Namespaces): void {
  for (const file of [spaces.uts, spaces.ipc, spaces.net]) if (file !== undefined) umount(file, 2)
  fs.rmSync(path.join(KERNEL_DIR, String(jid)), { recursive: true, force: true })
}
