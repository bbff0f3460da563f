/** The mount table with FreeBSD's rules (mounts.md): nmount(2), unmount(2) and what statfs(2) tells. */
import fs from 'node:fs'
import type { Json } from '../client.ts'
import { LibcError, umount } from '../libc.ts'
import { type Caller, HOST, type Kernel, KernelError, text } from './kernel.ts'
import type { Klds } from './klds.ts'
import { asKernelError, type Found, lookup } from './paths.ts'

/** One mounted file system. */
export interface Mount {
  /** 16 hex digits as `mount -v` prints them. */
  fsid: string
  fstype: string
  from: string
  /** Resolved host path. */
  on: string
  /** Flags by option name: ro, noexec, nosuid, noatime, nosymfollow, union, sync, async, ignore, rootfs, local ... */
  flags: Set<string>
  /** nmount options as given, without the generic ones. */
  options: Map<string, string | undefined>
  /** nullfs: the mount its source is on. */
  lower?: Mount
  /** What the file system's own code keeps. */
  data?: unknown
  /** jid of the mounter. */
  jid: number
}

/** What a file system's `mount` gets. It does the Linux mount on `/proc/self/fd/N` of the target. */
export interface MountRequest {
  caller: Caller
  target: Found
  mount: Mount
  /** A Linux path for the target that no link or rename can change. */
  point: string
}

/** A file system type. */
export interface Filesystem {
  /** lsvfs(1): number and flags; `Refs` is counted. */
  number: number
  lsflags: string
  /** Shown as `local` (false for fdescfs and devfs). */
  local: boolean
  /** Options it knows besides the generic ones; undefined when it does not check. */
  options?: readonly string[]
  /** Name of the module, when it is not the type. */
  module?: string
  /** May be mounted on a regular file. */
  fileMount?: boolean
  /** Jails may mount it with allow.mount.TYPE. */
  jail?: boolean
  mount(request: MountRequest): void
  /** mount -u; without it EOPNOTSUPP. */
  update?(mount: Mount, options: Map<string, string | undefined>, flags: Set<string>): void
  /** Takes down what was mounted inside (hidden sub-mounts); `restore` puts it back when the unmount fails. */
  beforeUnmount?(mount: Mount): void
  restore?(mount: Mount): void
  /** After it has gone. */
  unmounted?(mount: Mount): void
}

/** Options of vfs_donmount (mounts.md section 2): option, flag, and whether it sets or clears. */
const FLAG_OPTIONS: Record<string, readonly [flag: string, on: boolean]> = {
  ro: ['ro', true],
  rdonly: ['ro', true],
  rw: ['ro', false],
  noro: ['ro', false],
  sync: ['sync', true],
  noexec: ['noexec', true],
  exec: ['noexec', false],
  nosuid: ['nosuid', true],
  suid: ['nosuid', false],
  union: ['union', true],
  async: ['async', true],
  noasync: ['async', false],
  suiddir: ['suiddir', true],
  nosymfollow: ['nosymfollow', true],
  symfollow: ['nosymfollow', false],
  multilabel: ['multilabel', true],
  noatime: ['noatime', true],
  atime: ['noatime', false],
  noclusterr: ['noclusterr', true],
  noclusterw: ['noclusterw', true],
}
/** Options that say how to mount and are not kept. */
const ONE_SHOT = new Set([
  'update',
  'force',
  'reload',
  'nocover',
  'cover',
  'emptydir',
  'noemptydir',
  'automounted',
])
/** Always accepted by vfs_filteropt. */
const GENERIC = new Set([
  'ro',
  'rw',
  'noro',
  'nosuid',
  'noexec',
  'suid',
  'exec',
  'errmsg',
  'fstype',
  'fspath',
])

export class Mounts {
  readonly table: Mount[] = []
  readonly types = new Map<string, Filesystem>()
  private count = 0
  private readonly klds: Klds
  /** May this jail mount that type? Set by the jails. */
  jailMayMount: (caller: Caller, type: string) => boolean = () => false
  /** Is the root of some jail on this mount? */
  jailRootOn: (mount: Mount) => boolean = () => false
  /** Host path prefix of a jailed caller's root, and how much it may see. */
  view: (caller: Caller) => { root: string; enforce: number } = () => ({ root: '/', enforce: 0 })

  constructor(klds: Klds) {
    this.klds = klds
  }

  /** Registers a file system type. */
  type(name: string, type: Filesystem): void {
    this.types.set(name, type)
  }

  fsid(type: Filesystem): string {
    this.count++
    const hex = (n: number) => Buffer.from(new Uint32Array([n]).buffer).toString('hex')
    return hex(0xff00 + this.count) + hex(type.number)
  }

  /** A mount that is there from the start (no Linux mount is made). */
  addBase(fstype: string, from: string, on: string, flags: string[], data?: unknown): Mount {
    const type = this.types.get(fstype)
    if (type === undefined) throw new Error(`no type ${fstype}`)
    const mount: Mount = {
      fsid: this.fsid(type),
      fstype,
      from,
      on,
      flags: new Set(flags),
      options: new Map(),
      data,
      jid: 0,
    }
    this.table.push(mount)
    return mount
  }

  /** The topmost mount on exactly this path. */
  on(path: string): Mount | undefined {
    return this.table.findLast(m => m.on === path)
  }

  /** The mount that a resolved path is on. */
  containing(path: string): Mount | undefined {
    let best: Mount | undefined
    for (const m of this.table) {
      const inside = m.on === '/' || path === m.on || path.startsWith(`${m.on}/`)
      if (inside && (best === undefined || m.on.length >= best.on.length)) best = m
    }
    return best
  }

  /** nmount(2). */
  nmount(caller: Caller, given: readonly (readonly [string, string | undefined])[], ignore: boolean): void {
    if (caller.uid !== 0) throw new KernelError('EPERM')
    const options = new Map<string, string | undefined>()
    const flags = new Set<string>()
    const how = new Set<string>()
    for (const [name, value] of given) {
      const flag = FLAG_OPTIONS[name]
      if (ONE_SHOT.has(name)) how.add(name)
      else options.set(name, value)
      if (flag?.[1]) flags.add(flag[0])
      else if (flag) flags.delete(flag[0])
    }
    if (ignore) flags.add('ignore')
    const fstype = options.get('fstype')
    const fspath = options.get('fspath')
    if (fstype === undefined) throw new KernelError('EINVAL', 'Invalid fstype')
    if (fspath === undefined) throw new KernelError('EINVAL', 'Invalid fspath')
    if (fstype.length >= 16 || Buffer.byteLength(fspath) >= 1024) throw new KernelError('ENAMETOOLONG')
    if (how.has('update')) {
      this.update(caller, fspath, options, flags)
      return
    }
    const type = this.find(caller, fstype)
    if (caller.jid !== 0 && !(type.jail === true && this.jailMayMount(caller, fstype)))
      throw new KernelError('EPERM')
    const target = lookup(caller, fspath)
    try {
      this.checkTarget(caller, type, target, how)
      this.checkOptions(type, options, 'EINVAL')
      const from = options.get('from') ?? options.get('target') ?? fstype
      for (const name of ['fstype', 'fspath', 'errmsg']) options.delete(name)
      const mount: Mount = {
        fsid: this.fsid(type),
        fstype,
        from,
        on: target.path,
        flags,
        options,
        jid: caller.jid,
      }
      type.mount({ caller, target, mount, point: `/proc/self/fd/${target.fd}` })
      this.table.push(mount)
    } catch (error) {
      throw asKernelError(error)
    } finally {
      fs.closeSync(target.fd)
    }
  }

  /** The type, its module loaded when the caller may. */
  private find(caller: Caller, fstype: string): Filesystem {
    const type = this.types.get(fstype)
    if (type === undefined) throw new KernelError('EINVAL', 'Invalid fstype')
    const module = type.module ?? fstype
    if (!this.klds.has(module) && !(caller.jid === 0 && this.klds.want(module)))
      throw new KernelError('EINVAL', 'Invalid fstype')
    return type
  }

  private checkTarget(caller: Caller, type: Filesystem, target: Found, how: Set<string>): void {
    const there = this.on(target.path)
    if (target.kind !== 'dir') {
      if (type.fileMount !== true || target.kind === 'other') throw new KernelError('ENOTDIR')
      if (there !== undefined) throw new KernelError('EBUSY')
      if (target.links !== 1) throw new KernelError('EINVAL')
    }
    if (caller.jid !== 0 && target.path === this.view(caller).root) throw new KernelError('EPERM')
    if (how.has('nocover') && there !== undefined) throw new KernelError('EBUSY')
    if (how.has('emptydir') && fs.readdirSync(`/proc/self/fd/${target.fd}`).length > 0)
      throw new KernelError('ENOTEMPTY')
  }

  /** vfs_filteropt(9). */
  private checkOptions(type: Filesystem, options: Map<string, string | undefined>, errno: string): void {
    if (type.options === undefined) return
    for (const name of options.keys()) {
      if (GENERIC.has(name) || type.options.includes(name)) continue
      if (name.startsWith('no') && type.options.includes(name.slice(2))) continue
      throw new KernelError(errno, `mount option <${name}> is unknown`)
    }
  }

  private update(
    caller: Caller,
    fspath: string,
    options: Map<string, string | undefined>,
    flags: Set<string>,
  ): void {
    const target = lookup(caller, fspath)
    fs.closeSync(target.fd)
    const mount = this.on(target.path)
    if (mount === undefined || (caller.jid !== 0 && mount.jid !== caller.jid)) throw new KernelError('EINVAL')
    const type = this.types.get(mount.fstype)
    if (type?.update === undefined) throw new KernelError('EOPNOTSUPP')
    for (const name of ['fstype', 'fspath', 'errmsg', 'from']) options.delete(name)
    // The old options are merged in before the file system sees them (vfs_mergeopts).
    const merged = new Map([...mount.options, ...options])
    this.checkOptions(type, options, 'EINVAL')
    try {
      type.update(mount, merged, flags)
    } catch (error) {
      throw asKernelError(error)
    }
    for (const name of ['ro', 'noexec', 'nosuid', 'noatime', 'nosymfollow', 'sync', 'async', 'union'])
      if (flags.has(name)) mount.flags.add(name)
      else mount.flags.delete(name)
  }

  /** unmount(2) by mount point. */
  unmount(caller: Caller, path: string, force: boolean): void {
    if (caller.uid !== 0) throw new KernelError('EPERM')
    const byId = /^FSID:(.*)$/.exec(path)?.[1]
    let mount = byId === undefined ? undefined : this.table.find(m => m.fsid === byId)
    if (byId === undefined) {
      const exact = caller.jid === 0 ? this.on(path) : undefined
      mount = exact
      if (mount === undefined) {
        const target = lookup(caller, path)
        fs.closeSync(target.fd)
        mount = this.on(target.path)
      }
    }
    if (mount === undefined) throw new KernelError('EINVAL')
    if (caller.jid !== 0 && mount.jid !== caller.jid) throw new KernelError('EPERM')
    this.remove(mount, force)
  }

  /** True when another mount is on or stacked over this one, or has it as its source. */
  private inUse(mount: Mount): boolean {
    const at = this.table.indexOf(mount)
    return this.table.some(
      (m, i) =>
        m.lower === mount ||
        (i > at && (m.on === mount.on || m.on.startsWith(`${mount.on}/`)) && m !== mount),
    )
  }

  private remove(mount: Mount, force: boolean): void {
    if (mount.on === '/' || this.inUse(mount)) throw new KernelError('EBUSY')
    if (!force && this.jailRootOn(mount)) throw new KernelError('EBUSY')
    const type = this.types.get(mount.fstype)
    type?.beforeUnmount?.(mount)
    try {
      umount(mount.on, force ? 2 | 8 : 8)
    } catch (error) {
      type?.restore?.(mount)
      if (error instanceof LibcError && error.code === 'EINVAL') {
        // Gone behind our back (a rename of a directory above it keeps the mount, its recorded path does not).
        this.table.splice(this.table.indexOf(mount), 1)
      }
      throw asKernelError(error)
    }
    this.table.splice(this.table.indexOf(mount), 1)
    type?.unmounted?.(mount)
  }

  /** Takes away everything that was mounted since the boot. */
  reset(base: number): void {
    for (const mount of this.table.slice(base).reverse()) {
      try {
        this.remove(mount, true)
      } catch {
        // It is gone with its parent.
      }
    }
    this.table.length = base
  }

  /** What getfsstat(2) gives the caller: all, or what enforce_statfs leaves, with paths as it sees them. */
  visible(caller: Caller): Mount[] {
    if (caller.jid === 0) return this.table
    const { root, enforce } = this.view(caller)
    if (enforce === 0) return this.table
    const strip = (path: string) => (root === '/' ? path : path === root ? '/' : path.slice(root.length))
    const own = this.containing(root)
    const list = this.table
      .filter(m => m === own || (enforce === 1 && (root === '/' || m.on.startsWith(`${root}/`))))
      .map(m => ({ ...m, on: m === own ? '/' : strip(m.on) }))
    return enforce === 2 ? list.filter(m => m.on === '/') : list
  }
}

function toJson(m: Mount): { [key: string]: Json } {
  return { fsid: m.fsid, fstype: m.fstype, from: m.from, on: m.on, flags: [...m.flags] }
}

function optionList(value: Json | undefined): [string, string | undefined][] {
  if (!Array.isArray(value)) throw new KernelError('EINVAL')
  return value.map(pair => {
    if (!Array.isArray(pair) || typeof pair[0] !== 'string') throw new KernelError('EINVAL')
    return [pair[0], typeof pair[1] === 'string' ? pair[1] : undefined]
  })
}

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
  kernel.register('mountAt', (caller, path) => {
    const m = mounts.visible(caller).findLast(entry => entry.on === text(path))
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
    const m = mounts.containing(target.path)
    return m === undefined ? null : { ...toJson(m), path: target.path }
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

export { HOST }
