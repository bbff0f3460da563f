/** devfs(4) of the simulated kernel: the mounts, their rules, and the devices that come and go. */
import fs from 'node:fs'
import { mount as linuxMount, mknod } from '../../libc.ts'
import { loadDefaultRules } from '../../rules/devfs/defaults.ts'
import { DevfsKernel, type DevfsMount } from '../../rules/devfs/kernel.ts'
import { type DeviceNode, MODULE_NODES, ptsNode } from '../../rules/devfs/nodes.ts'
import type { Mount } from '../mounts/types.ts'
import { DevfsTree, type Reach } from './tree.ts'

/** Makes what Linux programs need in the host's /dev and devfs lacks; the rules know nothing of these nodes. */
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

/** The mounted devfs file systems of a host, with the rules and the devices that they show. */
export class Devfs {
  readonly rules = new DevfsKernel()
  readonly host: Mounted
  private terminals = new Set<string>()

  constructor() {
    const view = this.rules.mount(0)
    this.host = { view, tree: new DevfsTree(work => work('/dev'), true) }
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

  /** Fills a new tmpfs with the nodes of a devfs; `reach` gives the root of the tmpfs. */
  attach(reach: Reach, ruleset: number): Mounted {
    const made = { view: this.rules.mount(ruleset), tree: new DevfsTree(reach, false) }
    this.show(made)
    return made
  }

  addNodes(nodes: readonly DeviceNode[]): void {
    this.rules.addNodes(nodes)
  }

  removeNodes(names: readonly string[]): void {
    this.rules.removeNodes(names)
  }

  /** Adds and removes the nodes of pseudo-terminals that were opened or closed since the last call. */
  watchTerminals(): void {
    const now = new Set(fs.readdirSync('/dev/pts').filter(name => name !== 'ptmx'))
    const opened = [...now].filter(name => !this.terminals.has(name))
    const closed = [...this.terminals].filter(name => !now.has(name))
    this.terminals = now
    if (opened.length > 0) this.addNodes(opened.map(name => ptsNode(Number(name), 0, `/dev/pts/${name}`)))
    if (closed.length > 0) this.removeNodes(closed.map(name => `pts/${name}`))
  }

  /** A reboot: the rules that rc.d/devfs makes and the kernel's own devices stay, everything else goes. */
  reset(): void {
    const { view } = this.host
    for (const set of this.rules.numbers()) this.rules.removeAll(view, set)
    this.removeNodes(Object.values(MODULE_NODES).flatMap(nodes => nodes.map(node => node.name)))
    loadDefaultRules(this.rules, view)
  }
}
