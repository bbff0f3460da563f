/**
 * `stats`: the resources that a container uses, from rctl(8) when the kernel accounts for them, otherwise from ps(1).
 */
import type { RuntimeContext } from '../context.ts'
import { JailwrightError, ToolError } from '../errors.ts'
import { layout } from './state/paths.ts'
import { currentStatus, readState, requireState, type StateFile, type Status } from './state/state-file.ts'

/** The use of one resource under rctl(8)'s name, and its limit when there is one. */
interface Usage {
  readonly used: number
  readonly limit?: number
}

/** The statistics of a container at one moment. `time` is in the form of RFC 3339. */
export interface Stats {
  readonly id: string
  readonly time: string
  readonly resources: Readonly<Record<string, Usage>>
}

/**
 * Returns the present statistics of a running container.
 * @throws JailwrightError STATE when it is not running.
 */
export function stats(ctx: RuntimeContext, id: string): Stats {
  const { state } = requireState(ctx.root, id)
  const status = currentStatus(ctx.host, state)
  if (!hasProcesses(status)) {
    throw new JailwrightError('STATE', `container "${id}" is not running: it is ${status}`, { subject: id })
  }
  const accounted = ctx.host.kernel.sysctl('kern.racct.enable') === '1'
  const resources = accounted ? fromRctl(ctx, state) : fromPs(ctx, state)
  return { id, time: new Date().toISOString(), resources }
}

/** True when `stats` can report a container; false also when it has been deleted. */
export function isCounted(ctx: RuntimeContext, id: string): boolean {
  const state = readState(layout(ctx.root, id))
  return state !== undefined && hasProcesses(currentStatus(ctx.host, state))
}

function hasProcesses(status: Status): boolean {
  return status !== 'stopped' && status !== 'creating'
}

function psOutput(ctx: RuntimeContext, args: readonly string[]): string {
  const answer = ctx.host.run('ps', args)
  // ps(1) exits with 1 when it finds no process.
  if (answer.status !== 0 && answer.stderr !== '')
    throw new ToolError(['ps', ...args], answer.status, answer.stderr)
  return answer.stdout
}

/** Returns the resources of a jail from rctl_get_racct(2) and rctl_get_rules(2), which return comma lists. */
function fromRctl(ctx: RuntimeContext, state: StateFile): Record<string, Usage> {
  const subject = `jail:${state.jailName}`
  const limits = new Map<string, number>()
  for (const rule of ctx.host.kernel.rctlRules(subject).split(',')) {
    const match = /^jail:[^:]+:([a-z]+):[a-z]+=(\d+)/.exec(rule)
    if (match?.[1] && match[2]) limits.set(match[1], Number(match[2]))
  }
  const resources: Record<string, Usage> = {}
  for (const entry of ctx.host.kernel.rctlUsage(subject).split(',')) {
    const [resource, amount] = entry.split('=')
    if (!resource || amount === undefined) continue
    const limit = limits.get(resource)
    resources[resource] = { used: Number(amount), ...(limit === undefined ? {} : { limit }) }
  }
  return resources
}

/**
 * Returns resident memory, processor time and number of processes under rctl(8)'s names, for a kernel without racct.
 */
function fromPs(ctx: RuntimeContext, state: StateFile): Record<string, Usage> {
  const rows = psOutput(ctx, ['-J', String(state.jid), '-o', 'rss=', '-o', 'time='])
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => line.trim().split(/\s+/))
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  return {
    cputime: { used: Math.round(sum(rows.map(([, time]) => seconds(time ?? '0')))) },
    memoryuse: { used: sum(rows.map(([kilobytes]) => Number(kilobytes) * 1024)) },
    maxproc: { used: rows.length },
  }
}

/** Returns the seconds of ps(1)'s time column, `[[days-]hours:]minutes:seconds.hundredths`. */
function seconds(text: string): number {
  const [rest = '', days = '0'] = text.split('-').reverse()
  return rest.split(':').reduce((total, part) => total * 60 + Number(part), 0) + Number(days) * 86_400
}
