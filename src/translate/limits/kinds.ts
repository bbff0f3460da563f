/** What rctl(8) knows: resources, actions and amounts (rctl.md section 4; sys/kern/kern_rctl.c), and what is too tight. */
import { hasOwn } from '../../es2020.ts'

/** Resources that can be denied, and those that can only be throttled. */
export const DENIABLE: ReadonlySet<string> = new Set(
  'datasize stacksize coredumpsize memoryuse memorylocked maxproc openfiles pseudoterminals vmemoryuse swapuse nthr msgqqueued msgqsize nmsgq nsem nsemop nshm shmsize pcpu'.split(
    ' ',
  ),
)
/** Rates of the disks. */
export const THROTTLED: ReadonlySet<string> = new Set(['readbps', 'writebps', 'readiops', 'writeiops'])
/** Counted, but to be signalled about only. */
export const SIGNALLED: ReadonlySet<string> = new Set(['cputime', 'wallclock'])

/** The kernel's own names, sigcont not among them (kern_rctl.c, actionnames). */
const SIGNALS =
  'hup int quit ill trap abrt emt fpe kill bus segv sys pipe alrm term urg stop tstp chld ttin ttou io xcpu xfsz vtalrm prof winch info usr1 usr2 thr'

/** What is wrong with an action for a resource; undefined for nothing. */
export function wrongAction(action: string, resource: string): string | undefined {
  const signals = SIGNALS.split(' ').map(name => `sig${name}`)
  if (!['deny', 'throttle', 'log', 'devctl', ...signals].includes(action))
    return `unknown action ${action}; known are deny, throttle, log, devctl, ${signals.join(', ')}`
  if (action === 'deny' && !DENIABLE.has(resource))
    return `${resource} cannot be denied; use ${usualAction(resource)}`
  if (action === 'throttle' && !THROTTLED.has(resource)) return `${resource} cannot be throttled`
  return undefined
}

/** What is done at a limit when nothing is said. */
export function usualAction(resource: string): string {
  return THROTTLED.has(resource) ? 'throttle' : SIGNALLED.has(resource) ? 'sigterm' : 'deny'
}

const INT64_MAX = 2n ** 63n - 1n

/** The largest amount that a rule takes: times and pcpu are kept in millionths (kern_rctl.c, rctl_string_to_rule). */
export function largestAmount(resource: string): bigint {
  return ['cputime', 'wallclock', 'pcpu'].includes(resource) ? INT64_MAX / 1_000_000n : INT64_MAX
}

const MIB = 2n ** 20n
/**
 * Below this the first process may find no room: swap is charged when memory is reserved, and address space as it is
 * mapped, and the engine that becomes the program is charged to the jail with all it has as it enters
 * (swap_pager.c swap_reserve_by_cred; kern_racct.c racct_proc_ucred_changed).
 */
const TIGHT: Readonly<Record<string, readonly [below: bigint, why: string]>> = {
  swapuse: [
    256n * MIB,
    "below 256m little is left for the program: FreeBSD charges memory when it is reserved, and the container's first process begins with more than 100 MB of it for as long as it lives",
  ],
  vmemoryuse: [
    512n * MIB,
    'below 512m a container or an exec may fail to start: the address space of the runtime counts until it becomes the program',
  ],
}

/** The warning for a limit that leaves little room, without its property; undefined where there is none. */
export function tightLimit(limit: {
  resource: string
  action: string
  amount: string | undefined
}): string | undefined {
  const { resource, action, amount } = limit
  const row = hasOwn(TIGHT, resource) ? TIGHT[resource] : undefined
  if (row === undefined || amount === undefined || action !== 'deny' || BigInt(amount) >= row[0])
    return undefined
  return row[1]
}
