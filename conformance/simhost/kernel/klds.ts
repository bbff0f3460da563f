/** Kernel modules: built-in ones, files that can be loaded, and loaded files. */
import { type Kernel, KernelError, requireHostRoot, text } from './kernel.ts'

/** A loadable file: modules it brings (as `kldstat -m` names them) and files it needs. */
interface KldFile {
  modules?: string[]
  needs?: string[]
  size: number
}

/** Modules of the kernel of 15.1 GENERIC that callers ask for (MODULE names, not file names). */
const BUILT_IN = new Set(
  `tmpfs procfs devfs ufs ffs cd9660 msdosfs nfs nfscl nfsd p9fs bpf tun tuntap if_tuntap loop ether vlan if_vlan if_lo
  virtio vtnet virtio_blk uart acpi pci usb ugen random mem io null geom g_part g_label md if_gif if_tap pty
  sysvmsg sysvsem sysvshm racct rctl mac aesni crypto cam da cd xpt kbdmux atkbd vt`.split(/\s+/),
)

const FILES: Record<string, KldFile> = {
  nullfs: { size: 0x56c0 },
  fdescfs: { size: 0x4390 },
  linux_common: { size: 0x12f98 },
  linux: { needs: ['linux_common'], modules: ['linuxelf'], size: 0x30a18 },
  linux64: { needs: ['linux_common'], modules: ['linux64elf'], size: 0x30a18 },
  linprocfs: { needs: ['linux_common'], size: 0xce78 },
  linsysfs: { needs: ['linux_common'], size: 0x72f8 },
  if_epair: { size: 0x3770 },
  bridgestp: { size: 0x6d58 },
  if_bridge: { needs: ['bridgestp'], size: 0xf2c0 },
  if_wg: { size: 0x2e000 },
  if_vxlan: { size: 0x1d000 },
  if_carp: { size: 0xe000, modules: ['carp'] },
  pf: { size: 0x8a000 },
  pflog: { needs: ['pf'], size: 0x6000 },
  pfsync: { needs: ['pf'], size: 0x12000 },
  ipfw: { size: 0x30000 },
  ipfw_nat: { needs: ['ipfw', 'libalias'], size: 0x4000 },
  libalias: { size: 0xa000 },
  dummynet: { needs: ['ipfw'], size: 0x18000 },
  vmm: { size: 0x2a5000 },
  nmdm: { size: 0x4300 },
  ppt: { needs: ['vmm'], size: 0x4000 },
  zfs: { needs: ['cryptodev'], modules: ['zfsctrl'], size: 0x5d0000 },
  cryptodev: { size: 0x4000 },
  fusefs: { modules: ['fuse'], size: 0x24000 },
  cuse: { size: 0x7000 },
  mqueuefs: { size: 0x7b00 },
  unionfs: { size: 0xe000 },
  autofs: { size: 0xa000 },
  ext2fs: { size: 0x2a000 },
  udf: { size: 0x9000 },
  smbfs: { size: 0x20000 },
  drm: { size: 0x80000, modules: ['drmn'] },
  drm2: { size: 0x60000 },
  i915kms: { needs: ['drm'], size: 0x1c0000 },
  amdgpu: { needs: ['drm'], size: 0x800000 },
  nvidia: { size: 0x1800000 },
  accf_http: { size: 0x2340 },
  accf_data: { size: 0x2100 },
  coretemp: { size: 0x2400 },
  cpuctl: { size: 0x3400 },
  ipmi: { size: 0x9000 },
  mac_do: { size: 0x7000 },
  mac_bsdextended: { size: 0x5000 },
  if_lagg: { size: 0xd000 },
  netmap: { size: 0x40000 },
  snd_uaudio: { size: 0x20000 },
  snd_hda: { size: 0x20000 },
  umodem: { size: 0x3000 },
  ucom: { size: 0x5000 },
  uftdi: { needs: ['ucom'], size: 0x5000 },
  uplcom: { needs: ['ucom'], size: 0x4000 },
  filemon: { size: 0x4000 },
  tcp_bbr: { size: 0x20000 },
  tcp_rack: { size: 0x40000 },
}

/** Names of all loadable files, without .ko. */
export function moduleFiles(): string[] {
  return Object.keys(FILES)
}

/** File systems whose file has another name than their type. */
const BY_TYPE: Record<string, string> = { fusefs: 'fusefs', linsysfs: 'linsysfs' }

interface Loaded {
  id: number
  name: string
  refs: number
  address: number
  size: number
  modules: string[]
}

/** The list of loaded files. */
export class Klds {
  private loaded: Loaded[] = []
  private readonly kernel: Kernel
  constructor(kernel: Kernel) {
    this.kernel = kernel
    this.reset()
  }

  /** Forgets all files but the kernel, as a boot does. */
  reset(): void {
    this.loaded = [
      { id: 1, name: 'kernel', refs: 1, address: 0x200000, size: 0x1f7b1f8, modules: [...BUILT_IN] },
    ]
  }

  list(): readonly Loaded[] {
    return this.loaded
  }

  /** True when a module of that name is in the kernel or loaded. */
  has(module: string): boolean {
    return this.loaded.some(file => file.modules.includes(module))
  }

  /** kldload(2): by file name, with or without .ko or a path. ENOENT, EEXIST. */
  load(file: string): Loaded {
    const name = file.replace(/^.*\//, '').replace(/\.ko$/, '')
    if (this.has(name) || this.loaded.some(l => l.name === `${name}.ko`)) throw new KernelError('EEXIST')
    const entry = Object.hasOwn(FILES, name) ? FILES[name] : undefined
    if (entry === undefined) throw new KernelError('ENOENT')
    for (const needed of entry.needs ?? []) {
      const there = this.loaded.find(l => l.name === `${needed}.ko`)
      if (there === undefined) this.load(needed)
      else there.refs++
    }
    const last = this.loaded.at(-1)
    const loaded: Loaded = {
      id: Math.max(...this.loaded.map(l => l.id)) + 1,
      name: `${name}.ko`,
      refs: 1,
      address:
        last?.id === 1 ? 0x2200000 : (last?.address ?? 0) + 0x1000 * Math.ceil((last?.size ?? 0) / 0x1000),
      size: entry.size,
      modules: [name, ...(entry.modules ?? [])],
    }
    this.loaded.push(loaded)
    if (this.kernel !== undefined) this.kernel.emit('moduleLoaded', name)
    return loaded
  }

  /** Loads the module of a file system or parameter if it exists, as mount(2) and libjail do. True when it is loaded. */
  want(type: string): boolean {
    if (this.has(type)) return true
    try {
      this.load(BY_TYPE[type] ?? type)
      return true
    } catch {
      return false
    }
  }

  /** kldunload(2): ENOENT; EBUSY for the kernel and for files that others need. */
  unload(name: string): void {
    const file = name.replace(/\.ko$/, '')
    const at = this.loaded.findIndex(l => l.name === `${file}.ko` || l.name === name)
    const entry = this.loaded[at]
    if (entry === undefined) throw new KernelError('ENOENT')
    if (entry.id === 1 || entry.refs > 1) throw new KernelError('EBUSY')
    this.loaded.splice(at, 1)
    for (const needed of FILES[file]?.needs ?? []) {
      const there = this.loaded.find(l => l.name === `${needed}.ko`)
      if (there !== undefined) there.refs--
    }
  }
}

/** Registers the calls about kernel modules, and gives the table of modules. */
export function install(kernel: Kernel): Klds {
  const klds = new Klds(kernel)
  kernel.on('reboot', () => klds.reset())
  kernel.register('kldload', (caller, name) => {
    requireHostRoot(caller)
    return klds.load(text(name)).id
  })
  // kldload(2) for callers that want the module and do not mind that it is loaded already.
  kernel.register('kldLoad', (caller, name) => {
    requireHostRoot(caller)
    try {
      klds.load(text(name))
    } catch (error) {
      if (!(error instanceof KernelError) || error.errno !== 'EEXIST') throw error
    }
    return null
  })
  // The call does kldfind(2), then modfind(2).
  kernel.register('moduleLoaded', (_, name) => {
    const wanted = text(name)
    return klds.has(wanted) || klds.list().some(l => l.name === wanted || l.name === `${wanted}.ko`)
  })
  kernel.register('kldunload', (caller, name) => {
    requireHostRoot(caller)
    klds.unload(text(name))
    return null
  })
  kernel.register('kldstat', () => klds.list().map(l => ({ ...l })))
  kernel.register('modfind', (_, name) => klds.has(text(name)))
  return klds
}
