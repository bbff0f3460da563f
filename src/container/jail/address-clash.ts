/**
 * Explains the kernel's refusal "IPv4 addresses clash" (sys/kern/kern_jail.c), which does not name the jail that has
 * the address.
 */
import { childPath } from '../../bundle/property-path.ts'
import { JailwrightError, ToolError } from '../../errors.ts'
import type { Host } from '../../host/types.ts'
import { sameAddress } from '../../translate/core/addresses.ts'
import type { JailStep } from '../../translate/core/plan.ts'

/**
 * Returns an error that names the owner of the address, when `error` is jail_set(2)'s refusal of an address; returns
 * any other error unchanged.
 */
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
    // Two jails may share an address when neither has another one.
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

/**
 * Returns the live jails of the network stack that a new jail will use, with their addresses (prison_ip_conflict_check
 * in sys/kern/kern_jail.c).
 */
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
  /**
   * Returns the jail whose stack a jail uses: the nearest of itself and its parents with vnet=new, or '' for the host.
   */
  const stackOf = (name: string): string =>
    name === '' || stacks.has(name) ? name : stackOf(name.slice(0, Math.max(name.lastIndexOf('.'), 0)))
  return found.filter(({ name }) => stackOf(name) === stackOf(newName))
}

/** Returns the property that gives an address. An annotation takes precedence over the freebsd section. */
function propertyOf(parameter: string, index: number, annotations: Readonly<Record<string, string>>): string {
  const names = [parameter, ...(parameter === 'ip6.addr' ? ['ip6.add'] : [])]
  const annotation = names
    .map(name => `org.freebsd.jail.${name}`)
    .find(name => annotations[name] !== undefined)
  return annotation === undefined
    ? childPath(`freebsd.jail.${parameter.replace('.a', 'A')}`, index)
    : childPath('annotations', annotation)
}
