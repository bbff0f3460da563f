/**
 * Explains a refusal of jail_set(2). The kernel answers EPERM or EINVAL to many values without a text (kern_jail_set in
 * sys/kern/kern_jail.c), so this file finds out which parameter is the cause.
 */
import { ToolError } from '../../errors.ts'
import type { Host } from '../../host/types.ts'
import type { JailStep } from '../../translate/core/plan.ts'
import { lacking } from '../../translate/jail/parent-grants.ts'
import { readParameters } from './read-parameters.ts'

/** Parameters of the surrounding jail, by name. */
type Surrounding = Readonly<Record<string, string>>

/**
 * Adds the likely cause to the error of a refused jail: what the surrounding jail lacks, or which values may be wrong.
 */
export function explainRefusal(host: Host, error: unknown, step: JailStep): unknown {
  if (!(error instanceof ToolError)) return error
  const words = /jail_set: (Operation not permitted|Invalid argument)$/.exec(error.message)?.[1]
  if (words === undefined) return error
  const why = words === 'Invalid argument' ? suspects(step) : ungranted(host, step)
  return why === undefined ? error : error.withMessage(`${error.message}: ${why}`)
}

/** Returns the values that may have caused EINVAL. A parameter that is only on or off cannot have. */
function suspects({ parameters }: JailStep): string | undefined {
  const judged = parameters.filter(
    ([, value]) => value !== true && !/^(true|false|new|inherit|disable)$/.test(value),
  )
  if (judged.length === 0) return undefined
  const list = judged.map(([name, value]) => `${name}=${value}`).join(', ')
  return judged.length === 1 ? `it is about ${list}` : `it is about one of ${list}`
}

/** Returns the first cause of EPERM: a right that the surrounding jail itself lacks. */
function ungranted(host: Host, { name, parameters }: JailStep): string | undefined {
  const dot = name.lastIndexOf('.')
  const parent = dot < 0 ? undefined : name.slice(0, dot)
  const around = parent === undefined ? ownParameters(host) : parametersOf(host, parent, parameters)
  if (around === undefined) return undefined
  const whose = parent === undefined ? 'this host, itself a jail,' : `the parent jail ${parent}`
  // kern_jail_set asks this of the creator's own jail only, before it looks at any parameter.
  if (parent === undefined && around['children.max'] === '0')
    return `${whose} may have no jails in it (children.max=0)`
  for (const [parameter, value] of parameters) {
    const why = lacking(parameter, value === true ? 'true' : value, around, whose)
    if (why !== undefined) return `${parameter}: ${why}`
    const ruleset = around.devfs_ruleset
    if (parameter === 'devfs_ruleset' && parent === undefined && ruleset !== undefined && value !== ruleset)
      return `${parameter}: must be ${ruleset}, as ${whose} has`
  }
  return undefined
}

/**
 * Returns the parent jail's values of the requested parameters and of the further parameters that the kernel compares.
 */
function parametersOf(
  { kernel }: Host,
  parent: string,
  asked: JailStep['parameters'],
): Surrounding | undefined {
  const jid = kernel.jailId(parent)
  if (jid === undefined) return undefined
  return readParameters(kernel, jid, ['vnet', 'ip4', 'ip6', ...asked.map(([name]) => name)])
}

/**
 * Returns the parameters of the jail that this program runs in; undefined outside a jail. A jail reads its own
 * parameters by sysctl, because the kernel shows a jail only its child jails ("Prisons just see their own parameters",
 * kern_jail.c).
 */
function ownParameters({ kernel }: Host): Surrounding | undefined {
  if (kernel.sysctl('security.jail.jailed') !== '1') return undefined
  const own: Record<string, string> = {}
  const read = (name: string, sysctl: string) => {
    const value = kernel.sysctl(sysctl)
    if (value !== undefined) own[name] = value
  }
  for (const name of ['children.max', 'enforce_statfs', 'devfs_ruleset']) read(name, `security.jail.${name}`)
  read('securelevel', 'kern.securelevel')
  read('allow.raw_sockets', 'security.jail.allow_raw_sockets')
  for (const name of ['set_hostname', 'sysvipc', 'chflags', 'mount'])
    read(`allow.${name}`, `security.jail.${name}_allowed`)
  for (const type of ['devfs', 'fdescfs', 'linprocfs', 'linsysfs', 'nullfs', 'procfs', 'tmpfs', 'zfs'])
    read(`allow.mount.${type}`, `security.jail.mount_${type}_allowed`)
  return own
}
