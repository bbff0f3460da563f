/** File system types other than devfs, each made from the nearest thing that Linux has. */
import fs from 'node:fs'
import { LibcError, mount as linuxMount, MS } from '../../libc.ts'
import { descriptorLink, hideDescriptors, NOBODYS_GID, showDescriptors } from '../devices/descriptors.ts'
import { Hang, KernelError } from '../kernel.ts'
import { type Found, lookup } from '../paths.ts'
import type { Mounts } from './table.ts'
import type { Filesystem, Mount, MountRequest } from './types.ts'

/** Linux's flags for those of FreeBSD's flags that Linux can keep for one mount. */
export function linuxFlags(mount: Mount, flags: Set<string> = mount.flags): number {
  return (
    (flags.has('ro') ? MS.RDONLY : 0) |
    (flags.has('noexec') ? MS.NOEXEC : 0) |
    (flags.has('nosuid') ? MS.NOSUID : 0) |
    (flags.has('noatime') ? MS.NOATIME : 0)
  )
}

/**
 * Refuses a nullfs whose lowest object is the one that it would cover. Device and inode tell, since a bind mount has those
 * of the lowest object. Both vnodes share one lock, and vn_lock_pair waits for ever. Only nullfs_mount notices, EDEADLK,
 * when it covers a nullfs vnode and the source is the vnode right below that one (sys/fs/nullfs/null_vfsops.c).
 */
function refuseItself(
  mounts: Mounts,
  lower: Mount | undefined,
  source: Found,
  target: Found,
  selfMount: 'hang' | 'allow',
): void {
  const [one, other] = [source, target].map(found => fs.fstatSync(found.fd, { bigint: true }))
  if (one?.dev !== other?.dev || one?.ino !== other?.ino) return
  const covered = mounts.mountOf(target)
  if (covered?.fstype === 'nullfs' && covered.lower === lower) throw new KernelError('EDEADLK')
  if (selfMount === 'hang') throw new Hang(`nullfs of ${target.path} on itself`)
}

/** nullfs: a bind mount of the source alone, without the mounts below the source. */
function nullfs(mounts: Mounts, selfMount: 'hang' | 'allow'): Filesystem {
  return {
    number: 0x29,
    lsflags: 'loopback, jail',
    local: true,
    fileMount: true,
    jail: true,
    mount({ caller, target, mount, attach, reach }) {
      const given = mount.options.get('from') ?? mount.options.get('target')
      if (given === undefined) throw new KernelError('EINVAL')
      const source = lookup(caller, given)
      try {
        const kind = (k: string) => (k === 'dir' ? 'dir' : 'other')
        if (kind(source.kind) !== kind(target.kind)) throw new KernelError('EINVAL')
        mount.from = given
        mount.lower = mounts.mountOf(source)
        refuseItself(mounts, mount.lower, source, target, selfMount)
        if (mount.lower?.flags.has('local') !== false) mount.flags.add('local')
        attach(`/proc/self/fd/${source.fd}`, null, MS.BIND)
        const flags = linuxFlags(mount)
        if (flags !== 0) reach(root => linuxMount(null, root, null, MS.REMOUNT | MS.BIND | flags))
      } finally {
        fs.closeSync(source.fd)
      }
    },
  }
}

/** vfs_getopt_size: a number (also with 0x or a leading 0) and one of k m g t; undefined for another text. */
function size(value: string | undefined): number | undefined {
  const m = /^(0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*)([kmgt]?)$/i.exec(value ?? '')
  if (!m?.[1]) return undefined
  const digits = m[1]
  const number = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits)
  return number * 1024 ** ' kmgt'.indexOf((m[2] || ' ').toLowerCase())
}

/** Options that forbid an update: a tmpfs that was mounted with one of them refuses it (tmpfs_updateopts). */
const TMPFS_FIXED = ['mode', 'uid', 'gid', 'inodes', 'maxfilesize', 'nonc', 'pgread', 'union']

const tmpfs: Filesystem = {
  number: 0x87,
  lsflags: 'jail',
  local: true,
  jail: true,
  options: [
    ...[
      'from',
      'size',
      'maxfilesize',
      'inodes',
      'easize',
      'uid',
      'gid',
      'mode',
      'export',
      'union',
      'nonc',
      'nomtime',
    ],
    ...['nosymfollow', 'pgread'],
  ],
  mount({ target, mount, attach }) {
    const o = mount.options
    const covered = fs.fstatSync(target.fd)
    const octal = /^[0-7]+/.exec(o.get('mode') ?? '')?.[0]
    const id = (name: string) => /^[0-9]+$/.exec(o.get(name) ?? '')?.[0]
    const data = [
      `mode=${octal ?? (covered.mode & 0o7777).toString(8)}`,
      `uid=${id('uid') ?? covered.uid}`,
      `gid=${id('gid') ?? covered.gid}`,
      `size=${size(o.get('size')) ?? 0}`,
      `nr_inodes=${size(o.get('inodes')) ?? 0}`,
    ]
    mount.from = 'tmpfs'
    mount.flags.add('local')
    try {
      attach('tmpfs', 'tmpfs', linuxFlags(mount), data.join(','))
    } catch (error) {
      throw error instanceof LibcError && error.code === 'ENOMEM' ? new KernelError('ENOSPC') : error
    }
  },
  update(mount, options, flags, root) {
    for (const name of options.keys())
      if (TMPFS_FIXED.includes(name)) throw new KernelError('EOPNOTSUPP', `mount option <${name}> is unknown`)
    // tmpfs_mount compares the size in bytes with the size of the mount, which it has rounded up to whole pages.
    const [asked, had] = [options, mount.options].map(list => size(list.get('size')) ?? 0)
    if (asked !== Math.ceil(had! / 4096) * 4096) throw new KernelError('EOPNOTSUPP')
    linuxMount('tmpfs', root, null, MS.REMOUNT | linuxFlags(mount, flags))
  },
}

function pseudo(
  number: number,
  lsflags: string,
  from: string,
  more: Partial<Filesystem> & { make(request: MountRequest): void },
): Filesystem {
  return {
    number,
    lsflags,
    local: true,
    jail: true,
    ...more,
    mount(request) {
      request.mount.from = from
      if (more.local !== false) request.mount.flags.add('local')
      more.make(request)
    },
  }
}

/** procfs: the /proc of the host's pid namespace; a jail's processes lack the capability to look at others. */
function proc({ mount, attach }: MountRequest): void {
  try {
    attach('proc', 'proc', linuxFlags(mount), `hidepid=invisible,gid=${NOBODYS_GID}`)
  } catch {
    attach('proc', 'proc', linuxFlags(mount))
  }
}

/** fdescfs: links to the descriptors of the process that follows them, also where there is no procfs. */
function fdesc({ mount, attach, reach }: MountRequest): void {
  attach('fdescfs', 'tmpfs', linuxFlags(mount) & ~MS.RDONLY, 'mode=555')
  reach(root => {
    for (let fd = 0; fd < 20; fd++) fs.symlinkSync(descriptorLink(fd), `${root}/${fd}`)
    showDescriptors(root)
  })
}

/** ufs and other types of disks: the host has no disk that could be mounted. */
function disk(number: number): Filesystem {
  return {
    number,
    lsflags: '',
    local: true,
    mount({ caller, mount }) {
      const source = lookup(caller, mount.from)
      fs.closeSync(source.fd)
      throw new KernelError('ENOTBLK')
    },
  }
}

/** linsysfs(4): five directories and the CPUs, which is what programs look at (sys/compat/linsysfs). */
function linsys({ mount, attach, reach }: MountRequest): void {
  attach('linsysfs', 'tmpfs', linuxFlags(mount) & ~MS.RDONLY, 'mode=555')
  reach(root => {
    fillLinsys(root)
    linuxMount(null, root, null, MS.REMOUNT | MS.BIND | linuxFlags(mount) | MS.RDONLY)
  })
}

function fillLinsys(root: string): void {
  const cpus = navigator.hardwareConcurrency
  const range = cpus === 1 ? '0\n' : `0-${cpus - 1}\n`
  const dirs = [
    'bus/pci/devices',
    'class/drm',
    'class/net',
    'class/power_supply',
    'class/scsi_host',
    'dev/char',
  ]
  for (const dir of [...dirs, 'kernel/debug'])
    fs.mkdirSync(`${root}/${dir}`, { recursive: true, mode: 0o555 })
  const system = `${root}/devices/system/cpu`
  for (let cpu = 0; cpu < cpus; cpu++) fs.mkdirSync(`${system}/cpu${cpu}`, { recursive: true, mode: 0o555 })
  for (const name of ['online', 'possible', 'present'])
    fs.writeFileSync(`${system}/${name}`, range, { mode: 0o444 })
}

/** Registers the types, in the order of lsvfs(1). devfs registers itself first. */
export function registerFilesystems(mounts: Mounts, selfMount: 'hang' | 'allow'): void {
  mounts.type('msdosfs', disk(0x32))
  mounts.type('procfs', pseudo(0x02, 'synthetic, jail', 'procfs', { make: proc }))
  mounts.type('nfs', disk(0x3a))
  mounts.type('cd9660', disk(0xbd))
  mounts.type('tmpfs', tmpfs)
  mounts.type('ufs', disk(0x35))
  mounts.type('p9fs', disk(0xe3))
  mounts.type('nullfs', nullfs(mounts, selfMount))
  mounts.type(
    'fdescfs',
    pseudo(0x59, 'synthetic, jail', 'fdescfs', {
      local: false,
      make: fdesc,
      beforeUnmount: (_, root) => hideDescriptors(root),
      restore: (_, root) => showDescriptors(root),
    }),
  )
  mounts.type('linprocfs', pseudo(0xb0, 'synthetic, jail', 'linprocfs', { make: proc }))
  mounts.type(
    'linsysfs',
    pseudo(0x6b, 'synthetic, jail', 'linsysfs', {
      make: linsys,
    }),
  )
  mounts.type(
    'mqueuefs',
    pseudo(0x71f, 'synthetic, jail', 'mqueuefs', {
      make: ({ mount, attach }) => attach('mqueue', 'mqueue', linuxFlags(mount)),
    }),
  )
  mounts.type('unionfs', disk(0x41))
}
