/** devfs(4) of the simulated kernel: mounts, their rules, devices that come and go, and devfs(8). */
import fs from 'node:fs'
import { mount as linuxMount, mknod } from '../../libc.ts'
import { loadDefaultRules } from '../../rules/devfs/defaults.ts'
import { DevfsKernel, type DevfsMount } from '../../rules/devfs/kernel.ts'
import { type DeviceNode, MODULE_NODES, ptsNode } from '../../rules/devfs/nodes.ts'
import { type Caller, type Kernel, KernelError } from '../kernel.ts'
import type { Mount } from '../mounts/types.ts'
import type { Parts } from '../offered-parts.ts'
import { installDevfsCalls } from './calls.ts'
import { DevfsTree } from './tree.ts'

/** What Linux programs need in /dev and devfs does not have: on the host only, unknown to the rules. */
function linuxExtras(): void {
  for (const [name, major, minor] of [
    ['tty', 5, 0],
    ['ptmx', 5, 2],
  ] as const) {
    mknod(`/dev/${name}`, 0o20666, major, minor)
    fs.chmodSync(`/dev/${name}`, 0o666)
  }
  fs.mkdirSync('/dev/pts', { recursive: true })
  linuxMount('devpts', '/dev/pts', 'devpts', 0, 'newinstance,ptmxmode=0666,mode=620,gid=4')
  fs.mkdirSync('/dev/shm', { recursive: true, mode: 0o1777 })
  linuxMount('shm', '/dev/shm', 'tmpfs', 0, 'mode=1777')
}

/** What a mount of type devfs keeps in `Mount.data`. */
interface Mounted {
  view: DevfsMount
  tree: DevfsTree
}

/** `%d` of vfs_scanopt(9): leading digits; undefined for what is no ruleset number. */
function rulesetNumber(value: string | undefined): number | undefined {
  const digits = /^\s*([-+]?[0-9]+)/.exec(value ?? '')?.[1]
  const number = Number(digits ?? Number.NaN)
  return number >= 0 && number <= 65_535 ? number : undefined
}

export class Devfs {
  readonly rules = new DevfsKernel()
  readonly host: Mounted
  private terminals = new Set<string>()

  constructor() {
    const view = this.rules.mount(0)
    this.host = { view, tree: new DevfsTree(() => '/dev', true) }
    loadDefaultRules(this.rules, view)
    this.show(this.host)
    linuxExtras()
  }

  private show({ view, tree }: Mounted): void {
    tree.sync(view.visible())
    view.onChange = () => tree.sync(view.visible())
  }

  mounted(m: Mount): Mounted {
    return (m.data as Mounted | undefined) ?? this.host
  }

  /** Fills a fresh tmpfs; `where` is its place. */
  attach(where: () => string, ruleset: number): Mounted {
    const made = { view: this.rules.mount(ruleset), tree: new DevfsTree(where, false) }
    this.show(made)
    return made
  }

  addNodes(nodes: readonly DeviceNode[]): void {
    this.rules.addNodes(nodes)
  }

  removeNodes(names: readonly string[]): void {
    this.rules.removeNodes(names)
  }

  /** Pseudo-terminals that were opened or closed since the last look. */
  watchTerminals(): void {
    const now = new Set(fs.readdirSync('/dev/pts').filter(name => name !== 'ptmx'))
    const opened = [...now].filter(name => !this.terminals.has(name))
    const closed = [...this.terminals].filter(name => !now.has(name))
    this.terminals = now
    if (opened.length > 0) this.addNodes(opened.map(name => ptsNode(Number(name), 0, `/dev/pts/${name}`)))
    if (closed.length > 0) this.removeNodes(closed.map(name => `pts/${name}`))
  }

  /** A reboot: only what rc.d/devfs makes is left of the rules, only the kernel's own devices. */
  reset(): void {
    const { view } = this.host
    for (const set of this.rules.numbers()) this.rules.removeAll(view, set)
    this.removeNodes(Object.values(MODULE_NODES).flatMap(nodes => nodes.map(node => node.name)))
    loadDefaultRules(this.rules, view)
  }
}

/** The ruleset for a mount by this caller: jails have theirs and may not ask for another (devfs_mount). */
function rulesetFor(caller: Caller, { jails }: Parts, asked: string | undefined): number {
  const number = asked === undefined ? undefined : rulesetNumber(asked)
  if (asked !== undefined && number === undefined)
    throw new KernelError('EINVAL', 'invalid ruleset specification')
  if (caller.jid === 0) return number ?? 0
  const own = Number(jails.table.get(caller.jid)?.values.get('devfs_ruleset') ?? 0)
  if (number !== undefined && number !== own) throw new KernelError('EPERM')
  return own
}

export function installDevfs(kernel: Kernel, parts: Parts): Devfs {
  const devfs = new Devfs()
  const { mounts } = parts
  mounts.type('devfs', {
    number: 0x71,
    lsflags: 'synthetic, jail',
    local: false,
    jail: true,
    options: ['from', 'export', 'ruleset'],
    mount({ caller, mount: m, point }) {
      const ruleset = rulesetFor(caller, parts, m.options.get('ruleset'))
      m.from = 'devfs'
      linuxMount('devfs', point, 'tmpfs', 0, 'mode=555')
      m.data = devfs.attach(() => mounts.place(m), ruleset)
    },
    update(m, options) {
      const asked = options.get('ruleset')
      const number = asked === undefined ? 0 : rulesetNumber(asked)
      if (number === undefined) throw new KernelError('EINVAL', 'invalid ruleset specification')
      devfs.rules.remount(devfs.mounted(m).view, number)
    },
    beforeUnmount: m => devfs.mounted(m).tree.hideMounts(),
    restore: m => devfs.mounted(m).tree.sync(devfs.mounted(m).view.visible()),
    unmounted: m => devfs.rules.unmount(devfs.mounted(m).view),
  })
  kernel.on('moduleLoaded', name => devfs.addNodes(MODULE_NODES[name] ?? []))
  kernel.on('tick', () => devfs.watchTerminals())
  kernel.on('reboot', () => devfs.reset())
  installDevfsCalls(kernel, mounts, devfs)
  // `service devfs restart`.
  kernel.register('devfsReload', caller => {
    if (caller.uid !== 0 || caller.jid !== 0) throw new KernelError('EPERM')
    loadDefaultRules(devfs.rules, devfs.host.view)
    return null
  })
  return devfs
}
