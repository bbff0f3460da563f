import { KernelError } from '../../text/errno.ts'
import { fnmatch } from '../../text/fnmatch.ts'
import { BASE_NODES, type DeviceNode } from './nodes.ts'
import type { DevfsRule } from './rules.ts'

interface Ruleset {
  rules: DevfsRule[]
  /** The number of mounts that use the set and of `include` rules that name it. */
  references: number
}

/** One entry of one devfs mount: a node, link or directory, as the rules changed it. */
export interface DevfsEntry {
  name: string
  kind: 'char' | 'link' | 'dir'
  node?: DeviceNode
  hidden: boolean
  mode: number
  uid: number
  gid: number
}

/** How deep `include` is followed (vfs.devfs.rule_depth). */
const RULE_DEPTH = 1

function parentOf(name: string): string | undefined {
  const slash = name.lastIndexOf('/')
  return slash < 0 ? undefined : name.slice(0, slash)
}

/** One mounted devfs: its entries and its ruleset. Made by `DevfsKernel.mount`. */
export class DevfsMount {
  ruleset = 0
  readonly entries = new Map<string, DevfsEntry>()
  /** Called after anything about the visible entries may have changed. */
  onChange: (() => void) | undefined

  /** The visible entries, parents before children: those that are not hidden and not below a hidden directory. */
  visible(): DevfsEntry[] {
    const shown: DevfsEntry[] = []
    const seen = new Set<string>()
    for (const entry of [...this.entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const parent = parentOf(entry.name)
      if (entry.hidden || (parent !== undefined && !seen.has(parent))) continue
      seen.add(entry.name)
      shown.push(entry)
    }
    return shown
  }
}

/**
 * The kernel's part of devfs rules: global rulesets with reference counts, the nodes that
 * exist, and every mount's view of them. Pure state; failures are `KernelError`.
 */
export class DevfsKernel {
  private readonly sets = new Map<number, Ruleset>()
  private readonly nodes = new Map<string, DeviceNode>()
  private readonly mounts = new Set<DevfsMount>()

  constructor(nodes: readonly DeviceNode[] = BASE_NODES) {
    for (const node of nodes) this.nodes.set(node.name, node)
  }

  /** Mounts a devfs with a ruleset number (0: none); the set is made when it does not exist. */
  mount(ruleset: number): DevfsMount {
    const mount = new DevfsMount()
    this.use(mount, ruleset)
    this.mounts.add(mount)
    for (const node of this.nodes.values()) this.enter(mount, node)
    return mount
  }

  unmount(mount: DevfsMount): void {
    this.use(mount, 0)
    this.mounts.delete(mount)
  }

  /** `mount -u -o ruleset=N`: another set, applied at once; 0 changes nothing. */
  remount(mount: DevfsMount, ruleset: number): void {
    if (ruleset === 0) return
    this.use(mount, ruleset)
    this.applySet(mount, ruleset)
  }

  /** New devices (a module was loaded, an interface or terminal made): every mount gets them through its rules. */
  addNodes(nodes: readonly DeviceNode[]): void {
    for (const node of nodes) {
      if (this.nodes.has(node.name)) continue
      this.nodes.set(node.name, node)
      for (const mount of this.mounts) this.enter(mount, node)
    }
    for (const mount of this.mounts) mount.onChange?.()
  }

  /** Removes devices that went away; a directory goes with its last node. */
  removeNodes(names: readonly string[]): void {
    for (const name of names) {
      this.nodes.delete(name)
      for (const mount of this.mounts) {
        mount.entries.delete(name)
        for (let dir = parentOf(name); dir !== undefined; dir = parentOf(dir)) {
          if ([...mount.entries.keys()].some(other => other.startsWith(`${dir}/`))) break
          mount.entries.delete(dir)
        }
      }
    }
    for (const mount of this.mounts) mount.onChange?.()
  }

  private enter(mount: DevfsMount, node: DeviceNode): void {
    const parts = node.name.split('/')
    for (let depth = 1; depth < parts.length; depth += 1) {
      const name = parts.slice(0, depth).join('/')
      if (mount.entries.has(name)) continue
      const dir: DevfsEntry = { name, kind: 'dir', hidden: false, mode: 0o555, uid: 0, gid: 0 }
      mount.entries.set(name, dir)
      if (mount.ruleset !== 0) this.runSet(mount.ruleset, dir, RULE_DEPTH)
    }
    const { name, kind, mode, uid, gid } = node
    const entry: DevfsEntry = { name, kind, node, hidden: false, mode, uid, gid }
    mount.entries.set(name, entry)
    if (mount.ruleset !== 0) this.runSet(mount.ruleset, entry, RULE_DEPTH)
  }

  private run(rule: DevfsRule, entry: DevfsEntry, depth: number): void {
    if (rule.types.length > 0 && !rule.types.some(type => type === entry.node?.class)) return
    if (rule.path !== undefined && !fnmatch(rule.path, entry.name)) return
    if (rule.hide) entry.hidden = true
    if (rule.unhide) entry.hidden = false
    if (rule.uid !== undefined) entry.uid = rule.uid
    if (rule.gid !== undefined) entry.gid = rule.gid
    if (rule.mode !== undefined) entry.mode = rule.mode
    if (rule.include !== undefined && depth > 0) this.runSet(rule.include, entry, depth - 1)
  }

  private runSet(number: number, entry: DevfsEntry, depth: number): void {
    for (const rule of this.sets.get(number)?.rules ?? []) this.run(rule, entry, depth)
  }

  private reap(number: number): void {
    const set = this.sets.get(number)
    if (set !== undefined && set.rules.length === 0 && set.references === 0) this.sets.delete(number)
  }

  private make(number: number): Ruleset {
    let set = this.sets.get(number)
    if (set === undefined) {
      set = { rules: [], references: 0 }
      this.sets.set(number, set)
    }
    return set
  }

  /** DEVFSIO_SUSE: the mount's ruleset for nodes that come later; 0 for none. */
  use(mount: DevfsMount, number: number): void {
    const old = mount.ruleset
    mount.ruleset = number
    if (number !== 0) this.make(number).references += 1
    const before = this.sets.get(old)
    if (before !== undefined) {
      before.references -= 1
      this.reap(old)
    }
  }

  /** DEVFSIO_RADD. `set` 0 is the mount's own. EEXIST, EIO (no set), ESRCH (include of a missing set), ERANGE. */
  add(mount: DevfsMount, set: number, rule: DevfsRule): void {
    const number = set === 0 ? mount.ruleset : set
    const existing = this.sets.get(number)?.rules ?? []
    if (rule.include !== undefined && !this.sets.has(rule.include)) throw new KernelError('ESRCH')
    if (rule.number !== 0 && existing.some(other => other.number === rule.number))
      throw new KernelError('EEXIST')
    if (number === 0) throw new KernelError('EIO')
    const ruleset = this.make(number)
    const last = ruleset.rules.at(-1)?.number
    const place = rule.number !== 0 ? rule.number : (last ?? 0) + 100
    if (place > 65_535) {
      this.reap(number)
      throw new KernelError('ERANGE')
    }
    ruleset.rules.push({ ...rule, number: place })
    ruleset.rules.sort((a, b) => a.number - b.number)
    if (rule.include !== undefined) this.make(rule.include).references += 1
  }

  /** DEVFSIO_RAPPLY: one rule on every entry of a mount, not stored. ESRCH for an include of a missing set. */
  apply(mount: DevfsMount, rule: DevfsRule): void {
    if (rule.include !== undefined && !this.sets.has(rule.include)) throw new KernelError('ESRCH')
    for (const entry of mount.entries.values()) this.run(rule, entry, RULE_DEPTH)
    mount.onChange?.()
  }

  private find(mount: DevfsMount, set: number, number: number): { set: number; rule: DevfsRule } {
    const place = set === 0 ? mount.ruleset : set
    const rule = this.sets.get(place)?.rules.find(other => other.number === number)
    if (rule === undefined) throw new KernelError('ENOENT')
    return { set: place, rule }
  }

  /** DEVFSIO_RAPPLYID: a stored rule on every entry. ENOENT. */
  applyStored(mount: DevfsMount, set: number, number: number): void {
    const { rule } = this.find(mount, set, number)
    for (const entry of mount.entries.values()) this.run(rule, entry, RULE_DEPTH)
    mount.onChange?.()
  }

  /** DEVFSIO_SAPPLY: a whole set on every entry. ESRCH for a missing set. */
  applySet(mount: DevfsMount, set: number): void {
    const place = set === 0 ? mount.ruleset : set
    const ruleset = this.sets.get(place)
    if (ruleset === undefined) throw new KernelError('ESRCH')
    for (const rule of ruleset.rules) {
      for (const entry of mount.entries.values()) this.run(rule, entry, RULE_DEPTH)
    }
    mount.onChange?.()
  }

  /** DEVFSIO_RDEL. ENOENT. */
  remove(mount: DevfsMount, set: number, number: number): void {
    const found = this.find(mount, set, number)
    const ruleset = this.sets.get(found.set)!
    ruleset.rules = ruleset.rules.filter(rule => rule !== found.rule)
    if (found.rule.include !== undefined) {
      const included = this.sets.get(found.rule.include)
      if (included !== undefined) included.references -= 1
      this.reap(found.rule.include)
    }
    this.reap(found.set)
  }

  /** DEVFSIO_RDEL of every rule of a set (`devfs rule -s N delset`). */
  removeAll(mount: DevfsMount, set: number): void {
    for (const rule of [...this.rules(mount, set)]) this.remove(mount, set, rule.number)
  }

  /** DEVFSIO_RGETNEXT: the rules of a set after a number, in order; empty for a missing set. */
  rules(mount: DevfsMount, set: number): readonly DevfsRule[] {
    return this.sets.get(set === 0 ? mount.ruleset : set)?.rules ?? []
  }

  /** DEVFSIO_SGETNEXT: the numbers of all sets, ascending. */
  numbers(): number[] {
    return [...this.sets.keys()].sort((a, b) => a - b)
  }
}
