/** Resources, actions and amounts of rctl(8) (rctl(8); sys/kern/kern_rctl.c), and limits that are too tight. */
import { hasOwn } from '../../es2020.ts'

/** Resources that a rule can deny. */
export const DENIABLE: ReadonlySet<string> = new Set(
  'datasize stacksize coredumpsize memoryuse memorylocked maxproc openfiles pseudoterminals vmemoryuse swapuse nthr msgqqueued msgqsize nmsgq nsem nsemop nshm shmsize pcpu'.split(
    ' ',
  ),
)
/** Rates of disks, which a rule can throttle. */
export const THROTTLED: ReadonlySet<string> = new Set(['readbps', 'writebps', 'readiops', 'writeiops'])
/** Resources about which a rule can only send a signal. */
export const SIGNALLED: ReadonlySet<string> = new Set(['cputime', 'wallclock'])

/** The kernel's names of signals as actions, without sigcont (sys/kern/kern_rctl.c, actionnames). */
const SIGNALS =
  'hup int quit ill trap abrt emt fpe kill bus segv sys pipe alrm term urg stop tstp chld ttin ttou io xcpu xfsz vtalrm prof winch info usr1 usr2 thr'

/** Says what is wrong with an action for a resource; undefined when it is valid. */
export function wrongAction(action: string, resource: string): string | undefined {
  const signals = SIGNALS.split(' ').map(name => `sig${name}`)
  if (!['deny', 'throttle', 'log', 'devctl', ...signals].includes(action))
    return `unknown action ${action}; known are deny, throttle, log, devctl, ${signals.join(', ')}`
  if (action === 'deny' && !DENIABLE.has(resource))
    return `${resource} cannot be denied; use ${usualAction(resource)}`
  if (action === 'throttle' && !THROTTLED.has(resource)) return `${resource} cannot be throttled`
  return undefined
}

/** The action of a limit that names none. */
export function usualAction(resource: string): string {
  return THROTTLED.has(resource) ? 'throttle' : SIGNALLED.has(resource) ? 'sigterm' : 'deny'
}

const INT64_MAX = (1n << 63n) - 1n

/** The largest amount of a rule. The kernel keeps times and pcpu in millionths (sys/kern/kern_rctl.c, rctl_string_to_rule). */
export function largestAmount(resource: string): bigint {
  return ['cputime', 'wallclock', 'pcpu'].includes(resource) ? INT64_MAX / 1_000_000n : INT64_MAX
}

const MIB = 1n << 20n
/**
 * Amounts below which the first process may fail to start, with the reason. Swap is charged when memory is reserved,
 * address space when it is mapped, and the kernel charges init with all it has to the jail that init enters
 * (sys/vm/swap_pager.c, swap_reserve_by_cred; sys/kern/kern_racct.c, racct_proc_ucred_changed).
 */
const TIGHT: Readonly<Record<string, readonly [below: bigint, why: string]>> = {
  swapuse: [
    32n * MIB,
    "below 32m little is left for the program: FreeBSD charges memory when it is reserved, and what the container's first process has reserved before it becomes the program counts for as long as it lives",
  ],
  vmemoryuse: [
    512n * MIB,
    'below 512m a container or an exec may fail to start: the address space of the runtime counts until it becomes the program',
  ],
}

/** The warning, without the property, for a limit that leaves too little room; undefined for any other limit. */
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
