/** devfs as a type of file system of the simulated kernel: its options, and what happens at a mount and an unmount. */
import { loadDefaultRules } from '../../rules/devfs/defaults.ts'
import { MODULE_NODES } from '../../rules/devfs/nodes.ts'
import { type Caller, type Kernel, KernelError } from '../kernel.ts'
import type { Parts } from '../offered-parts.ts'
import { installDevfsCalls } from './calls.ts'
import { Devfs } from './devfs.ts'

/** The number of a ruleset from the leading digits, as `%d` of vfs_scanopt(9) reads it; undefined for another text. */
function rulesetNumber(value: string | undefined): number | undefined {
  const digits = /^\s*([-+]?[0-9]+)/.exec(value ?? '')?.[1]
  const number = Number(digits ?? Number.NaN)
  return number >= 0 && number <= 65_535 ? number : undefined
}

/** The ruleset for a mount by this caller. A jail has its own and may not ask for another one (devfs_mount). */
function rulesetFor(caller: Caller, { jails }: Parts, asked: string | undefined): number {
  const number = asked === undefined ? undefined : rulesetNumber(asked)
  if (asked !== undefined && number === undefined)
    throw new KernelError('EINVAL', 'invalid ruleset specification')
  if (caller.jid === 0) return number ?? 0
  const own = Number(jails.table.get(caller.jid)?.values.get('devfs_ruleset') ?? 0)
  if (number !== undefined && number !== own) throw new KernelError('EPERM')
  return own
}

/** Registers the type, the calls about rules, and what devfs does when a module is loaded and at a reboot. */
export function installDevfs(kernel: Kernel, parts: Parts): Devfs {
  const devfs = new Devfs()
  const { mounts } = parts
  mounts.type('devfs', {
    number: 0x71,
    lsflags: 'synthetic, jail',
    local: false,
    jail: true,
    options: ['from', 'export', 'ruleset'],
    mount({ caller, mount: m, attach }) {
      const ruleset = rulesetFor(caller, parts, m.options.get('ruleset'))
      m.from = 'devfs'
      attach('devfs', 'tmpfs', 0, 'mode=555')
      m.data = devfs.attach(work => mounts.reach(m, work), ruleset)
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
  // `service devfs restart` makes this call.
  kernel.register('devfsReload', caller => {
    if (caller.uid !== 0 || caller.jid !== 0) throw new KernelError('EPERM')
    loadDefaultRules(devfs.rules, devfs.host.view)
    return null
  })
  return devfs
}
