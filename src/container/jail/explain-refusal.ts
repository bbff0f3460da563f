/**
 * jail_set(2) answers many a value with EPERM or EINVAL and not a word more (sys/kern/kern_jail.c, kern_jail_set): which
 * parameter it is about is found out here.
 */
import { ToolError } from '../../errors.ts'
import type { Host } from '../../host/types.ts'
import type { JailStep } from '../../translate/core/plan.ts'
import { lacking } from '../../translate/jail/parent-grants.ts'

/** Parameters of the jail around, by name. */
type Around = Readonly<Record<string, string>>

/** Says in the error of a refused jail what the jail around lacks, or which values it may be about. */
export function explainRefusal(host: Host, error: unknown, step: JailStep): unknown {
  if (!(error instanceof ToolError)) return error
  const words = /jail_set: (Operation not permitted|Invalid argument)$/.exec(error.message)?.[1]
  if (words === undefined) return error
  const why = words === 'Invalid argument' ? suspects(step) : ungranted(host, step)
  if (why !== undefined) error.message = `${error.message}: ${why}`
  return error
}

/** EINVAL: values of a kind that the kernel judges without a word; switches that are on or off are none. */
function suspects({ parameters }: JailStep): string | undefined {
  const judged = parameters.filter(
    ([, value]) => value !== true && !/^(true|false|new|inherit|disable)$/.test(value),
  )
  if (judged.length === 0) return undefined
  const list = judged.map(([name, value]) => `${name}=${value}`).join(', ')
  return judged.length === 1 ? `it is about ${list}` : `it is about one of ${list}`
}

/** EPERM: the first thing that the jail around has not itself. */
function ungranted(host: Host, { name, parameters }: JailStep): string | undefined {
  const dot = name.lastIndexOf('.')
  const parent = dot < 0 ? undefined : name.slice(0, dot)
  const around = parent === undefined ? ownParameters(host) : parametersOf(host, parent, parameters)
  if (around === undefined) return undefined
  const whose = parent === undefined ? 'this host, itself a jail,' : `the parent jail ${parent}`
  if (isFull(around))
    return `${whose} has ${around['children.cur']} of at most ${around['children.max']} children (children.max)`
  for (const [parameter, value] of parameters) {
    const why = lacking(parameter, value === true ? 'true' : value, around, whose, false)
    if (why !== undefined) return `${parameter}: ${why}`
    const ruleset = around.devfs_ruleset
    if (parameter === 'devfs_ruleset' && parent === undefined && ruleset !== undefined && value !== ruleset)
      return `${parameter}: must be ${ruleset}, as ${whose} has`
  }
  return undefined
}

function isFull(around: Around): boolean {
  const [max, now] = [around['children.max'], around['children.cur']]
  return max !== undefined && now !== undefined && Number(now) >= Number(max)
}

/** Of a parent jail, the parameters that are asked for and those that the kernel compares besides. */
function parametersOf({ kernel }: Host, parent: string, asked: JailStep['parameters']): Around | undefined {
  const jid = kernel.jailId(parent)
  if (jid === undefined) return undefined
  const names = new Set([
    'children.max',
    'children.cur',
    'vnet',
    'ip4',
    'ip6',
    ...asked.map(([name]) => name),
  ])
  return kernel.jailParams(
    jid,
    [...names].filter(name => kernel.sysctlExists(`security.jail.param.${name}`)),
  )
}

/** Of the jail that this host is; undefined outside a jail. "Prisons just see their own parameters" (kern_jail.c). */
function ownParameters({ kernel }: Host): Around | undefined {
  if (kernel.sysctl('security.jail.jailed') !== '1') return undefined
  const own: Record<string, string> = {}
  const read = (name: string, sysctl: string) => {
    const value = kernel.sysctl(sysctl)
    if (value !== undefined) own[name] = value
  }
  for (const name of ['children.max', 'children.cur', 'enforce_statfs', 'devfs_ruleset'])
    read(name, `security.jail.${name}`)
  read('securelevel', 'kern.securelevel')
  read('allow.raw_sockets', 'security.jail.allow_raw_sockets')
  for (const name of ['set_hostname', 'sysvipc', 'chflags', 'mount'])
    read(`allow.${name}`, `security.jail.${name}_allowed`)
  for (const type of ['devfs', 'fdescfs', 'linprocfs', 'linsysfs', 'nullfs', 'procfs', 'tmpfs', 'zfs'])
    read(`allow.mount.${type}`, `security.jail.mount_${type}_allowed`)
  return own
}
