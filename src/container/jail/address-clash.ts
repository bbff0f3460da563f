/**
 * The kernel says "IPv4 addresses clash" and does not say which jail has the address already
 * (sys/kern/kern_jail.c): that jail is looked for here.
 */
import { childPath } from '../../bundle/property-path.ts'
import { JailwrightError, ToolError } from '../../errors.ts'
import type { Host } from '../../host/types.ts'
import { sameAddress } from '../../translate/core/addresses.ts'
import type { JailStep } from '../../translate/core/plan.ts'

/** Says whose address it is, where `error` is that of a jail(8) which was refused for one; any other is given back. */
export function explainClash(
  host: Host,
  error: unknown,
  step: JailStep,
  annotations: Readonly<Record<string, string>>,
): unknown {
  const version = error instanceof ToolError && /\bIPv([46]) addresses clash\b/.exec(error.stderr)?.[1]
  if (!version) return error
  const parameter = `ip${version}.addr`
  const value = step.parameters.find(([name]) => name === parameter)?.[1]
  const ours = typeof value === 'string' ? value.split(',') : []
  for (const { name, addresses } of jailsBeside(host, step.name, parameter)) {
    // Two jails may share the only address that either has.
    if (ours.length === 1 && addresses.length === 1) continue
    const index = ours.findIndex(one => addresses.some(other => sameAddress(one, other)))
    if (index < 0) continue
    const subject = propertyOf(parameter, index, annotations)
    return new JailwrightError(
      'HOST',
      `${subject}: ${ours[index]} is an address of jail "${name}" already: ${error.message}`,
      { subject, hint: 'two jails may share an address only when neither has another one', cause: error },
    )
  }
  return error
}

/** The live jails of the stack that a new jail is to use, with their addresses (kern_jail.c, prison_ip_conflict_check). */
function jailsBeside(
  host: Host,
  newName: string,
  parameter: string,
): { name: string; addresses: string[] }[] {
  const stacks = new Set<string>()
  const found: { name: string; addresses: string[] }[] = []
  for (const line of host.run('jls', ['-n', 'name', 'vnet', parameter]).stdout.split('\n')) {
    const [, name, vnet, list] = /^name=(.*) vnet=(\S*) ip[46]\.addr=(\S*)$/.exec(line) ?? []
    if (name === undefined) continue
    if (vnet === 'new') stacks.add(name)
    if (list) found.push({ name, addresses: list.split(',') })
  }
  /** The jail whose stack it is: the nearest with one of its own, else the host. */
  const stackOf = (name: string): string =>
    name === '' || stacks.has(name) ? name : stackOf(name.slice(0, Math.max(name.lastIndexOf('.'), 0)))
  return found.filter(({ name }) => stackOf(name) === stackOf(newName))
}

/** Where the config gives an address; an annotation takes precedence over the section. */
function propertyOf(parameter: string, index: number, annotations: Readonly<Record<string, string>>): string {
  const names = [parameter, ...(parameter === 'ip6.addr' ? ['ip6.add'] : [])]
  const annotation = names
    .map(name => `org.freebsd.jail.${name}`)
    .find(name => annotations[name] !== undefined)
  return annotation === undefined
    ? childPath(`freebsd.jail.${parameter.replace('.a', 'A')}`, index)
    : childPath('annotations', annotation)
}
