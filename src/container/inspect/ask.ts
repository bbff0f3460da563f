/** What `inspect` asks of the host. Each question is answered or not: a damaged container is looked at all the same. */
import type { RuntimeContext } from '../../context.ts'
import { errnoOf } from '../../errors.ts'
import { readTextFile } from '../../host/files.ts'
import type { Host } from '../../host/types.ts'
import type { MountStep, Plan } from '../../translate/core/plan.ts'
import { markerRule } from '../../translate/devices/ruleset-input.ts'
import { FREEBSD_15_PARAMS } from '../../translate/jail/parameters.ts'
import { Journal } from '../journal/journal.ts'
import { containerNames } from '../state/container-names.ts'
import { layout } from '../state/paths.ts'
import { readPlan } from '../state/plan-file.ts'
import { type Interface, parseInterfaces } from './interfaces.ts'
import { cpuNumbers, type FoundLimits } from './limits.ts'
import type { Parameters } from './parameters.ts'
import { commandsByPid, type FoundProcess } from './processes.ts'
import type { Records } from './records.ts'
import { type Ids, idByName } from './rules.ts'

/** What an action gives; undefined when it fails. */
export function quietly<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch {
    return undefined
  }
}

/** All parameters of a jail that the kernel knows and we do, and those that the plan has. */
export function jailParameters(
  { kernel }: Host,
  jid: number,
  plan: Plan | undefined,
): Parameters | undefined {
  const names = new Set(['path', 'name', ...Object.keys(FREEBSD_15_PARAMS)])
  for (const step of plan?.steps ?? [])
    if (step.kind === 'jail') for (const [name] of step.parameters) names.add(name)
  return kernel.jailParams(
    jid,
    [...names].filter(name => kernel.sysctlExists(`security.jail.param.${name}`)),
  )
}

/**
 * Parameters `allow.*` that a new jail of this host has without being asked, by the sysctls of kern_jail.c
 * (security.jail.chflags_allowed and others, deprecated and still obeyed).
 */
export function allowedByDefault({ kernel }: Host, names: readonly string[]): Set<string> {
  const sysctlOf = (name: string) => {
    const word = name.slice('allow.'.length).replace('.', '_')
    return word === 'raw_sockets' ? 'security.jail.allow_raw_sockets' : `security.jail.${word}_allowed`
  }
  return new Set(names.filter(name => name.startsWith('allow.') && kernel.sysctl(sysctlOf(name)) === '1'))
}

/** For how many other containers children.max of a jail has been raised. */
export function raisedFor(ctx: RuntimeContext, jail: string): number {
  return containerNames(ctx.root).filter(id => {
    const plan = quietly(() => readPlan(layout(ctx.root, id)))
    return plan?.steps.some(step => step.kind === 'raise-children' && step.parent === jail)
  }).length
}

/** Whose mount a file system id is, by the journals of the other containers. */
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

/** Where a mount may be: where links lead now, and as it was written. */
export function placesOf(host: Host, root: string, { destination, via }: MountStep): string[] {
  const inside = via?.mountPoint ?? destination
  const found = quietly(() => host.process.openBeneath(root, inside, {}))
  if (found) host.process.close(found.fd)
  const written = `${root}${inside}`
  return found === undefined || found.path === written ? [written] : [found.path, written]
}

/** The container's ruleset and its rules; undefined when there is none. Throws when rulesets cannot be seen. */
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

/** Users and groups of this host by name. */
export function hostIds(): Ids {
  const read = (path: string) => quietly(() => readTextFile(path)) ?? ''
  return { user: idByName(read('/etc/passwd')), group: idByName(read('/etc/group')) }
}

/** Interfaces of the host, or of a jail with a stack of its own; undefined when ifconfig(8) does not answer. */
export function interfaces(host: Host, jail?: string): Map<string, Interface> | undefined {
  const answer = quietly(() => host.run('ifconfig', [...(jail === undefined ? [] : ['-j', jail]), '-a']))
  return answer?.status === 0 ? parseInterfaces(answer.stdout) : undefined
}

/** Limits of a jail, by name: rules outlive the jail. */
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
    // Where nothing is accounted no rule is in force; ESRCH: there is no jail of this name.
    return ['ENOSYS', 'ESRCH'].includes(errnoOf(error) ?? '') ? [] : undefined
  }
}

/** Processes of a jail and of its children, with their command lines where ps(1) answers. */
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
