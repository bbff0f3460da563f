/** Device profiles: annotation `org.jailwright.device.profiles`, a comma list of these names. */

import { hasOwn } from '../../es2020.ts'
import { annotationPath, type Context } from '../core/context.ts'
import type { HostFacts } from '../core/plan.ts'
import { moduleFor } from './linux-names.ts'
import type { DeviceRequests } from './requests.ts'

/** The annotation's name. */
const PROFILES_ANNOTATION = 'org.jailwright.device.profiles'

/** A jail parameter that a device profile or a dataset asks for, and not the config's own section about the jail. */
export interface Wanted {
  name: string
  value: string
  origin: string
}

/** The devices and jail parameters that a profile gives, and what the profile needs. */
export interface DeviceProfile {
  /** One line for help and documentation. */
  summary: string
  /** Names and patterns below /dev. */
  devices: readonly string[]
  /** Names and patterns below /dev by a device: they are shown where the host has that device. */
  where?: Readonly<Record<string, readonly string[]>>
  /** Names below /dev of which the host must have one. */
  needs?: readonly string[]
  /**
   * Kernel modules, as kldload(8) takes them. The first one brings the devices of `needs`. The nodes of the others are made
   * when a program opens them (nmdm(4)), so only kldstat(8) tells whether they are available.
   */
  modules?: readonly string[]
  /** Jail parameters that the profile switches on. */
  allow?: readonly string[]
  /** File systems that the jail may mount itself: allow.mount, allow.mount.TYPE and enforce_statfs 1, all three (jail(8)). */
  mounts?: readonly string[]
  /** True for a profile that needs a network stack of the jail's own. */
  vnet?: boolean
  /** The highest securelevel, of the host and of the jail, at which the profile works. */
  securelevel?: number
  /** A warning for the administrator. */
  warning?: string
}

/** No directory stands here by its name: a directory is shown with all its contents, a pattern with its parents only. */
const BHYVE = ['vmmctl', 'vmm/*', 'vmm.io/*', 'nmdm*', 'tap*'] as const

/** The modules that bring the devices of a graphics card, for hints. */
const GPU_MODULES = `${moduleFor('dri')}, or ${moduleFor('nvidiactl')}`

/** All profiles by name. */
export const DEVICE_PROFILES: Readonly<Record<string, DeviceProfile>> = {
  audio: {
    summary: 'sound cards',
    devices: ['dsp*', 'mixer*', 'sndstat'],
    needs: ['sndstat'],
    modules: ['snd_driver'],
  },
  bhyve: {
    summary: 'virtual machines by bhyve(8)',
    devices: BHYVE,
    needs: ['vmmctl', 'vmm'],
    modules: ['vmm', 'nmdm'],
    allow: ['allow.vmm'],
  },
  'bhyve-passthrough': {
    summary: 'bhyve(8) with PCI pass-through',
    devices: [...BHYVE, 'pci', 'io', 'mem', 'kmem'],
    needs: ['vmmctl', 'vmm'],
    modules: ['vmm', 'nmdm'],
    allow: ['allow.vmm', 'allow.vmm_ppt'],
    securelevel: 0,
    warning: 'shows the memory of the host: its root is root of the host',
  },
  bpf: { summary: 'packet capture', devices: ['bpf', 'bpf[0-9]*'], needs: ['bpf'] },
  fuse: {
    summary: 'file systems in user space: the device, and the permission to mount them',
    devices: ['fuse'],
    needs: ['fuse'],
    modules: ['fusefs'],
    mounts: ['fusefs'],
  },
  gpu: {
    summary: 'graphics cards, display included',
    devices: [],
    where: { dri: ['dri/*'], nvidiactl: ['nvidiactl', 'nvidia[0-9]*', 'nvidia-modeset', 'nvidia-uvm*'] },
    needs: ['dri', 'nvidiactl'],
    modules: [GPU_MODULES],
  },
  'gpu-render': {
    summary: 'render nodes of graphics cards (OpenCL, Vulkan, CUDA, video), no display',
    devices: [],
    where: { dri: ['dri/renderD*'], nvidiactl: ['nvidiactl', 'nvidia[0-9]*', 'nvidia-uvm*'] },
    needs: ['dri', 'nvidiactl'],
    modules: [GPU_MODULES],
  },
  pf: {
    summary: 'the pf(4) firewall of a network stack of its own',
    devices: ['pf'],
    needs: ['pf'],
    modules: ['pf'],
    // Every change is a netlink command with cmd_priv PRIV_NETINET_PF (sys/netpfil/pf/pf_nl.c), which only a vnet jail has
    // (sys/kern/kern_jail.c, prison_priv_check), and cmd_securelevel 2 (sys/netlink/netlink_generic.c refuses it from 2 on).
    vnet: true,
    securelevel: 1,
  },
  serial: { summary: 'serial ports, USB ones too', devices: ['cuau*', 'cuaU*', 'ttyu*', 'ttyU*'] },
  tun: { summary: 'tunnels of VPN programs', devices: ['tun*', 'tap*'] },
  usb: { summary: 'all USB devices', devices: ['usbctl', 'usb/*', 'ugen*'], needs: ['usb', 'usbctl'] },
  zfs: {
    summary: 'ZFS administration of datasets that are handed over (org.jailwright.zfs.datasets)',
    devices: ['zfs'],
    needs: ['zfs'],
    modules: ['zfs'],
    mounts: ['zfs'],
  },
}

/** The profile of a name; undefined for a name that is none. */
export function profileOf(name: string): DeviceProfile | undefined {
  return hasOwn(DEVICE_PROFILES, name) ? DEVICE_PROFILES[name] : undefined
}

/** Adds the devices of the config's profiles to `requests`; gives the jail parameters of these profiles. */
export function translateProfiles(context: Context, requests: DeviceRequests): Wanted[] {
  const list = context.annotations[PROFILES_ANNOTATION]
  if (list === undefined) return []
  const origin = annotationPath(PROFILES_ANNOTATION)
  const wanted: Wanted[] = []
  for (const word of list.split(',').map(part => part.trim())) {
    const profile = profileOf(word)
    if (!profile) {
      const known = Object.keys(DEVICE_PROFILES).join(', ')
      context.fail(origin, `unknown device profile ${JSON.stringify(word)}; known are ${known}`)
      continue
    }
    const [lack] = hostLacks(context.facts, profile)
    if (lack) {
      const hint = lack.hint === undefined ? {} : { hint: lack.hint }
      context.fail(origin, `profile ${word}: ${lack.text}`, { code: 'UNSUPPORTED', ...hint })
      continue
    }
    for (const { text, hint } of unloaded(context.facts, profile))
      context.warn(`${origin}: profile ${word}: ${text} (${hint})`)
    for (const name of devicesOf(context.facts, profile)) requests.entries.push({ name, origin })
    wanted.push(...parametersOf(profile, origin))
    if (profile.warning) context.warn(`${origin}: profile ${word} ${profile.warning}`)
    context.fate(origin, 'translated', `devfs rules of ${list}`)
  }
  return wanted
}

/** Jail parameters of a profile. */
export function parametersOf({ allow = [], mounts = [] }: DeviceProfile, origin: string): Wanted[] {
  const names = [
    ...allow,
    ...(mounts.length > 0 ? ['allow.mount'] : []),
    ...mounts.map(type => `allow.mount.${type}`),
  ]
  return [
    ...names.map(name => ({ name, value: 'true', origin })),
    ...(mounts.length > 0 ? [{ name: 'enforce_statfs', value: '1', origin }] : []),
  ]
}

/** Names and patterns of a profile on this host. */
function devicesOf(facts: HostFacts, { devices, where = {} }: DeviceProfile): string[] {
  const there = Object.entries(where).filter(([key]) => facts.pathKind(`/dev/${key}`) !== undefined)
  return [...devices, ...there.flatMap(([, names]) => names)]
}

/** Something that the host lacks, and what to do about it. */
export interface Lack {
  text: string
  hint?: string
}

/** What the host lacks for a profile to work. */
export function hostLacks(
  facts: HostFacts,
  { needs, modules: [module] = [], securelevel }: DeviceProfile,
): Lack[] {
  const lacks: Lack[] = []
  if (needs && !needs.some(name => facts.pathKind(`/dev/${name}`) !== undefined))
    lacks.push({
      text: `this host has no /dev/${needs[0]}`,
      ...(module === undefined ? {} : { hint: `kldload ${module}` }),
    })
  const level = Number(facts.sysctl('kern.securelevel') ?? '-1')
  if (securelevel !== undefined && level > securelevel)
    lacks.push({ text: `kern.securelevel is ${level}, it must be at most ${securelevel}` })
  return lacks
}

/** The modules that are not loaded and without which some of a profile's devices cannot be opened. */
export function unloaded(facts: HostFacts, { modules: [, ...others] = [] }: DeviceProfile): Lack[] {
  return others
    .filter(other => facts.moduleLoaded(other) === false)
    .map(other => ({
      text: `module ${other} is not loaded, its devices cannot be opened`,
      hint: `kldload ${other}`,
    }))
}

/**
 * The securelevel with which the jail starts, and whose it is: the config's, or the parent jail's, which a child gets
 * (sys/kern/kern_jail.c, kern_jail_set).
 */
function securelevelOf(context: Context, jail: JailOfProfiles): { level: number; whose: string } {
  const own = jail.parameters.find(([name]) => name === 'securelevel')?.[1]
  if (own !== undefined) return { level: Number(own), whose: 'of the jail' }
  const around = jail.parent === undefined ? undefined : context.facts.jail(jail.parent)?.securelevel
  return { level: Number(around ?? '-1'), whose: `of the parent jail ${jail.parent}` }
}

/** What profiles ask of a jail. */
interface JailOfProfiles {
  vnet: boolean
  parent?: string | undefined
  parameters: readonly (readonly [string, string | true])[]
}

/** Refuses profiles for which the jail lacks a network stack of its own or a low securelevel. */
export function checkProfiles(context: Context, jail: JailOfProfiles): void {
  const origin = annotationPath(PROFILES_ANNOTATION)
  const { level, whose } = securelevelOf(context, jail)
  for (const word of (context.annotations[PROFILES_ANNOTATION] ?? '').split(',').map(part => part.trim())) {
    const profile = profileOf(word)
    if (profile?.vnet && !jail.vnet)
      context.fail(origin, `profile ${word}: works only in a jail with a network stack of its own`, {
        hint: 'annotation org.freebsd.jail.vnet=new',
        lacks: saysVnet,
      })
    if (profile?.securelevel !== undefined && level > profile.securelevel)
      context.fail(
        origin,
        `profile ${word}: securelevel ${whose} is ${level}, it must be at most ${profile.securelevel}`,
      )
  }
}

/** True for a property that can give a jail a network stack of its own. */
function saysVnet(property: string): boolean {
  return property === 'freebsd' || property.startsWith('freebsd.jail') || property.startsWith('annotations')
}
