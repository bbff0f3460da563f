/** Mount points below the container's /dev, where mkdir(2) is impossible. */
import { type Context, isLinuxConfig } from '../core/context.ts'
import type { MountsPlan } from '../core/mounts-plan.ts'
import type { MountStep } from '../core/plan.ts'
import type { DeviceRequests } from '../devices/requests.ts'

/**
 * True for a mount that loads linux_common, which makes /dev/shm (sys/compat/linux/linux_common.c, linux_dev_shm_create).
 * Such a mount outside /dev comes before the one on /dev/shm, so on a host that has not run a Linux program yet /dev/shm
 * exists in time.
 */
function bringsShm({ fstype, destination }: MountStep): boolean {
  return ['linprocfs', 'linsysfs'].includes(fstype) && destination.lastIndexOf('/') === 0
}

/**
 * Checks a mount point inside a devfs, which has no mkdir: the directory must exist. `shm` exists once the Linux ABI module
 * is loaded. For a directory that the host has, a rule is requested; a mount that only Linux needs is left out otherwise.
 */
export function fitsInDevfs(
  context: Context,
  step: MountStep,
  plan: MountsPlan,
  requests: DeviceRequests,
): boolean {
  if (!plan.devfs || !step.destination.startsWith('/dev/') || step.destination === '/dev/fd') return true
  const name = step.destination.slice('/dev/'.length)
  if (step.target === 'dir' && context.facts.pathKind(step.destination) === 'dir') {
    requests.directories.push(name)
    return true
  }
  if (name === 'shm' && plan.steps.some(bringsShm)) {
    requests.directories.push(name)
    return true
  }
  if (name === 'shm') {
    context.fate(
      step.origin,
      'ignored',
      'devfs has no shm directory; it comes with the Linux ABI (kldload linux64)',
    )
    context.warn(`${step.origin}: /dev/shm is left out: devfs has no shm directory until linux64 is loaded`)
    return false
  }
  if (isLinuxConfig(context.config) && ['console', 'ptmx', 'mqueue', 'pts', 'hugepages'].includes(name)) {
    context.fate(step.origin, 'ignored', `devfs has its own ${name}, or none`)
    return false
  }
  context.fail(
    `${step.origin}.destination`,
    `${step.destination}: devfs has no such directory, and none can be made in it`,
    // A container of Linux goes without some of these mounts.
    { lacks: property => property === 'linux' },
  )
  return false
}
