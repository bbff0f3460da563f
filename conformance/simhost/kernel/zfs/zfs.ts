/** ZFS: the calls of /dev/zfs that zfs(8) and zpool(8) make, and the type of file system. */
import fs from 'node:fs'
import { mount as linuxMount, MS, umount } from '../../libc.ts'
import { Datasets } from '../../rules/zfs/datasets.ts'
import { type Caller, HOST, type Kernel, KernelError, requireHostRoot, text } from '../kernel.ts'
import { linuxFlags } from '../mounts/filesystems.ts'
import type { Parts } from '../offered-parts.ts'
import { lookup } from '../paths.ts'
import { makeDirectories } from './directories.ts'

/** Below this directory of the kernel's own mount namespace each dataset has a tmpfs, which a mount shows. */
const CONTENTS = '/run/simhost-zfs'

/** SPA_MINDEVSIZE (sys/fs/zfs.h), in bytes. */
const SMALLEST_DEVICE = 64 << 20

function options(value: unknown): Map<string, string> {
  if (typeof value !== 'object' || value === null) return new Map()
  return new Map(Object.entries(value).map(([name, each]) => [name, String(each)]))
}

function requireRoot(caller: Caller): void {
  if (caller.uid !== 0) throw new KernelError('EPERM')
}

/** Registers the calls and the type zfs. */
export function installZfs(kernel: Kernel, { mounts, jails, klds }: Parts): void {
  const datasets = new Datasets()
  const contents = new Map<string, string>()
  let made = 0

  /** The directory with the dataset's files, which is a file system of its own. */
  const contentsOf = (name: string): string => {
    const known = contents.get(name)
    if (known !== undefined) return known
    const place = `${CONTENTS}/${++made}`
    fs.mkdirSync(place, { recursive: true, mode: 0o700 })
    linuxMount('zfs', place, 'tmpfs', 0, 'mode=755')
    contents.set(name, place)
    return place
  }
  const forget = (name: string): void => {
    const place = contents.get(name)
    contents.delete(name)
    if (place === undefined) return
    umount(place, 2)
    fs.rmdirSync(place)
  }
  const mounted = (name: string): boolean => mounts.table.some(m => m.fstype === 'zfs' && m.from === name)
  const ioctl = (name: string, work: (caller: Caller, ...args: unknown[]) => unknown): void =>
    kernel.register(name, (caller, ...args) => {
      if (!klds.has('zfs')) throw new KernelError('ENXIO')
      return (work(caller, ...args) ?? null) as null
    })

  ioctl('zfsNames', caller => datasets.names(caller.jid))
  ioctl('zfsStats', (caller, name) => {
    const dataset = datasets.find(caller.jid, String(name))
    const properties = ['mountpoint', 'canmount', 'jailed', 'readonly']
    return {
      type: dataset.type,
      properties: Object.fromEntries(properties.map(each => [each, datasets.property(dataset, each)])),
    }
  })
  ioctl('zfsCreate', (caller, name, type, properties) => {
    requireRoot(caller)
    datasets.create(
      caller.jid,
      String(name),
      type === 'volume' ? 'volume' : 'filesystem',
      options(properties),
    )
  })
  ioctl('zfsSet', (caller, name, property, value) => {
    requireRoot(caller)
    datasets.set(caller.jid, String(name), String(property), String(value))
  })
  ioctl('zfsDestroy', (caller, name) => {
    requireRoot(caller)
    if (mounted(String(name))) throw new KernelError('EBUSY')
    datasets.destroy(caller.jid, String(name))
    forget(String(name))
  })
  // zfs_ioc_jail: PRIV_ZFS_POOL_CONFIG and PRIV_ZFS_JAIL, which no jail has; the dataset is not asked about.
  ioctl('zfsJail', (caller, name, jid) => {
    requireHostRoot(caller)
    if (!jails.table.has(Number(jid))) throw new KernelError('ENOENT')
    datasets.zones.attach(Number(jid), String(name))
  })
  ioctl('zfsUnjail', (caller, name, jid) => {
    requireHostRoot(caller)
    if (!jails.table.has(Number(jid))) throw new KernelError('ENOENT')
    datasets.zones.detach(Number(jid), String(name))
  })
  ioctl('zpoolCreate', (caller, name, file, properties) => {
    requireHostRoot(caller)
    const found = lookup(HOST, String(file))
    try {
      if (fs.fstatSync(found.fd).size < SMALLEST_DEVICE) throw new KernelError('EOVERFLOW')
      datasets.createPool(String(name), found.path, options(properties))
    } finally {
      fs.closeSync(found.fd)
    }
  })
  ioctl('zpoolDestroy', (caller, name) => {
    requireHostRoot(caller)
    const all = [...datasets.below(String(name)), String(name)]
    if (all.some(mounted)) throw new KernelError('EBUSY')
    for (const each of all.sort().reverse()) {
      datasets.destroy(0, each)
      forget(each)
    }
  })
  // mkdirp(3), by which zfs(8) makes a mount point.
  kernel.register('makeDirectories', (caller, path) => {
    requireRoot(caller)
    makeDirectories(caller, text(path))
    return null
  })

  mounts.type('zfs', {
    number: 0xde,
    lsflags: 'jail, delegated-administration',
    local: true,
    jail: true,
    // zfs_mount (sys/contrib/openzfs/module/os/freebsd/zfs/zfs_vfsops.c).
    mount({ caller, mount, attach, reach }) {
      const name = mount.from
      if (caller.jid !== 0 && datasets.zones.sees(caller.jid, name) !== 'write')
        throw new KernelError('EPERM')
      const dataset = datasets.find(0, name)
      if (dataset.type !== 'filesystem') throw new KernelError('EINVAL')
      if (mounted(name)) throw new KernelError('EBUSY')
      for (const flag of ['local', 'nfsv4acls']) mount.flags.add(flag)
      if (datasets.property(dataset, 'readonly').value === 'on') mount.flags.add('ro')
      attach(contentsOf(name), null, MS.BIND)
      const flags = linuxFlags(mount)
      if (flags !== 0) reach(root => linuxMount(null, root, null, MS.REMOUNT | MS.BIND | flags))
    },
  })
  kernel.on('jailRemoved', jid => datasets.zones.forget(jid))
}
