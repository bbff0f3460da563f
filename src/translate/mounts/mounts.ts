/** Makes mount steps, in the order of their execution, of `mounts` and of Linux' masked and read-only paths. */

import type { Mount } from '../../bundle/generated/config.ts'
import { findLast, hasOwn } from '../../es2020.ts'
import * as posix from '../../paths.ts'
import { type Context, isLinuxConfig } from '../core/context.ts'
import type { MountOptions, MountsPlan } from '../core/mounts-plan.ts'
import type { MountStep } from '../core/plan.ts'
import { type BindFromDev, bindFromDev } from '../devices/binds.ts'
import { DEFAULT_RULESET, missingRuleset } from '../devices/default-ruleset.ts'
import type { DeviceRequests } from '../devices/requests.ts'
import { followMounts, withoutHidden } from './below-source.ts'
import { fitsInDevfs } from './inside-devfs.ts'
import { addDescriptors, linuxImageOptions } from './linux-image.ts'
import { maskedPaths, normalise, readonlyPaths } from './masked-paths.ts'
import { translateMountOptions } from './options.ts'
import { inOrder, withMountPoints } from './order.ts'

/** Types that FreeBSD's kernel knows and that a container may be given. */
const KERNEL_TYPES = new Set(
  'nullfs tmpfs devfs fdescfs procfs linprocfs linsysfs mqueuefs ufs zfs p9fs cd9660 ext2fs msdosfs udf unionfs'.split(
    ' ',
  ),
)

/** Types that only their own programs can mount, which give the kernel a file handle, a descriptor or a session. */
const NEEDS_PROGRAM: Readonly<Record<string, string>> = {
  nfs: 'mount_nfs',
  fusefs: 'mount_fusefs',
  smbfs: 'mount_smbfs',
}

/** Types of Linux that are left out, each with the reason why this is harmless. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  devpts: 'devfs has pts',
  mqueue: 'devfs can hold no mount point for it',
  cgroup: 'FreeBSD has no cgroups',
  cgroup2: 'FreeBSD has no cgroups',
  bpf: 'FreeBSD has no such file system',
  binfmt_misc: 'FreeBSD has no such file system',
  configfs: 'FreeBSD has no such file system',
  debugfs: 'FreeBSD has no such file system',
  efivarfs: 'FreeBSD has no such file system',
  fusectl: 'FreeBSD has no such file system',
  hugetlbfs: 'FreeBSD has no such file system',
  pstore: 'FreeBSD has no such file system',
  securityfs: 'FreeBSD has no such file system',
  selinuxfs: 'FreeBSD has no such file system',
  tracefs: 'FreeBSD has no such file system',
}

/** A translated mount, with the words that only a devfs has. */
interface Translated {
  step: MountStep
  options: MountOptions
}

/** Translates all mounts; bind mounts from /dev become device requests in `requests`. */
export function translateMounts(context: Context, requests: DeviceRequests): MountsPlan {
  const plan: MountsPlan = { steps: [] }
  const mounts = context.config.mounts ?? []
  mounts.forEach((mount, index) => {
    const property = `mounts[${index}]`
    const destination = normalise(context, mount.destination, `${property}.destination`)
    if (destination === undefined) return
    const fstype = fstypeOf(context, mount, destination, property)
    if (fstype === undefined) return
    const device =
      fstype === 'nullfs' ? bindFromDev(context, mount, destination, property, requests) : 'no device'
    if (device === 'done') {
      // The fate of the whole entry stands, because no nullfs is mounted.
      context.fates.delete(`${property}.type`)
      return
    }
    const translated = translateMount(context, mount, fstype, destination, property, device)
    if (!translated) return
    if (fstype === 'devfs' && destination === '/dev') {
      // A second devfs on /dev would hide the first and its rules.
      if (plan.devfs) {
        context.fail(property, `/dev has a devfs already (${plan.devfs.property})`)
        return
      }
      plan.devfs = { ...translated, property, fromLinux: mount.type !== 'devfs' }
    } else if (fstype === 'devfs') plainDevfs(context, translated, property)
    if (cannotLieOver(context, plan.steps, translated.step)) return
    plan.steps.push(translated.step)
    const { step } = translated
    if (fstype === 'nullfs' && step.target === 'dir')
      plan.steps.push(...followMounts(context, step, mount.options ?? [], property))
  })
  plan.steps = withoutHidden(plan.steps)
  addDescriptors(context, plan.steps, plan.devfs)
  const ordered = inOrder(plan.steps.filter(step => fitsInDevfs(context, step, plan, requests)))
  const masks = maskedPaths(context, ordered, requests)
  const readonly = readonlyPaths(context, ordered, masks)
  // A read-only copy would hide mounts inside the path, so it comes before them.
  plan.steps = withMountPoints([...inOrder([...ordered, ...readonly]), ...masks])
  return plan
}

/**
 * True for a mount that is not to be made because of an earlier one on its destination. Directories stack in the config's
 * order, as with runc. Of the others the kernel takes no second one, and its words name neither: a nullfs of one source is
 * EDEADLK (null_vfsops.c, nullfs_mount), a mount on a mounted file EBUSY (vfs_mount.c, vfs_domount: MNT_NOCOVER), one of
 * a file on a directory ENOTDIR. The same again would change nothing; with other options, or of another source, it is an
 * error.
 */
function cannotLieOver(context: Context, steps: readonly MountStep[], step: MountStep): boolean {
  const before = findLast(
    steps,
    ({ destination, below }) => destination === step.destination && below === undefined,
  )
  if (!before) return false
  const source = before.fstype === 'nullfs' && step.fstype === 'nullfs' && before.source === step.source
  if (source) {
    const same = JSON.stringify(before.options) === JSON.stringify(step.options)
    if (same) context.fate(step.origin, 'ignored', `${before.origin} mounts the same there`)
    else
      context.fail(
        step.origin,
        `${step.source} is mounted on ${step.destination} by ${before.origin} already`,
      )
    return true
  }
  if (before.target === 'dir' && step.target === 'dir') return false
  const [one, other] = [before, step].map(named)
  context.fail(
    `${step.origin}.destination`,
    `${step.destination} has ${one} already (${before.origin}), and ${other} cannot be mounted over it`,
  )
  return true
}

/** The source of a mount, with what it is. */
function named({ target, source }: MountStep): string {
  if (source === '%{empty}') return 'the empty file of /dev/null'
  return `the ${target === 'dir' ? 'directory' : target} ${source}`
}

/** The FreeBSD type of a mount; undefined when it is left out or refused, with its fate recorded. */
function fstypeOf(context: Context, mount: Mount, destination: string, property: string): string | undefined {
  const linux = isLinuxConfig(context.config)
  const options = mount.options ?? []
  const type = mount.type ?? ''
  const to = (fstype: string, note = fstype) => {
    context.fate(`${property}.type`, fstype === type ? 'applied' : 'translated', fstype === type ? '' : note)
    return fstype
  }
  const leaveOut = (why: string) => {
    context.fate(property, 'ignored', why)
    return undefined
  }
  if (options.includes('bind') || options.includes('rbind') || type === 'bind') return to('nullfs')
  if ((type === '' || type === 'none') && mount.source?.startsWith('/')) return to('nullfs')
  if (type === 'tmpfs' && destination === '/dev') return to('devfs', `devfs, ruleset ${DEFAULT_RULESET}`)
  if (KERNEL_TYPES.has(type)) return to(type)
  if (hasOwn(NEEDS_PROGRAM, type)) {
    context.fail(`${property}.type`, `${type} is mounted by ${NEEDS_PROGRAM[type]}(8) only`, {
      hint: 'mount it on the host, and give the container that directory as a bind mount',
      lacks: other => other === `${property}.options` || other === `${property}.source`,
    })
    return undefined
  }
  if (type === 'proc') return to(linux ? 'linprocfs' : 'procfs')
  if (type === 'sysfs') return linux ? to('linsysfs') : leaveOut('a FreeBSD container has no /sys')
  if (hasOwn(LEFT_OUT, type)) return leaveOut(LEFT_OUT[type]!)
  context.fail(
    `${property}.type`,
    `unknown type ${type || '""'}; known are ${[...KERNEL_TYPES].sort().join(', ')}, bind`,
    { lacks: other => other === `${property}.options` || other === `${property}.source` },
  )
  return undefined
}

/** Labels of file systems that have no source, as mount(8) shows them. */
const LABELS: Readonly<Record<string, string>> = {
  devfs: 'devfs',
  fdescfs: 'fdescfs',
  linprocfs: 'linprocfs',
  linsysfs: 'linsysfs',
  mqueuefs: 'mqueuefs',
  procfs: 'procfs',
  tmpfs: 'tmpfs',
}

function translateMount(
  context: Context,
  mount: Mount,
  fstype: string,
  destination: string,
  property: string,
  device: Exclude<BindFromDev, 'done'>,
): Translated | undefined {
  const options = translateMountOptions(context, fstype, mount.options ?? [], property)
  linuxImageOptions(context, fstype, destination, options, property)
  for (const name of ['uidMappings', 'gidMappings'] as const) {
    if (mount[name]?.length) context.fail(`${property}.${name}`, 'FreeBSD has no id-mapped mounts')
  }
  const base = { kind: 'mount', fstype, destination, options: options.options, origin: property } as const
  if (fstype !== 'nullfs') {
    const source = LABELS[fstype] ?? mount.source
    if (source === undefined || source === '') {
      context.fail(`${property}.source`, `a ${fstype} needs a source`)
      return undefined
    }
    if (mount.source !== undefined) {
      const same = mount.source === source
      context.fate(`${property}.source`, same ? 'applied' : 'ignored', same ? '' : 'a label only')
    }
    // A new mount point of a tmpfs gets mode 1777, which Linux gives the tmpfs itself; an existing one keeps its mode.
    const createMode = fstype === 'tmpfs' ? { createMode: modeOf(options) ?? '1777' } : {}
    const copyUp = options.copyUp ? { copyUp: true } : {}
    return { options, step: { ...base, source, target: 'dir', ...createMode, ...copyUp } }
  }
  if (device === 'empty file') {
    context.fate(
      `${property}.source`,
      'translated',
      'an empty file: nullfs cannot cover a file with a device',
    )
    options.options = [['ro', undefined]]
    return { options, step: { ...base, options: options.options, source: '%{empty}', target: 'file' } }
  }
  return bind(context, mount, base, options, property)
}

function modeOf(options: MountOptions): string | undefined {
  return options.options.find(([name]) => name === 'mode')?.[1]
}

/** The step of a nullfs, whose source's kind decides the kind of the mount point. */
function bind(
  context: Context,
  mount: Mount,
  base: Pick<MountStep, 'kind' | 'fstype' | 'destination' | 'options' | 'origin'>,
  options: MountOptions,
  property: string,
): Translated | undefined {
  const path = `${property}.source`
  if (!mount.source) {
    context.fail(path, 'a nullfs needs a source')
    return undefined
  }
  // config.md: for bind mounts, "either an absolute path or one relative to the bundle".
  const source = posix.resolve(context.bundleDir, mount.source)
  context.fate(
    path,
    source === mount.source ? 'applied' : 'translated',
    source === mount.source ? '' : source,
  )
  const kind = context.facts.pathKind(source)
  if (kind === undefined) {
    context.fail(path, `${source}: no such file or directory`, { code: 'HOST' })
    return undefined
  }
  if (kind === 'dir' || kind === 'file') return { options, step: { ...base, source, target: kind } }
  if (kind === 'socket') {
    const name = posix.basename(base.destination)
    const directory = `.${name}.jailwright`
    const parent = posix.dirname(base.destination)
    const via = {
      directory: posix.join(
        posix.dirname(source),
        `.jailwright-${context.id}-${property.replaceAll(/\D/g, '')}`,
      ),
      mountPoint: posix.join(parent, directory),
      link: `${directory}/${name}`,
    }
    context.fate(path, 'translated', `a second name of the socket, mounted at ${via.mountPoint}`)
    // The mount is read-only, because files that the container makes or removes beside the socket are the host's.
    const readOnly = [...base.options.filter(([word]) => word !== 'ro'), ['ro', undefined] as const]
    return { options, step: { ...base, options: readOnly, source, target: 'socket', via } }
  }
  const hint =
    kind === 'device' ? 'devices are given by devfs rules: mount it from /dev to the same place' : undefined
  context.fail(path, `${source} is neither directory, file nor socket`, hint === undefined ? {} : { hint })
  return undefined
}

/** A devfs elsewhere than on /dev: it can name a ruleset, but gets no set of the container's own. */
function plainDevfs(context: Context, translated: Translated, property: string): void {
  const { ruleset, rules } = translated.options
  for (const { property: path } of rules) {
    context.fail(path, 'rule= is for the devfs on /dev only', {
      lacks: other => other === `${property}.destination`,
    })
  }
  const number = ruleset?.number ?? DEFAULT_RULESET
  if (number !== 0 && !context.facts.rulesetExists(number)) {
    context.fail(ruleset?.property ?? property, missingRuleset(number), { code: 'HOST' })
  }
  if (number === 0) context.warn(`${ruleset?.property ?? property}: ruleset 0 shows every device of the host`)
  translated.step.options = [...translated.options.options, ['ruleset', String(number)]]
}
