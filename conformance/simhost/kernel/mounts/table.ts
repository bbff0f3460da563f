/** The mount table with FreeBSD's rules (sys/kern/vfs_mount.c): nmount(2), unmount(2) and what statfs(2) tells. */
import fs from 'node:fs'
import { mount as linuxMount } from '../../libc.ts'
import { type Caller, KernelError } from '../kernel.ts'
import type { Klds } from '../klds.ts'
import { asKernelError, type Found, lookup } from '../paths.ts'
import { linuxMounts, newMountOn, onMount } from './linux-mounts.ts'
import { checkOptions, FLAG_OPTIONS, ONE_SHOT } from './options.ts'
import type { Filesystem, Mount } from './types.ts'
import { detach, inUse, nowAt } from './unmount.ts'

/** All mounts of the host. */
export class Mounts {
  readonly table: Mount[] = []
  readonly types = new Map<string, Filesystem>()
  private count = 0
  private readonly klds: Klds
  /** Whether the caller's jail may mount that type; the part of jails sets the function. */
  jailMayMount: (caller: Caller, type: string) => boolean = () => false
  /** Whether the root of some jail is on this mount. */
  jailRootOn: (mount: Mount) => boolean = () => false
  /** The root of the caller's jail as a path of the host, and its enforce_statfs. */
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

  /** Adds a mount that exists from the start, without a mount in Linux. */
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

  /** The mount with exactly this recorded mount point, the newest of several. */
  on(path: string): Mount | undefined {
    return this.table.findLast(m => m.on === path)
  }

  /** Where a mount is now, or its recorded mount point when it is in another mount namespace of Linux. */
  place(mount: Mount): string {
    return (mount.id === undefined ? undefined : linuxMounts().get(mount.id)?.place) ?? mount.on
  }

  /** Gives `work` the root of a mount, by descriptor where it can be had. */
  reach<T>(mount: Mount, work: (root: string) => T): T {
    return onMount(mount.id, mount.on, work)
  }

  /** The mount of an object; hidden mounts of the simulation do not count. */
  mountOf(found: Found): Mount | undefined {
    const direct = this.table.find(m => m.id === found.mountId)
    if (direct !== undefined) return direct
    const list = linuxMounts()
    for (let at = list.get(found.mountId); at !== undefined; at = list.get(at.parent)) {
      const { id, parent } = at
      const known = this.table.find(m => m.id === id)
      if (known !== undefined) return known
      if (parent === id) break
    }
    return this.containing(found.path)
  }

  /** The mount whose root the object is. */
  private rootedAt(found: Found): Mount | undefined {
    const mount = this.mountOf(found)
    if (mount === undefined) return undefined
    return mount.id === found.mountId && mount.on !== found.path
      ? this.place(mount) === found.path
        ? mount
        : undefined
      : this.on(found.path)
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
      // vn_fullpath_global has MAXPATHLEN bytes for the path that is recorded (sys/kern/vfs_cache.c).
      if (Buffer.byteLength(target.path) >= 1024) throw new KernelError('ENOMEM')
      this.checkTarget(caller, type, target, how)
      checkOptions(type, options, 'EINVAL')
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
      type.mount({
        caller,
        target,
        mount,
        attach(source, kind, linuxFlags = 0, data) {
          linuxMount(source, `/proc/self/fd/${target.fd}`, kind, linuxFlags, data)
          mount.id = newMountOn(target.mountId)
        },
        reach: work => this.reach(mount, work),
      })
      this.table.push(mount)
    } catch (error) {
      throw asKernelError(error)
    } finally {
      fs.closeSync(target.fd)
    }
  }

  /** The type of a file system, after its module is loaded where the caller may load it. */
  private find(caller: Caller, fstype: string): Filesystem {
    const type = this.types.get(fstype)
    if (type === undefined) throw new KernelError('EINVAL', 'Invalid fstype')
    const module = type.module ?? fstype
    if (!this.klds.has(module) && !(caller.jid === 0 && this.klds.want(module)))
      throw new KernelError('EINVAL', 'Invalid fstype')
    return type
  }

  private checkTarget(caller: Caller, type: Filesystem, target: Found, how: Set<string>): void {
    const there = this.rootedAt(target)
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

  private update(
    caller: Caller,
    fspath: string,
    options: Map<string, string | undefined>,
    flags: Set<string>,
  ): void {
    const target = lookup(caller, fspath)
    fs.closeSync(target.fd)
    const mount = this.rootedAt(target)
    if (mount === undefined || (caller.jid !== 0 && mount.jid !== caller.jid)) throw new KernelError('EINVAL')
    const type = this.types.get(mount.fstype)
    if (type?.update === undefined) throw new KernelError('EOPNOTSUPP')
    for (const name of ['fstype', 'fspath', 'errmsg', 'from']) options.delete(name)
    // The file system sees the new options merged with the old ones (vfs_mergeopts).
    const merged = new Map([...mount.options, ...options])
    checkOptions(type, options, 'EINVAL')
    try {
      const { update } = type
      this.reach(mount, root => update(mount, merged, flags, root))
    } catch (error) {
      throw asKernelError(error)
    }
    for (const name of ['ro', 'noexec', 'nosuid', 'noatime', 'nosymfollow', 'sync', 'async', 'union'])
      if (flags.has(name)) mount.flags.add(name)
      else mount.flags.delete(name)
  }

  /**
   * unmount(2) as kern_unmount does it (sys/kern/vfs_mount.c). `FSID:...` is MNT_BYFSID. The kernel resolves a path first and
   * compares the result with the recorded mount points; it compares the path itself only when it leads nowhere.
   */
  unmount(caller: Caller, path: string, force: boolean): void {
    if (caller.uid !== 0) throw new KernelError('EPERM')
    const byId = /^FSID:(.*)$/.exec(path)?.[1]
    const mount = byId === undefined ? this.on(nowAt(caller, path)) : this.table.find(m => m.fsid === byId)
    if (mount === undefined) throw new KernelError(byId === undefined ? 'EINVAL' : 'ENOENT')
    if (mount.flags.has('rootfs')) throw new KernelError('EINVAL')
    if (caller.jid !== 0 && mount.jid !== caller.jid) throw new KernelError('EPERM')
    this.remove(mount, force)
  }

  private remove(mount: Mount, force: boolean): void {
    if (inUse(this.table, mount, force)) throw new KernelError('EBUSY')
    if (!force && this.jailRootOn(mount)) throw new KernelError('EBUSY')
    const type = this.types.get(mount.fstype)
    this.reach(mount, root => type?.beforeUnmount?.(mount, root))
    try {
      detach(mount, () => this.place(mount), force)
    } catch (error) {
      this.reach(mount, root => type?.restore?.(mount, root))
      throw asKernelError(error)
    }
    this.table.splice(this.table.indexOf(mount), 1)
    type?.unmounted?.(mount)
  }

  /** Unmounts everything that was mounted since the boot. */
  reset(base: number): void {
    for (const mount of this.table.slice(base).reverse()) {
      try {
        this.remove(mount, true)
      } catch {
        // The mount has gone with its parent.
      }
    }
    this.table.length = base
  }

  /** The mounts that getfsstat(2) gives the caller: those that enforce_statfs leaves, with paths inside its root. */
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
