/**
 * The questions that `inspect` asks of the host. A question that the host does not answer yields undefined or an empty
 * result, because a damaged container must be inspected too.
 */
import type { RuntimeContext } from '../../context.ts'
import { errnoOf, quietly } from '../../errors.ts'
import { linkStatusOf, readTextFile } from '../../host/files.ts'
import type { Host } from '../../host/types.ts'
import { basename, dirname, join } from '../../paths.ts'
import type { Plan } from '../../translate/core/plan.ts'
import { markerRule } from '../../translate/devices/ruleset-input.ts'
import { FREEBSD_15_PARAMS } from '../../translate/jail/parameters.ts'
import { cpuNumbers } from '../jail/cpu-list.ts'
import { readParameters } from '../jail/read-parameters.ts'
import { Journal } from '../journal/journal.ts'
import { containerNames } from '../state/container-names.ts'
import { layout } from '../state/paths.ts'
import { type Interface, parseInterfaces } from './interfaces.ts'
import type { FoundLimits } from './limits.ts'
import type { Parameters } from './parameters.ts'
import { commandsByPid, type FoundProcess } from './processes.ts'
import type { Records } from './records.ts'
import { type Ids, idByName } from './rules.ts'

/**
 * Returns the jail's values of all parameters that both this host's kernel and FREEBSD_15_PARAMS know, and of the
 * parameters in the plan. Returns undefined when the jail is gone.
 */
export function jailParameters(
  { kernel }: Host,
  jid: number,
  plan: Plan | undefined,
): Parameters | undefined {
  const names = new Set(['path', 'name', ...Object.keys(FREEBSD_15_PARAMS)])
  for (const step of plan?.steps ?? [])
    if (step.kind === 'jail') for (const [name] of step.parameters) names.add(name)
  return readParameters(kernel, jid, names)
}

/**
 * Returns the `allow.*` parameters that this host gives to every new jail. The sysctls security.jail.chflags_allowed
 * and others decide that; they are deprecated but still obeyed (sys/kern/kern_jail.c).
 */
export function allowedByDefault({ kernel }: Host, names: readonly string[]): Set<string> {
  const sysctlOf = (name: string) => {
    const word = name.slice('allow.'.length).replace('.', '_')
    return word === 'raw_sockets' ? 'security.jail.allow_raw_sockets' : `security.jail.${word}_allowed`
  }
  return new Set(names.filter(name => name.startsWith('allow.') && kernel.sysctl(sysctlOf(name)) === '1'))
}

/**
 * Returns a function that maps a file system id to the container that owns the mount, by the journals of the other
 * containers.
 */
export function ownerOfMount(ctx: RuntimeContext, own: string): (fsid: string) => string | undefined {
  let owners: Map<string, string> | undefined
  return fsid => {
    owners ??= new Map(
      containerNames(ctx.root)
        .filter(id => id !== own)
        .flatMap(id =>
          (quietly(() => new Journal(layout(ctx.root, id).journal).pending()) ?? []).flatMap(({ done }) =>
            done?.fsid === undefined ? [] : [[done.fsid, id] as const],
          ),
        ),
    )
    return owners.get(fsid)
  }
}

/** Tells whether a name below a container's /dev exists. The name itself may be a link; its directory is resolved beneath the root. */
export function hasDevice(host: Host, root: string, name: string): boolean {
  const path = `/dev/${name}`
  const found = quietly(() => host.process.openBeneath(root, dirname(path), {}))
  if (!found) return false
  host.process.close(found.fd)
  return quietly(() => linkStatusOf(join(found.path, basename(path)))) !== undefined
}

/**
 * Returns the container's devfs ruleset and its rules, or undefined when there is none.
 * @throws SyscallError when the kernel does not show rulesets.
 */
export function rulesetOf(
  { kernel }: Host,
  { entries, jailName }: Records,
): { number: number; rules: readonly string[] } | undefined {
  const marker = markerRule(jailName)
  const recorded = entries.flatMap(({ undo }) => (undo.op === 'ruleset' ? [undo.number] : []))
  let best: { number: number; rules: readonly string[] } | undefined
  for (const number of [...recorded, ...kernel.devfsRulesets()]) {
    const rules = kernel.devfsRules(number)
    if (rules[0] === marker) return { number, rules }
    if (recorded.includes(number) && rules.length > 0) best ??= { number, rules }
  }
  return best
}

/** Returns the numbers of this host's users and groups by name. */
export function hostIds(): Ids {
  const read = (path: string) => quietly(() => readTextFile(path)) ?? ''
  return { user: idByName(read('/etc/passwd')), group: idByName(read('/etc/group')) }
}

/**
 * Returns the interfaces of the host, or of a jail that has its own network stack; undefined when ifconfig(8) fails.
 */
export function interfaces(host: Host, jail?: string): Map<string, Interface> | undefined {
  const answer = quietly(() => host.run('ifconfig', [...(jail === undefined ? [] : ['-j', jail]), '-a']))
  return answer?.status === 0 ? parseInterfaces(answer.stdout) : undefined
}

/** Returns the gateways of a jail's default routes by route(8)'s option for the family; undefined when route(8) cannot run. */
export function gateways(
  host: Host,
  jail: string,
  families: readonly string[],
): Record<string, string | undefined> | undefined {
  const found: Record<string, string | undefined> = {}
  for (const family of families) {
    const answer = quietly(() => host.run('route', ['-j', jail, family, '-n', 'get', 'default']))
    if (answer === undefined) return undefined
    // For a family without a default route, route(8) fails.
    found[family] = answer.status === 0 ? /^ *gateway: (\S+)/m.exec(answer.stdout)?.[1] : undefined
  }
  return found
}

/**
 * Returns the limits in force for a jail. rctl(8) rules are looked up by the jail's name, because rules outlive the
 * jail.
 */
export function limits(host: Host, jail: string, alive: boolean): FoundLimits {
  const answer = alive ? quietly(() => host.run('cpuset', ['-g', '-j', jail])) : undefined
  const mask = answer?.status === 0 ? / mask: ([0-9, ]+)/.exec(answer.stdout)?.[1] : undefined
  return { rules: rctlRules(host, jail), cpus: mask === undefined ? undefined : cpuNumbers(mask) }
}

function rctlRules({ kernel }: Host, jail: string): string[] | undefined {
  try {
    return kernel
      .rctlRules(`jail:${jail}`)
      .split(',')
      .filter(rule => rule !== '')
  } catch (error) {
    // ENOSYS means that the kernel accounts no resources, so no rule is in force. ESRCH means that no jail has this
    // name.
    return ['ENOSYS', 'ESRCH'].includes(errnoOf(error) ?? '') ? [] : undefined
  }
}

/** Returns the processes of a jail and of its child jails, with their command lines where ps(1) answers. */
export function processesOf(host: Host, jid: number): FoundProcess[] {
  const pids = host.kernel.jailProcesses(jid).sort((a, b) => a - b)
  const found = host.kernel.processInfos(pids)
  const answer = quietly(() => host.run('ps', ['-J', String(jid), '-o', 'pid,command']))
  const commands = commandsByPid(answer?.stdout ?? '')
  return pids.flatMap(pid => {
    const info = found.get(pid)
    const command = commands.get(pid)
    return info ? [{ ...info, ...(command === undefined ? {} : { command }) }] : []
  })
}
