/** Device profiles: annotation `org.jailwright.device.profiles`, a comma list of these names. */
import { annotationPath, type Context } from '../core/context.ts'
import { moduleFor } from './linux-names.ts'
import type { DeviceRequests } from './requests.ts'

/** The annotation's name. */
export const PROFILES_ANNOTATION = 'org.jailwright.device.profiles'

/** What a profile gives and needs. */
export interface DeviceProfile {
  /** One line for help and documentation. */
  summary: string
  /** Names and patterns below /dev. */
  devices: readonly string[]
  /** One of these names below /dev has to be on the host. */
  needs?: readonly string[]
  /**
   * Kernel modules, as kldload(8) takes them. The first brings what `needs` names; the nodes of the others are made when
   * they are opened (nmdm(4)), so that only kldstat(8) tells whether they are there.
   */
  modules?: readonly string[]
  /** Jail parameters that go with it. */
  allow?: readonly string[]
  /** Needs a host whose kern.securelevel is at most this. */
  securelevel?: number
  /** What an administrator has to know. */
  warning?: string
}

/** A directory by its name would be shown with all that is in it; parents of a pattern are shown without being named. */
const BHYVE = ['vmmctl', 'vmm/*', 'vmm.io/*', 'nmdm*', 'tap*'] as const

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
  fuse: { summary: 'file systems in user space', devices: ['fuse'], needs: ['fuse'], modules: ['fusefs'] },
  gpu: {
    summary: 'graphics cards, display included',
    devices: ['dri/*'],
    needs: ['dri'],
    modules: [moduleFor('dri')!],
  },
  'gpu-render': {
    summary: 'render nodes of graphics cards (OpenCL, Vulkan, video), no display',
    devices: ['dri/renderD*'],
    needs: ['dri'],
    modules: [moduleFor('dri')!],
  },
  pf: { summary: 'the pf(4) firewall', devices: ['pf'], needs: ['pf'], modules: ['pf'] },
  serial: { summary: 'serial ports, USB ones too', devices: ['cuau*', 'cuaU*', 'ttyu*', 'ttyU*'] },
  tun: { summary: 'tunnels of VPN programs', devices: ['tun*', 'tap*'] },
  usb: { summary: 'all USB devices', devices: ['usbctl', 'usb/*', 'ugen*'], needs: ['usb', 'usbctl'] },
  zfs: {
    summary: 'ZFS administration of jailed datasets',
    devices: ['zfs'],
    needs: ['zfs'],
    modules: ['zfs'],
  },
}

/** Adds the devices of the profiles asked for; gives the jail parameters that go with them. */
export function translateProfiles(
  context: Context,
  requests: DeviceRequests,
): { name: string; origin: string }[] {
  const list = context.annotations[PROFILES_ANNOTATION]
  if (list === undefined) return []
  const origin = annotationPath(PROFILES_ANNOTATION)
  const parameters: { name: string; origin: string }[] = []
  for (const word of list.split(',').map(part => part.trim())) {
    const profile = Object.hasOwn(DEVICE_PROFILES, word) ? DEVICE_PROFILES[word] : undefined
    if (!profile) {
      const known = Object.keys(DEVICE_PROFILES).join(', ')
      context.fail(origin, `unknown device profile ${JSON.stringify(word)}; known are ${known}`)
      continue
    }
    if (!usable(context, word, profile, origin)) continue
    for (const name of profile.devices) requests.entries.push({ name, origin })
    for (const name of profile.allow ?? []) parameters.push({ name, origin })
    if (profile.warning) context.warn(`${origin}: profile ${word} ${profile.warning}`)
    context.fate(origin, 'translated', `devfs rules of ${list}`)
  }
  return parameters
}

function usable(context: Context, word: string, profile: DeviceProfile, origin: string): boolean {
  const { needs, modules: [module, ...others] = [] } = profile
  if (needs && !needs.some(name => context.facts.pathKind(`/dev/${name}`) !== undefined)) {
    context.fail(origin, `profile ${word}: this host has no /dev/${needs[0]}`, {
      code: 'UNSUPPORTED',
      ...(module === undefined ? {} : { hint: `kldload ${module}` }),
    })
    return false
  }
  const level = Number(context.facts.sysctl('kern.securelevel') ?? '-1')
  if (profile.securelevel !== undefined && level > profile.securelevel) {
    context.fail(
      origin,
      `profile ${word}: kern.securelevel is ${level}, it must be at most ${profile.securelevel}`,
      {
        code: 'UNSUPPORTED',
      },
    )
    return false
  }
  for (const other of others) {
    if (context.facts.moduleLoaded(other) !== false) continue
    context.warn(
      `${origin}: profile ${word}: module ${other} is not loaded, its devices cannot be opened (kldload ${other})`,
    )
  }
  return true
}
