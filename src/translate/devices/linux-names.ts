/** FreeBSD's names below /dev for Linux names of devices and Linux device numbers. */
import type { HostFacts } from '../core/plan.ts'

/**
 * FreeBSD's names by path below Linux' /dev; the first row that matches holds, `$1` is its first group. A plain name, which
 * must be on the host, stands before patterns, which need not match.
 */
const BY_PATH: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^net\/tun$/, ['tun*', 'tap*']],
  [/^kvm$/, ['vmmctl', 'vmm/*']],
  [/^snd(\/.*)?$/, ['sndstat', 'dsp*', 'mixer*']],
  [/^(dsp|mixer|audio)([0-9]*)$/, ['$1$2']],
  [/^ttyS([0-9]+)$/, ['cuau$1']],
  [/^tty(?:USB|ACM)([0-9]+)$/, ['cuaU$1']],
  [/^bus\/usb(\/.*)?$/, ['usbctl', 'usb/*', 'ugen*']],
  [/^loop([0-9]+)$/, ['md$1']],
  [/^nvme([0-9]+)n[0-9]+$/, ['nda$1']],
  [/^nvme([0-9]+)$/, ['nvme$1']],
  [/^sr([0-9]+)$/, ['cd$1']],
  [/^port$/, ['io']],
  [/^i2c-([0-9]+)$/, ['iic$1']],
  [/^gpiochip([0-9]+)$/, ['gpioc$1']],
  [/^ppp$/, ['tun*']],
]

/** Paths below Linux' /dev by a character device's major number (Linux' Documentation/admin-guide/devices.txt). */
const BY_MAJOR: Readonly<Record<number, (minor: number | undefined) => string | undefined>> = {
  1: minor =>
    ({ 1: 'mem', 2: 'kmem', 3: 'null', 4: 'port', 5: 'zero', 7: 'full', 8: 'random', 9: 'urandom' })[
      minor ?? -1
    ],
  4: minor => (minor !== undefined && minor >= 64 ? `ttyS${minor - 64}` : undefined),
  5: minor => ({ 0: 'tty', 1: 'console', 2: 'ptmx' })[minor ?? -1],
  10: minor => ({ 200: 'net/tun', 229: 'fuse', 232: 'kvm' })[minor ?? -1],
  13: minor => (minor !== undefined && minor >= 64 ? `input/event${minor - 64}` : 'input'),
  14: () => 'snd',
  81: minor => (minor === undefined ? 'video*' : `video${minor}`),
  116: () => 'snd',
  136: () => 'pts',
  166: minor => (minor === undefined ? 'cuaU*' : `ttyACM${minor}`),
  188: minor => (minor === undefined ? 'cuaU*' : `ttyUSB${minor}`),
  189: () => 'bus/usb',
  226: minor => {
    if (minor === undefined) return 'dri'
    return minor < 64 ? `dri/card${minor}` : minor < 128 ? `dri/controlD${minor}` : `dri/renderD${minor}`
  },
}

/**
 * Devices that Linux runtimes always list (config-linux.md, "Default Devices", and what podman and docker add). Those that
 * this host lacks are left out without an error.
 */
export const ALWAYS_ADDED: ReadonlySet<string> = new Set(
  'null zero full random urandom tty console ptmx pts net/tun stdin stdout stderr fd core'.split(' '),
)

/** Devices that the cgroup rules of every runtime allow, wanted or not. A config that wants /dev/fuse lists it as a device. */
export const ALWAYS_ALLOWED: ReadonlySet<string> = new Set([...ALWAYS_ADDED, 'fuse'])

/**
 * Devices that a container never gets, though Linux runtimes list them: Linux makes a node of the container's own, FreeBSD
 * would show the host's.
 */
export const NEVER_SHOWN: ReadonlySet<string> = new Set(['console', 'core'])

/**
 * FreeBSD's names for a name below Linux' /dev: the name itself where the host has it, else those of the table, else the
 * name itself.
 */
export function freebsdNames(linuxName: string, hostHas: (name: string) => boolean): readonly string[] {
  if (hostHas(linuxName)) return [linuxName]
  for (const [pattern, names] of BY_PATH) {
    const match = pattern.exec(linuxName)
    if (match)
      return names.map(name => name.replaceAll(/\$([12])/g, (_, n: string) => match[Number(n)] ?? ''))
  }
  return [linuxName]
}

/** The name below Linux' /dev for the numbers of a character device. A minor that is absent or below 0 stands for all. */
export function linuxName(major: number, minor: number | undefined): string | undefined {
  return BY_MAJOR[major]?.(minor === undefined || minor < 0 ? undefined : minor)
}

/** A hint what to do where the host lacks a device; undefined where there is no advice. */
export function missingHint(facts: HostFacts, name: string): string | undefined {
  const module = moduleFor(name)
  // A module that is loaded makes some nodes only when something uses them.
  if (module === undefined || module.includes(' ') || facts.moduleLoaded(module) !== true)
    return module && `kldload ${module}`
  return name.split('/')[0] === 'vmm'
    ? 'vmm is loaded: the directory is there while a virtual machine is; vmmctl and vmm/* can be named before'
    : `${module} is loaded, but there is no device of this name`
}

/** The kernel module that brings a device, for hints. */
export function moduleFor(name: string): string | undefined {
  const first = name.split('/')[0] ?? ''
  if (first.startsWith('vmm')) return 'vmm'
  if (first.startsWith('nmdm')) return 'nmdm'
  if (first === 'fuse') return 'fusefs'
  if (first === 'pf') return 'pf'
  if (first === 'zfs') return 'zfs'
  if (first.startsWith('nvidia')) return 'nvidia-modeset (package nvidia-driver)'
  if (first === 'dri' || first === 'drm') return 'i915kms or amdgpu (package drm-kmod)'
  if (/^(dsp|mixer|sndstat)/.test(first)) return 'snd_driver'
  return undefined
}
