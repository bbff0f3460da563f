/**
 * Options and mounts that a Linux image needs and that its config lacks: FreeBSD's Linux ABI works with the mounts that
 * `service linux start` makes (libexec/rc/rc.d/linux), and podman writes only some of their options.
 */
import { type Context, isLinuxConfig } from '../core/context.ts'
import type { DevfsOnDev, MountOptions } from '../core/mounts-plan.ts'
import type { MountStep } from '../core/plan.ts'

/**
 * Adds the options that a mount of a Linux image lacks. Mounts of a container of FreeBSD stay as they are.
 *
 * - fdescfs: `linrdlnk`, unless `rdlnk` asks for the contrary. Programs of Linux read /proc/self/fd/N as links, and
 *   linprocfs makes /proc/self/fd a link to /dev/fd (sys/compat/linprocfs/linprocfs.c, linprocfs_dofdescfs; fdescfs(5)).
 * - tmpfs on /dev/shm: `mode=1777`, the default of Linux. A tmpfs of FreeBSD takes the mode of the covered directory, which
 *   is 0555 in a devfs.
 */
export function linuxImageOptions(
  context: Context,
  fstype: string,
  destination: string,
  { options }: MountOptions,
  property: string,
): void {
  if (!isLinuxConfig(context.config)) return
  const has = (...names: string[]) => options.some(([name]) => names.includes(name))
  if (fstype === 'fdescfs' && !has('linrdlnk', 'rdlnk')) {
    options.push(['linrdlnk', undefined])
    context.fate(`${property}.type`, 'translated', 'fdescfs with linrdlnk, as service linux mounts it')
  } else if (fstype === 'tmpfs' && destination === '/dev/shm' && !has('mode')) {
    options.push(['mode', '1777'])
    context.fate(`${property}.type`, 'translated', 'tmpfs with mode=1777, the default of Linux')
  }
}

/** Adds an fdescfs on /dev/fd where the config is for Linux: devfs alone has only 0, 1 and 2 there (fd(4)). */
export function addDescriptors(context: Context, steps: MountStep[], devfs: DevfsOnDev | undefined): void {
  if (!devfs?.fromLinux || steps.some(({ destination }) => destination === '/dev/fd')) return
  steps.splice(steps.indexOf(devfs.step) + 1, 0, {
    kind: 'mount',
    fstype: 'fdescfs',
    source: 'fdescfs',
    destination: '/dev/fd',
    target: 'dir',
    options: isLinuxConfig(context.config) ? [['linrdlnk', undefined]] : [],
    origin: devfs.property,
  })
}
