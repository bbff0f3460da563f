/** Calls about mounts: nmount(2), unmount(2), getfsstat(2), statfs(2), and what tools ask. */
import fs from 'node:fs'
import type { Json } from '../../client.ts'
import { HOST, type Kernel, KernelError, text } from '../kernel.ts'
import type { Klds } from '../klds.ts'
import { type Found, lookup } from '../paths.ts'
import { optionList } from './options.ts'
import { Mounts } from './table.ts'
import type { Mount } from './types.ts'

function toJson(m: Mount): { [key: string]: Json } {
  return { fsid: m.fsid, fstype: m.fstype, from: m.from, on: m.on, flags: [...m.flags] }
}

function above(target: Found): Found {
  const found = lookup(HOST, `${target.path}/..`)
  fs.closeSync(found.fd)
  return found
}

/** Registers the calls about mounts, and gives the table of mounts. */
export function install(kernel: Kernel, klds: Klds): Mounts {
  const mounts = new Mounts(klds)
  kernel.register('nmount', (caller, options) => {
    mounts.nmount(caller, optionList(options), true)
    return null
  })
  kernel.register('mountVisible', (caller, options) => {
    mounts.nmount(caller, optionList(options), false)
    return null
  })
  kernel.register('unmount', (caller, path, options) => {
    const force =
      typeof options === 'object' && options !== null && !Array.isArray(options) && options.force === true
    mounts.unmount(caller, text(path), force)
    return null
  })
  kernel.register('mounts', caller => mounts.visible(caller).map(toJson))
  // statfs(2) of a mount point; null when the path leads elsewhere by now.
  kernel.register('mountAt', (caller, path) => {
    let target: Found
    try {
      target = lookup(caller, text(path))
    } catch (error) {
      if (error instanceof KernelError && ['ENOENT', 'ENOTDIR'].includes(error.errno)) return null
      throw error
    }
    fs.closeSync(target.fd)
    const fsid = mounts.mountOf(target)?.fsid
    const m = mounts.visible(caller).find(entry => entry.fsid === fsid && entry.on === text(path))
    return m === undefined ? null : toJson(m)
  })
  // realpath(3) and stat(2) as the caller sees them.
  kernel.register('lookup', (caller, path) => {
    const target = lookup(caller, text(path))
    fs.closeSync(target.fd)
    const { root } = mounts.view(caller)
    const inside = caller.jid === 0 || root === '/' ? target.path : target.path.slice(root.length) || '/'
    return { path: inside, kind: target.kind }
  })
  // statfs(2): the mount a path is on.
  kernel.register('statfs', (caller, path) => {
    const target = lookup(caller, text(path))
    fs.closeSync(target.fd)
    const m = mounts.mountOf(target)
    if (m === undefined) return null
    // Whether the path is the root of that file system: umount(8) compares its device with that of `..`.
    const root = target.kind === 'dir' && target.path !== '/' && mounts.mountOf(above(target)) !== m
    return { ...toJson(m), path: target.path, root, kind: target.kind }
  })
  kernel.register('lsvfs', () =>
    [...mounts.types].map(([name, t]) => ({
      name,
      number: t.number,
      flags: t.lsflags,
      refs: mounts.table.filter(m => m.fstype === name).length,
      loaded: klds.has(t.module ?? name),
    })),
  )
  let base = 0
  kernel.on('booted', () => {
    base = mounts.table.length
  })
  kernel.on('reboot', () => mounts.reset(base))
  return mounts
}
