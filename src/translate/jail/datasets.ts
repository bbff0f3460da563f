/** ZFS datasets that are handed to the container: annotation `org.jailwright.zfs.datasets`, a comma list. */
import { annotationPath, type Context } from '../core/context.ts'
import type { RunStep } from '../core/plan.ts'
import { hostLacks, parametersOf, profileOf, type Wanted } from '../devices/profiles.ts'
import type { DeviceRequests } from '../devices/requests.ts'

/** The annotation's name. */
const DATASETS_ANNOTATION = 'org.jailwright.zfs.datasets'

/** Messages of zfs(8) about a dataset or a jail that is gone already, or a dataset that the jail does not have. */
const GONE = [
  'does not exist',
  'Invalid jail',
  'invalid jail',
  'not found',
  'permission denied',
  'Operation not permitted',
]

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
  const names = [...new Set(list.split(',').map(part => part.trim()))]
  for (const name of names) checkDataset(context, name, origin)
  requests.entries.push({ name: 'zfs', origin })
  context.fate(origin, 'translated', 'zfs jail, undone at delete; allow.mount.zfs')
  return { names, wanted: parametersOf(profile, origin) }
}

function checkDataset(context: Context, name: string, origin: string): void {
  // ZFS allows letters, digits, `-`, `_`, `.`, `:` and space (zfs_namecheck.c); a leading `-` would be an option.
  if (!/^[A-Za-z][A-Za-z0-9_.:-]*(\/[A-Za-z0-9_.:-]+)+$/.test(name)) {
    context.fail(origin, `${JSON.stringify(name)} is no dataset below a pool (POOL/NAME)`)
    return
  }
  const jailed = context.facts.datasetJailed?.(name)
  if (jailed === 'none')
    context.fail(origin, `${name}: no such dataset on this host`, {
      code: 'HOST',
      hint: `zfs create -o jailed=on ${name}`,
    })
  // libzfs hands over only a dataset with jailed=on (libzfs_dataset.c, zfs_jail), since the host would mount any other.
  else if (jailed === 'off')
    context.fail(origin, `${name}: its property jailed is off`, {
      code: 'HOST',
      hint: `zfs set jailed=on ${name}`,
    })
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
