/** The jail table: records, names, hierarchy, visibility, life and death. */
import fs from 'node:fs'
import { type Caller, type Kernel, KernelError } from '../kernel.ts'
import type { Mounts } from '../mounts/table.ts'
import { dropNamespaces, type Namespaces, within } from '../namespaces.ts'
import {
  allProcesses,
  bindNamespace,
  hasEnded,
  killUntilGone,
  type Process,
  readProcess,
  unbindNamespace,
} from '../processes/processes.ts'
import { closeListener } from '../server.ts'

/** The value of a jail parameter. */
export type Value = number | string | boolean | string[]

/** A jail (struct prison). */
export interface Jail {
  jid: number
  /** Full name as the host sees it. */
  name: string
  parent: number
  /** Resolved path on the host; the descriptor keeps the file system busy. */
  root: string
  rootFd: number
  /** The path of the request, relative to the root of the creator. */
  path: string
  persist: boolean
  /** The jid of the jail whose network stack this jail uses: its own for vnet=new, 0 for the host's stack. */
  vnet: number
  /** All other parameters. */
  values: Map<string, Value>
  spaces: Namespaces
  /** Processes that jailAttach has let in and that have still to enter the namespaces: pid and start time. */
  attaching: Map<number, string>
}

/** All jails of the host. */
export class Jails {
  readonly table = new Map<number, Jail>()
  private last = 0
  private readonly kernel: Kernel

  constructor(kernel: Kernel) {
    this.kernel = kernel
  }

  all(): Jail[] {
    return [...this.table.values()].sort((a, b) => a.jid - b.jid)
  }

  /** Whether `jid` is below `ancestor` and not `ancestor` itself. */
  isBelow(jid: number, ancestor: number): boolean {
    for (let j = this.table.get(jid); j !== undefined; j = this.table.get(j.parent))
      if (j.parent === ancestor) return true
    return false
  }

  below(jid: number): Jail[] {
    return this.all().filter(j => this.isBelow(j.jid, jid))
  }

  /** A jail that the caller can see, by jid or by its full name relative to the caller's jail. */
  find(caller: Caller, key: string | number): Jail | undefined {
    const mine = this.below(caller.jid)
    if (typeof key === 'number') return mine.find(j => j.jid === key)
    return mine.find(j => this.nameFor(caller, j) === key)
  }

  /** The name of a jail as the caller sees it, relative to the caller's jail. */
  nameFor(caller: Caller, jail: Jail): string {
    const own = this.table.get(caller.jid)
    if (own === undefined) return jail.name
    return jail.jid === own.jid ? '0' : jail.name.slice(own.name.length + 1)
  }

  /** The next free jid after the last one that was given out; after 999999 comes 1. */
  allocate(): number {
    for (let n = 0; n < 999_999; n++) {
      this.last = this.last >= 999_999 ? 1 : this.last + 1
      if (!this.table.has(this.last)) return this.last
    }
    throw new KernelError('EAGAIN', 'no available jail IDs')
  }

  /** Paths of the namespaces of the jail's processes; a missing one is the host's. */
  spacesOf(jid: number): { uts?: string; ipc?: string; net?: string } {
    const jail = this.table.get(jid)
    if (jail === undefined) return {}
    const above = this.spacesOf(jail.parent)
    return {
      uts: jail.spaces.uts,
      ipc: jail.spaces.ipc ?? above.ipc,
      net: jail.spaces.net ?? above.net,
    }
  }

  /** Calls a function in the network stack of a jail, or of the host for 0. */
  inNetwork<T>(jid: number, work: () => T): T {
    const { net } = this.spacesOf(jid)
    return net === undefined ? work() : within([net], work)
  }

  add(jail: Jail): void {
    this.table.set(jail.jid, jail)
    bindNamespace(jail.spaces.utsLink, jail.jid)
  }

  /** Living processes of the jail and, unless told otherwise, of the jails below it. */
  processes(jid: number, deep = true): Process[] {
    return allProcesses().filter(p => !hasEnded(p) && (p.jid === jid || (deep && this.isBelow(p.jid, jid))))
  }

  /**
   * Processes that have attached by FreeBSD's rules, since jailAttach has let them in, and that are still outside: between the
   * answer and their last setns(2) any time may pass.
   */
  private attachers(jail: Jail): Process[] {
    return [...jail.attaching].flatMap(([pid, start]) => {
      const p = readProcess(pid)
      const onTheWay =
        p !== undefined &&
        p.start === start &&
        !hasEnded(p) &&
        p.jid !== jail.jid &&
        !this.isBelow(p.jid, jail.jid)
      if (onTheWay) return [p]
      jail.attaching.delete(pid)
      return []
    })
  }

  /** prison_remove: removes the children, then kills every process, then removes the jail. */
  remove(jail: Jail): void {
    for (const child of this.all().filter(j => j.parent === jail.jid)) this.remove(child)
    killUntilGone(() => [...this.processes(jail.jid), ...this.attachers(jail)])
    this.kernel.emit('jailRemoving', jail.jid)
    if (jail.spaces.listener !== undefined) closeListener(jail.spaces.listener)
    this.table.delete(jail.jid)
    unbindNamespace(jail.spaces.utsLink)
    fs.closeSync(jail.rootFd)
    dropNamespaces(jail.jid, jail.spaces)
    this.kernel.emit('jailRemoved', jail.jid, jail.name)
  }

  /** Removes the jails without `persist` whose last process or child has ended. */
  collect(): void {
    const candidates = this.all().filter(j => !j.persist && !this.all().some(c => c.parent === j.jid))
    if (candidates.length === 0) return
    const processes = allProcesses()
    for (const jail of candidates) {
      if (this.attachers(jail).length > 0) continue
      if (processes.some(p => p.jid === jail.jid && !hasEnded(p))) continue
      this.remove(jail)
    }
  }

  reset(): void {
    for (const jail of this.all().filter(j => j.parent === 0)) this.remove(jail)
    this.last = 0
  }

  /** Tells the mount table what it has to know about jails. */
  connect(mounts: Mounts): void {
    mounts.jailRootOn = mount => this.all().some(j => mounts.containing(j.root) === mount)
    mounts.view = caller => {
      const jail = this.table.get(caller.jid)
      if (jail === undefined) return { root: '/', enforce: 0 }
      return { root: jail.root, enforce: Number(jail.values.get('enforce_statfs') ?? 2) }
    }
    mounts.jailMayMount = (caller, type) => {
      const values = this.table.get(caller.jid)?.values
      return (
        values?.get('allow.mount') === true &&
        values.get(`allow.mount.${type}`) === true &&
        Number(values.get('enforce_statfs') ?? 2) < 2
      )
    }
  }
}
