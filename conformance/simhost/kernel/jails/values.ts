/** The values that a jail keeps: initial values, values of requests, host names, meta and env. */
import type { Kernel } from '../kernel.ts'
import { changeMeta, metaName } from './meta.ts'
import type { SetRequest } from './request.ts'
import type { Jail, Value } from './table.ts'

const ZERO_UUID = '00000000-0000-0000-0000-000000000000'
/** Parameters that `host=inherit` takes from the parent. */
export const HOST_VALUES = ['host.hostname', 'host.domainname', 'host.hostuuid', 'host.hostid']

/** The value of a parameter before any request sets it; undefined for a parameter that is computed. */
export function initial(name: string, parent: Jail | undefined): Value | undefined {
  switch (name) {
    case 'securelevel':
      return Number(parent?.values.get('securelevel') ?? -1)
    case 'devfs_ruleset':
      return Number(parent?.values.get('devfs_ruleset') ?? 0)
    case 'enforce_statfs':
      return 2
    case 'children.max':
      return 0
    case 'osrelease':
      return String(parent?.values.get('osrelease') ?? '15.1-RELEASE-p1')
    case 'osreldate':
      return Number(parent?.values.get('osreldate') ?? 1501000)
    case 'host.hostuuid':
      return ZERO_UUID
    case 'host.hostid':
      return 0
    case 'linux.osname':
      return 'Linux'
    case 'linux.osrelease':
      return '5.15.0'
    case 'linux.oss_version':
      return 198144
    default:
      return undefined
  }
}

/** The mode of ip4 or ip6 as jail_get(2) shows it: `disable` for every jail whose addresses are restricted. */
export function addressMode(request: SetRequest, family: string, vnet: boolean): Value {
  const asked = request.given.get(family)
  if (vnet || (asked === 'inherit' && !request.given.has(`${family}.addr`))) return 'inherit'
  return 'disable'
}

/** Keeps the values that have no field of their own. */
export function store(values: Map<string, Value>, given: Map<string, Value>): void {
  for (const [name, value] of given) {
    if (['jid', 'name', 'path', 'persist', 'vnet', 'ip4', 'ip6', 'host'].includes(name)) continue
    if (metaName(name) === undefined) values.set(name, value)
  }
  for (const [text, changed] of changedMeta(values, given)) values.set(text, changed)
}

/** The texts of meta and env after the request. EFBIG, EINVAL. */
export function changedMeta(values: Map<string, Value>, given: Map<string, Value>): [string, string][] {
  return (['meta', 'env'] as const).flatMap(text => {
    const changes = [...given].flatMap(([name, value]) => {
      const found = metaName(name)
      return found?.text === text ? [[found.key, value as string | null] as const] : []
    })
    return changes.length === 0 ? [] : [[text, changeMeta(String(values.get(text) ?? ''), changes)]]
  })
}

/** A host name or id that a jail inherits. */
export function hostValue(kernel: Kernel, parent: Jail | undefined, name: string): Value {
  if (parent !== undefined) return parent.values.get(name) ?? ''
  return name === 'host.hostname' ? kernel.options.hostname : name === 'host.hostid' ? 0 : ''
}
