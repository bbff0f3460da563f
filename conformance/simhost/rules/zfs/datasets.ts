/** Pools and datasets with their properties, and who may do what with them (sys/contrib/openzfs/module/zfs/zfs_ioctl.c). */
import { KernelError } from '../../text/errno.ts'
import { above } from './names.ts'
import { Zones } from './zones.ts'

/** A dataset; `pool` is the file of the pool whose first dataset this is. */
export interface Dataset {
  readonly name: string
  readonly type: 'filesystem' | 'volume'
  /** Properties that are set here. */
  readonly local: Map<string, string>
  readonly pool?: string
}

/** A property as `zfs get` shows it. */
export interface Property {
  value: string
  source: string
}

/** Properties that can be set (zfs_prop.c): the default, whether datasets below inherit the value, and the values allowed. */
export const PROPERTIES: Readonly<
  Record<string, { default: string; inherit: boolean; values?: readonly string[] }>
> = {
  mountpoint: { default: '/', inherit: true },
  canmount: { default: 'on', inherit: false, values: ['on', 'off', 'noauto'] },
  jailed: { default: 'off', inherit: true, values: ['on', 'off'] },
  readonly: { default: 'off', inherit: true, values: ['on', 'off'] },
}

/** All datasets of the host, and the lists of the jails. */
export class Datasets {
  readonly zones = new Zones()
  private readonly all = new Map<string, Dataset>()

  /** ENOENT for a dataset that is none, or that the jail does not see (zfs_secpolicy_read). */
  find(jid: number, name: string): Dataset {
    const found = this.all.get(name)
    if (found === undefined || this.zones.sees(jid, name) === undefined) throw new KernelError('ENOENT')
    return found
  }

  /** Names of all datasets that the jail sees, in order. */
  names(jid: number): string[] {
    return [...this.all.keys()].filter(name => this.zones.sees(jid, name) !== undefined).sort()
  }

  /** Names of the datasets below one. */
  below(name: string): string[] {
    return [...this.all.keys()].filter(other => other.startsWith(`${name}/`)).sort()
  }

  /** A property with its source; `-` for one that a volume does not have. */
  property(dataset: Dataset, name: string): Property {
    const known = PROPERTIES[name]
    if (known === undefined || dataset.type === 'volume') return { value: '-', source: '-' }
    const own = dataset.local.get(name)
    if (own !== undefined) return { value: own, source: 'local' }
    const parent = this.all.get(above(dataset.name) ?? '')
    if (parent === undefined || !known.inherit)
      return { value: name === 'mountpoint' ? `/${dataset.name}` : known.default, source: 'default' }
    const { value, source } = this.property(parent, name)
    return {
      // A path goes on with the name of the dataset; `none` and `legacy` hold as they are.
      value:
        name === 'mountpoint' && value.startsWith('/')
          ? `${value.replace(/\/$/, '')}/${dataset.name.slice(parent.name.length + 1)}`
          : value,
      source: source === 'local' ? `inherited from ${parent.name}` : source,
    }
  }

  /**
   * zfs_secpolicy_write_perms: root of the host may change everything, root of a jail what is jailed and of the jail. ENOENT
   * for a dataset that the jail does not see, EPERM for one that is not jailed or only seen.
   */
  requireWritable(jid: number, name: string): Dataset {
    const dataset = this.find(jid, name)
    if (jid === 0) return dataset
    if (this.property(dataset, 'jailed').value !== 'on') throw new KernelError('EPERM')
    if (this.zones.sees(jid, name) !== 'write') throw new KernelError('EPERM')
    return dataset
  }

  /** Makes a dataset; the one above must be a file system that the caller may change. EEXIST, ENOENT, EPERM. */
  create(jid: number, name: string, type: Dataset['type'], local: ReadonlyMap<string, string>): void {
    const parent = this.requireWritable(jid, above(name) ?? '')
    if (parent.type !== 'filesystem') throw new KernelError('EINVAL')
    if (this.all.has(name)) throw new KernelError('EEXIST')
    if (jid !== 0 && local.has('jailed')) throw new KernelError('EPERM')
    this.all.set(name, { name, type, local: new Map(local) })
  }

  /** Makes a pool on a file. EEXIST for a pool of that name, EBUSY for the file of another pool. */
  createPool(name: string, file: string, local: ReadonlyMap<string, string>): void {
    if (this.all.has(name)) throw new KernelError('EEXIST')
    if ([...this.all.values()].some(({ pool }) => pool === file)) throw new KernelError('EBUSY')
    this.all.set(name, { name, type: 'filesystem', local: new Map(local), pool: file })
  }

  /** Sets a property. EPERM in a jail for `jailed` (zfs_secpolicy_setprop). */
  set(jid: number, name: string, property: string, value: string): void {
    if (jid !== 0 && property === 'jailed') throw new KernelError('EPERM')
    this.requireWritable(jid, name).local.set(property, value)
  }

  /** Removes a dataset without datasets below it. The names that jails have stay in their lists. */
  destroy(jid: number, name: string): void {
    this.requireWritable(jid, name)
    if (this.below(name).length > 0) throw new KernelError('EEXIST')
    this.all.delete(name)
  }
}
