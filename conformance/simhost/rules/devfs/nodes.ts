/**
 * The class of a node's driver, for `type` in a devfs rule (D_DISK, D_MEM, D_TAPE, D_TTY of cdevsw). Most devices have
 * none; directories and links never have one.
 */
export type DeviceClass = 'disk' | 'mem' | 'tape' | 'tty'

/** One name in devfs. Directories above a name exist because of it and need no entry of their own. */
export interface DeviceNode {
  /** Path inside the mount, `pts/0`. */
  name: string
  kind: 'char' | 'link'
  /** The target of a link, relative to the link's directory. */
  target?: string
  class?: DeviceClass
  mode: number
  uid: number
  gid: number
  /**
   * What the node is on Linux: a device number, or the path to which a link leads. A node without either has no device,
   * and open(2) gives ENXIO.
   */
  linux?: readonly [major: number, minor: number] | string
}

const OPERATOR = 5
const KMEM = 2
const UUCP = 66
const DIALER = 68
const VIDEO = 44
const AUDIT = 77

function device(name: string, mode: number, more: Partial<DeviceNode> = {}): DeviceNode {
  return { name, kind: 'char', mode, uid: 0, gid: 0, ...more }
}

function link(name: string, target: string): DeviceNode {
  return { name, kind: 'link', target, mode: 0o755, uid: 0, gid: 0 }
}

function terminal(name: string, mode: number, more: Partial<DeviceNode> = {}): DeviceNode {
  return device(name, mode, { class: 'tty', ...more })
}

const SERIAL = ['', '.init', '.lock']
const VIRTUAL_TERMINALS = [...'0123456789ab']

/** The nodes of one FreeBSD 15.1 machine, as far as they are known: 60 names at the top of /dev. */
export const BASE_NODES: readonly DeviceNode[] = [
  device('acpi', 0o664, { gid: OPERATOR }),
  device('apm', 0o664, { gid: OPERATOR }),
  device('apmctl', 0o660, { gid: OPERATOR }),
  device('atkbd0', 0o600),
  device('audit', 0o440, { gid: AUDIT }),
  device('auditpipe', 0o600),
  device('bpf', 0o600),
  link('bpf0', 'bpf'),
  terminal('console', 0o600),
  device('consolectl', 0o600),
  device('ctty', 0o666, { linux: [5, 0] }),
  ...SERIAL.map(end => terminal(`cuau0${end}`, 0o660, { uid: UUCP, gid: DIALER })),
  device('devctl', 0o600),
  device('devctl2', 0o600),
  device('devstat', 0o444),
  ...[0, 1, 2].map(n => device(`fd/${n}`, 0o666, { linux: `/proc/self/fd/${n}` })),
  device('full', 0o666, { linux: [1, 7] }),
  device('geom.ctl', 0o640, { gid: OPERATOR }),
  device('io', 0o600),
  link('kbd0', 'atkbd0'),
  link('kbd1', 'kbdmux0'),
  device('kbdmux0', 0o600),
  device('klog', 0o600),
  device('kmem', 0o640, { gid: KMEM, class: 'mem' }),
  device('mdctl', 0o600),
  device('mem', 0o640, { gid: KMEM, class: 'mem' }),
  device('nfslock', 0o600),
  device('null', 0o666, { linux: [1, 3] }),
  device('pci', 0o644),
  device('random', 0o644, { linux: [1, 9] }),
  device('reroot', 0o600),
  link('stderr', 'fd/2'),
  link('stdin', 'fd/0'),
  link('stdout', 'fd/1'),
  device('sysmouse', 0o600),
  ...SERIAL.map(end => terminal(`ttyu0${end}`, 0o600)),
  ...VIRTUAL_TERMINALS.map(n => terminal(`ttyv${n}`, 0o600)),
  device('ufssuspend', 0o600),
  link('urandom', 'random'),
  device('usbctl', 0o644, { gid: OPERATOR }),
  device('vtbd0', 0o640, { gid: OPERATOR, class: 'disk' }),
  device('vtbd0p1', 0o640, { gid: OPERATOR, class: 'disk' }),
  device('vtbd0p2', 0o640, { gid: OPERATOR, class: 'disk' }),
  device('xpt0', 0o600, { gid: OPERATOR }),
  device('zero', 0o666, { linux: [1, 5] }),
]

/** A graphics card as drm-kmod shows it: the devices in drm/, links to them in dri/. */
const DRM_NODES: readonly DeviceNode[] = [
  device('drm/0', 0o660, { gid: VIDEO }),
  device('drm/128', 0o660, { gid: VIDEO }),
  link('dri/card0', '../drm/0'),
  link('dri/renderD128', '../drm/128'),
]

/** The same card as older drivers show it: devices in dri/ itself. */
const DRM2_NODES: readonly DeviceNode[] = [
  device('dri/card0', 0o660, { gid: VIDEO }),
  device('dri/renderD128', 0o660, { gid: VIDEO }),
]

/** Nodes that appear when a kernel module is loaded, by the module's file name without `.ko`. */
export const MODULE_NODES: Readonly<Record<string, readonly DeviceNode[]>> = {
  drm: DRM_NODES,
  i915kms: DRM_NODES,
  amdgpu: DRM_NODES,
  radeonkms: DRM2_NODES,
  drm2: DRM2_NODES,
  fusefs: [device('fuse', 0o666, { gid: OPERATOR })],
  zfs: [device('zfs', 0o666, { gid: OPERATOR })],
  pf: [device('pf', 0o600)],
  vmm: [device('vmmctl', 0o600)],
  nmdm: ['A', 'B'].map(end => terminal(`nmdm0${end}`, 0o600)),
  cuse: [device('cuse', 0o600, { gid: OPERATOR })],
  cryptodev: [device('crypto', 0o666)],
  snd_driver: [device('sndstat', 0o664), device('dsp', 0o666), device('mixer', 0o666)],
  linux64: [],
}

/** The node of a tun(4) or tap(4) interface. */
export function tunnelNode(name: string): DeviceNode {
  return device(name, 0o600, { uid: UUCP, gid: DIALER })
}

/** The slave of a pseudo-terminal, `pts/N`, which is the slave of Linux's own instance. */
export function ptsNode(unit: number, uid: number, linuxPath: string): DeviceNode {
  return terminal(`pts/${unit}`, 0o620, { uid, gid: 4, linux: linuxPath })
}
