/** ZFS datasets that are handed to the container: annotation `org.jailwright.zfs.datasets`, a comma list. */
import { annotationPath, type Context } from '../core/context.ts'
import type { RunStep } from '../core/plan.ts'
import { hostLacks, parametersOf, profileOf, type Wanted } from '../devices/profiles.ts'
import type { DeviceRequests } from '../devices/requests.ts'

/** The annotation's name. */
const DATASETS_ANNOTATION = 'org.jailwright.zfs.datasets'

/** Messages of zfs(8) about a jail that is gone already, and about a dataset that the jail does not have or that was destroyed. */
const GONE = ['does not exist', 'invalid jail']

/** ZFS_MAX_DATASET_NAME_LEN (sys/fs/zfs.h) without the byte at the end. */
const LONGEST_NAME = 255

/** Checks the datasets that the config asks for; adds the device zfs and the permission to mount datasets. */
export function collectDatasets(
  context: Context,
  requests: DeviceRequests,
): { names: string[]; wanted: Wanted[] } {
  const list = context.annotations[DATASETS_ANNOTATION]
  const profile = profileOf('zfs')
  if (list === undefined || !profile) return { names: [], wanted: [] }
  const origin = annotationPath(DATASETS_ANNOTATION)
  const [lack] = hostLacks(context.facts, profile)
  if (lack) {
    context.fail(origin, lack.text, {
      code: 'UNSUPPORTED',
      ...(lack.hint === undefined ? {} : { hint: lack.hint }),
    })
    return { names: [], wanted: [] }
  }
  // zone_dataset_attach asks for PRIV_ZFS_JAIL, which no jail has (spl_zone.c; sys/kern/kern_jail.c, prison_priv_check).
  if (context.facts.sysctl('security.jail.jailed') === '1') {
    context.fail(origin, 'this host is a jail itself, and no jail can hand a dataset over', {
      code: 'UNSUPPORTED',
      hint: 'run jailwright on the host of that jail',
    })
    return { names: [], wanted: [] }
  }
  const names = [...new Set(list.split(',').map(part => part.trim()))]
  for (const name of names) checkDataset(context, name, origin)
  requests.entries.push({ name: 'zfs', origin })
  context.fate(origin, 'translated', 'zfs jail, undone at delete; allow.mount.zfs')
  return { names, wanted: parametersOf(profile, origin) }
}

/** True for a name that entity_namecheck takes (zfs_namecheck.c) and zfs(8) takes for no option. */
function isDatasetName(name: string): boolean {
  const parts = name.split('/')
  return (
    /^[A-Za-z][A-Za-z0-9_.: -]*(\/[A-Za-z0-9_.: -]+)*$/.test(name) &&
    name.length <= LONGEST_NAME &&
    !parts.includes('.') &&
    !parts.includes('..')
  )
}

function checkDataset(context: Context, name: string, origin: string): void {
  if (!isDatasetName(name)) {
    context.fail(origin, `${JSON.stringify(name)} is no name of a ZFS dataset`)
    return
  }
  const refuse = (text: string, hint?: string) =>
    context.fail(origin, `${name}: ${text}`, { code: 'HOST', ...(hint === undefined ? {} : { hint }) })
  const jailed = context.facts.datasetJailed?.(name)
  if (jailed === 'none') refuse('no such dataset on this host', `zfs create -o jailed=on ${name}`)
  // zfs jail refuses volumes (libzfs_compat.c, zfs_jail).
  else if (jailed === 'volume') refuse('a volume, and zfs jail takes file systems only')
  // zfs jail takes such a dataset, but the jail can neither change nor mount it (zfs_ioctl.c, zfs_dozonecheck_impl), so that
  // jail(8) asks for the property as well (usr.sbin/jail/command.c, zfs.dataset).
  else if (jailed === 'off') refuse('its property jailed is off', `zfs set jailed=on ${name}`)
  else warnOfMounts(context, name, origin)
}

/**
 * Warns of a dataset that is mounted on the host: it has one owner, so that a mount inside gives EBUSY (zfs_vfsops.c,
 * dmu_objset_own), and `zfs set jailed=on` unmounts nothing (libzfs_changelist.c, changelist_prefix).
 */
function warnOfMounts(context: Context, name: string, origin: string): void {
  for (const { fstype, from, on } of context.facts.mounts?.() ?? [])
    if (fstype === 'zfs' && (from === name || from.startsWith(`${name}/`)))
      context.warn(
        `${origin}: ${from}: mounted on ${on}; the container cannot mount it before it is unmounted there`,
      )
}

/** The steps that hand the datasets over once the jail exists; `delete` takes the datasets back before the jail ends. */
export function datasetSteps(jailName: string, names: readonly string[]): RunStep[] {
  return names.map(name => ({
    kind: 'run',
    call: { tool: 'zfs', args: ['jail', jailName, name] },
    undo: [{ tool: 'zfs', args: ['unjail', jailName, name], ignore: GONE }],
    origin: annotationPath(DATASETS_ANNOTATION),
  }))
}
