/** Calls about devfs rules: what ioctl(2) on a devfs does, and devfs(8) over the same rules. */
import fs from 'node:fs'
import type { Json } from '../../client.ts'
import type { DevfsMount } from '../../rules/devfs/kernel.ts'
import { parseRuleText, ruleText } from '../../rules/devfs/rules.ts'
import { devfsTool } from '../../rules/devfs/tool.ts'
import { type Caller, type Kernel, KernelError, number, requireHostRoot, text } from '../kernel.ts'
import type { Mounts } from '../mounts/table.ts'
import { lookup } from '../paths.ts'
import type { Devfs } from './devfs.ts'

/** A number of a ruleset; EINVAL for what 16 bits cannot hold. */
function setNumber(value: Json | undefined): number {
  const set = number(value)
  if (!Number.isInteger(set) || set < 0 || set > 65_535) throw new KernelError('EINVAL')
  return set
}

/**
 * `devfsRulesets`, `devfsRules`, `devfsAddRule` and `devfsDeleteRuleset` are ioctls of the host's /dev, `devfsApplyRule` of
 * the devfs that a path lies on. Only root of the host has PRIV_DEVFS_RULE, which reading the rules needs, too.
 */
export function installDevfsCalls(kernel: Kernel, mounts: Mounts, devfs: Devfs): void {
  const { rules } = devfs
  const { view } = devfs.host

  /** The devfs that a path of the caller's lies on, `other` for another file system. Throws as open(2) does. */
  function open(caller: Caller, name: string): DevfsMount | 'other' {
    const found = lookup(caller, name)
    fs.closeSync(found.fd)
    const m = mounts.mountOf(found)
    return m?.fstype === 'devfs' ? devfs.mounted(m).view : 'other'
  }

  kernel.register('devfsRulesets', caller => {
    requireHostRoot(caller)
    return rules.numbers().filter(set => rules.rules(view, set).length > 0)
  })
  kernel.register('devfsRules', (caller, set) => {
    requireHostRoot(caller)
    return rules.rules(view, setNumber(set)).map(ruleText)
  })
  kernel.register('devfsAddRule', (caller, set, rule) => {
    requireHostRoot(caller)
    rules.add(view, setNumber(set), parseRuleText(text(rule)))
    return null
  })
  kernel.register('devfsDeleteRuleset', (caller, set) => {
    requireHostRoot(caller)
    rules.removeAll(view, setNumber(set))
    return null
  })
  kernel.register('devfsApplyRule', (caller, directory, rule) => {
    const mount = open(caller, text(directory))
    if (mount === 'other') throw new KernelError('ENOTTY')
    requireHostRoot(caller)
    rules.apply(mount, parseRuleText(text(rule)))
    return null
  })
  kernel.register('devfsTool', (caller, argv, input) => {
    const tryOpen = (name: string): DevfsMount | 'other' | undefined => {
      try {
        return open(caller, name)
      } catch (error) {
        if (error instanceof KernelError) return undefined
        throw error
      }
    }
    return devfsTool(argv as string[], {
      kernel: rules,
      open: tryOpen,
      privileged: caller.uid === 0 && caller.jid === 0,
      stdin: () => (typeof input === 'string' ? input : undefined),
    }) as unknown as Json
  })
}
