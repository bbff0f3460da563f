/**
 * /dev/fd: Linux shows the descriptors of a process in proc only. So a directory that offers them has its own instance of
 * proc, below a name that listings leave out, which shows a process only those that it may inspect.
 */
import fs from 'node:fs'
import path from 'node:path'
import type { Json } from '../../client.ts'
import { LibcError, MS, mount, umount } from '../../libc.ts'
import { HIDDEN_PROC } from '../../print/listing.ts'
import { type Caller, type Kernel, KernelError, text } from '../kernel.ts'
import type { Parts } from '../offered-parts.ts'
import { lookup } from '../paths.ts'

/** hidepid exempts one group, by default group 0; this group has no members. */
export const NOBODYS_GID = 2_147_483_000

/** The target of a link to descriptor `fd`, relative to the directory for which `showDescriptors` was called. */
export function descriptorLink(fd: number): string {
  return `${HIDDEN_PROC}/self/fd/${fd}`
}

/** Makes the links to descriptors in a directory work. */
export function showDescriptors(dir: string): void {
  const proc = path.join(dir, HIDDEN_PROC)
  fs.mkdirSync(proc, { recursive: true })
  const flags = MS.RDONLY | MS.NOSUID | MS.NODEV | MS.NOEXEC
  for (const options of [`subset=pid,hidepid=invisible,gid=${NOBODYS_GID}`, `hidepid=2,gid=${NOBODYS_GID}`]) {
    try {
      mount('proc', proc, 'proc', flags, options)
      return
    } catch (error) {
      if (!(error instanceof LibcError)) throw error
    }
  }
}

/** Takes the instance of proc away, so that the directory can be unmounted or removed. */
export function hideDescriptors(dir: string): void {
  const proc = path.join(dir, HIDDEN_PROC)
  try {
    umount(proc, 2)
    fs.rmdirSync(proc)
  } catch (error) {
    if (!(error instanceof LibcError)) throw error
  }
}

/** FD_DESC (sys/fs/fdescfs/fdesc.h): the number of a descriptor's node is this and the descriptor. */
const FIRST_NODE = 3

/** What readlink(2) gives for a descriptor (fdesc_readlink): the file's path below the caller's root, or a word for the rest. */
function pathOf(caller: Caller, descriptor: string, root: string): string {
  let name: string
  try {
    name = fs.readlinkSync(`/proc/${caller.pid}/fd/${descriptor}`)
  } catch {
    throw new KernelError('EBADF')
  }
  if (!name.startsWith('/')) return 'anon_inode:[unknown]'
  return root !== '/' && name.startsWith(`${root}/`) ? name.slice(root.length) : name
}

/**
 * Registers `descriptorNode`: what lstat(2) and readlink(2) say of a node of fdescfs (sys/fs/fdescfs/fdesc_vnops.c), where Linux
 * has a link in any case. A node is a character device, and with `linrdlnk` or `rdlnk` a link, which open(2) and stat(2)
 * follow with `rdlnk` alone. null for all other files.
 */
export function installDescriptors(kernel: Kernel, { mounts }: Parts): void {
  kernel.register('descriptorNode', (caller, file): Json => {
    const name = path.basename(text(file))
    if (!/^(0|[1-9][0-9]*)$/.test(name)) return null
    const found = lookup(caller, path.dirname(text(file)))
    fs.closeSync(found.fd)
    const mounted = mounts.mountOf(found)
    if (mounted?.fstype !== 'fdescfs') return null
    const target = pathOf(caller, name, mounts.view(caller).root)
    const follows = mounted.options.has('rdlnk')
    if (follows || mounted.options.has('linrdlnk')) return { kind: 'l', target, follows }
    return { kind: 'c', device: `0x${(FIRST_NODE + Number(name)).toString(16)}` }
  })
}
