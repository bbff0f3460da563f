/** `check`: kernel modules, loaded or loadable. */
import { exists } from '../../host/files.ts'
import type { Host } from '../../host/types.ts'
import { join } from '../../paths.ts'
import { DEVICE_PROFILES } from '../../translate/devices/profiles.ts'
import type { Finding } from './finding.ts'

/** A module by its file name, its purpose, and whether containers need it. */
interface Wanted {
  name: string
  purpose: string
  needed: boolean
  /**
   * The name of the module inside the file, where it differs: modfind(2) knows this name, and kldload(8) the file name.
   */
  module?: string
}

const WANTED: readonly Wanted[] = [
  { name: 'nullfs', purpose: 'volumes and read-only roots', needed: true },
  { name: 'fdescfs', purpose: '/dev/fd', needed: true },
  { name: 'tmpfs', purpose: 'tmpfs mounts', needed: true },
  { name: 'if_epair', purpose: 'networks of vnet jails', needed: false },
  { name: 'if_bridge', purpose: 'networks of vnet jails', needed: false },
  { name: 'linux64', purpose: 'Linux programs', needed: false, module: 'linux64elf' },
  { name: 'linprocfs', purpose: '/proc of Linux images', needed: false },
  { name: 'linsysfs', purpose: '/sys of Linux images', needed: false },
  { name: 'vmm', purpose: 'bhyve in a jail', needed: false },
  { name: 'nmdm', purpose: 'consoles of bhyve guests', needed: false },
  { name: 'pf', purpose: "podman's port forwarding and NAT", needed: false },
]

/** The module path when sysctl(8) has no kern.module_path. */
const MODULE_PATH = '/boot/kernel;/boot/modules'

/** Returns a finding for each module, and one for the modules that only device profiles need. */
export function checkModules(host: Host): Finding[] {
  const isPresent = ({ name, module }: Pick<Wanted, 'name' | 'module'>) =>
    host.kernel.moduleLoaded(name) || (module !== undefined && host.kernel.moduleLoaded(module))
  const dirs = (host.kernel.sysctl('kern.module_path') ?? MODULE_PATH).split(/[;:]/)
  const hasFile = (name: string) => dirs.some(dir => exists(join(dir, `${name}.ko`)))
  const sealed = Number(host.kernel.sysctl('kern.securelevel') ?? '-1') > 0
  return [
    ...WANTED.map(wanted => moduleFinding(wanted, isPresent(wanted), hasFile(wanted.name), sealed)),
    profilesFinding(isPresent),
  ]
}

function moduleFinding(
  { name, purpose, needed }: Wanted,
  present: boolean,
  hasFile: boolean,
  sealed: boolean,
): Finding {
  const subject = name
  const status = needed ? 'missing' : 'warning'
  if (present) return { subject, status: 'ok', message: `present (${purpose})` }
  if (!hasFile) {
    return {
      subject,
      status,
      message: `not in the kernel, and no ${name}.ko in its module path (${purpose})`,
      hint: `install the kernel's modules, or a kernel with ${name}`,
    }
  }
  if (sealed) {
    return {
      subject,
      status,
      message: `not loaded, and kern.securelevel forbids loading it (${purpose})`,
      hint: `kld_list+="${name}" in /etc/rc.conf and reboot`,
    }
  }
  return {
    subject,
    status: 'ok',
    message: `not loaded, but loadable (${purpose})`,
    hint: `kldload ${name}; kld_list+="${name}" in /etc/rc.conf for every boot`,
  }
}

/**
 * Returns which device profiles need a module loaded. That is no fault, because most hosts use none of the profiles.
 */
function profilesFinding(isPresent: (wanted: { name: string }) => boolean): Finding {
  const modules = new Map<string, string[]>()
  for (const [profile, { modules: wanted = [], needs }] of Object.entries(DEVICE_PROFILES)) {
    const there = needs?.some(name => exists(`/dev/${name}`))
    for (const [index, module] of wanted.entries()) {
      // The nodes that a profile needs come from its first module, so that module is not needed when the nodes exist.
      // Some modules are described by a text, because the right module depends on the hardware.
      if ((index === 0 && there) || (!module.includes(' ') && isPresent({ name: module }))) continue
      modules.set(module, [...(modules.get(module) ?? []), profile])
    }
  }
  const subject = 'device profiles'
  const count = Object.keys(DEVICE_PROFILES).length
  if (modules.size === 0) return { subject, status: 'ok', message: `all ${count} can be used` }
  const list = [...modules].map(([module, profiles]) => `${profiles.join(', ')}: ${module}`)
  return {
    subject,
    status: 'ok',
    message: `some want a module first (${list.join('; ')})`,
    hint: 'kldload MODULE before a container that uses the profile',
  }
}
