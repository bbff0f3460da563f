import { KernelError } from '../../text/errno.ts'
import {
  formatRctl,
  matches,
  parseRctl,
  type RctlRule,
  RESOURCES,
  type Resource,
  refuse,
  SLOPPY,
  type Subject,
} from './rules.ts'

/** The usage of a subject by resource; a missing resource is 0. */
export type Usage = Partial<Record<Resource, bigint>>

/** What rctl(2) asks the rest of the kernel. */
export interface RctlSurroundings {
  /** kern.racct.enable. */
  enabled: boolean
  processExists(pid: number): boolean
  usage(subject: Subject, id: string): Usage
}

/** The rules of a host. Rules of a jail are kept by its name, also while there is no such jail. */
export class RctlKernel {
  /** Rules of each container, newest first; containers of a kind in the order they came up. */
  private readonly containers: Record<Subject, Map<string, RctlRule[]>> = {
    process: new Map(),
    user: new Map(),
    loginclass: new Map(),
    jail: new Map(),
  }
  private readonly around: RctlSurroundings

  constructor(around: RctlSurroundings) {
    this.around = around
  }

  /** A reboot: no rules. */
  reset(): void {
    for (const kind of Object.values(this.containers)) kind.clear()
  }

  /** The first check of every call: ENOSYS without accounting, then EPERM without the privilege (PRIV_RCTL_*). */
  check(privileged: boolean): void {
    if (!this.around.enabled) throw new KernelError('ENOSYS')
    if (!privileged) throw new KernelError('EPERM')
  }

  private parse(text: string): RctlRule {
    if (!this.around.enabled) throw new KernelError('ENOSYS')
    const rule = parseRctl(text)
    if (typeof rule === 'string') throw new KernelError(rule)
    if (rule.subject === 'process' && rule.id !== undefined && !this.around.processExists(Number(rule.id))) {
      throw new KernelError('ESRCH')
    }
    return rule
  }

  /** Notes a new container, such as a jail that was made; it is listed before older ones. */
  touch(subject: Subject, id: string): RctlRule[] {
    const list = this.containers[subject].get(id) ?? []
    this.containers[subject].set(id, list)
    return list
  }

  /** Forgets a container without rules; a process is forgotten with its rules. */
  forget(subject: Subject, id: string): void {
    const rules = this.containers[subject].get(id)
    if (subject === 'process' || rules?.length === 0) this.containers[subject].delete(id)
  }

  /** rctl_add_rule(2). A `deny` rule replaces the one that differs only in its amount. */
  add(text: string): void {
    const rule = this.parse(text)
    rule.per ??= rule.subject
    const reason = refuse(rule)
    if (reason !== undefined) throw new KernelError(reason)
    const list = this.touch(rule.subject!, rule.id!)
    const same: RctlRule = rule.action === 'deny' ? { ...rule, amount: undefined } : rule
    list.splice(0, list.length, rule, ...list.filter(old => !matches(old, same)))
  }

  /** rctl_remove_rule(2). ESRCH when nothing matches. */
  remove(text: string): void {
    const filter = this.parse(text)
    let found = 0
    for (const kind of Object.values(this.containers)) {
      for (const list of kind.values()) {
        const kept = list.filter(rule => !matches(rule, filter))
        found += list.length - kept.length
        list.splice(0, list.length, ...kept)
      }
    }
    if (found === 0) throw new KernelError('ESRCH')
  }

  /** rctl_get_rules(2): of processes, login classes, users, jails; in each newest first. */
  rules(text: string): string[] {
    const filter = this.parse(text)
    const ordered: RctlRule[] = []
    for (const subject of ['process', 'loginclass', 'user', 'jail'] as const) {
      const kind = [...this.containers[subject]]
      if (subject === 'user') kind.sort((a, b) => Number(b[0]) - Number(a[0]))
      else kind.reverse()
      ordered.push(...kind.flatMap(([, rules]) => rules))
    }
    return ordered.filter(rule => matches(rule, filter)).map(formatRctl)
  }

  /** rctl_get_limits(2): only for a process. EINVAL without a subject, EOPNOTSUPP for other subjects. */
  limits(text: string, owners: (pid: number) => readonly (readonly [Subject, string])[]): string[] {
    const filter = this.parse(text)
    if (filter.subject === undefined) throw new KernelError('EINVAL')
    if (filter.subject !== 'process') throw new KernelError('EOPNOTSUPP')
    if (filter.id === undefined) throw new KernelError('EINVAL')
    const lists = owners(Number(filter.id)).map(([subject, id]) => this.containers[subject].get(id) ?? [])
    return lists.flat().map(formatRctl)
  }

  /** rctl_get_racct(2): every resource of a subject. EINVAL without one. */
  usage(text: string): string[] {
    const { subject, id } = this.parse(text)
    if (subject === undefined || id === undefined) throw new KernelError('EINVAL')
    const numbers = this.around.usage(subject, id)
    const shown = RESOURCES.filter(resource => subject !== 'process' || !SLOPPY.includes(resource))
    return shown.map(resource => `${resource}=${numbers[resource] ?? 0n}`)
  }
}
