/**
 * Which datasets each jail has (sys/contrib/openzfs/module/os/freebsd/spl/spl_zone.c). The kernel keeps names only: it asks
 * neither whether there is such a dataset nor whether another jail has it too.
 */
import { KernelError } from '../../text/errno.ts'

/** The lists of dataset names by jid. */
export class Zones {
  private readonly lists = new Map<number, string[]>()

  /** zone_dataset_attach: EEXIST when this jail has the dataset already. */
  attach(jid: number, dataset: string): void {
    const list = this.lists.get(jid) ?? []
    if (list.includes(dataset)) throw new KernelError('EEXIST')
    list.unshift(dataset)
    this.lists.set(jid, list)
  }

  /** zone_dataset_detach: ENOENT when this jail does not have the dataset. */
  detach(jid: number, dataset: string): void {
    const list = this.lists.get(jid)
    const at = list?.indexOf(dataset) ?? -1
    if (list === undefined || at < 0) throw new KernelError('ENOENT')
    list.splice(at, 1)
    if (list.length === 0) this.lists.delete(jid)
  }

  /** zone_destroy: what a jail has goes with the jail. */
  forget(jid: number): void {
    this.lists.delete(jid)
  }

  /**
   * zone_dataset_visible: `write` for a dataset of the jail and what is below it, `read` for what is above one, undefined for
   * all others. The host, jid 0, may write everything.
   */
  sees(jid: number, dataset: string): 'read' | 'write' | undefined {
    if (jid === 0) return 'write'
    const list = this.lists.get(jid) ?? []
    if (list.some(name => dataset === name || dataset.startsWith(`${name}/`))) return 'write'
    return list.some(name => name.startsWith(`${dataset}/`)) ? 'read' : undefined
  }
}
