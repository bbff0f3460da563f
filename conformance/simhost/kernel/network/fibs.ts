/**
 * Routing tables by number (FIBs): net.fibs, setfib(2), net.my_fibnum (sys/net/route/route_tables.c). Each network stack has its
 * own number of tables, a new one has 1. The tables themselves are all the first one.
 */
import { type Caller, type Kernel, KernelError, number } from '../kernel.ts'
import type { Parts } from '../offered-parts.ts'
import { readProcess } from '../processes/processes.ts'

/** RT_MAXFIBS of sys/net/route.h. */
const MOST = 65_535

/** Registers `setfib(fib)`: EINVAL for a number beyond net.fibs. Children inherit the number of a process. */
export function installFibs(kernel: Kernel, { sysctls, jails }: Parts): void {
  /** Numbers of tables by stack: the jid of the jail that owns it, 0 for the host's. */
  const tables = new Map<number, number>()
  const set = new Map<string, number>()
  const stackOf = (jid: number): number => jails.table.get(jid)?.vnet ?? 0
  const tablesOf = (jid: number): number => tables.get(stackOf(jid)) ?? 1
  const key = (pid: number): string | undefined => {
    const found = readProcess(pid)
    return found === undefined ? undefined : `${pid} ${found.start}`
  }
  const fibOf = (pid: number): number => {
    for (let at = readProcess(pid); at !== undefined; at = readProcess(at.ppid)) {
      const own = set.get(`${at.pid} ${at.start}`)
      if (own !== undefined) return own
      if (at.ppid <= 1) break
    }
    return 0
  }
  kernel.register('setfib', (caller, value) => {
    const fib = number(value)
    if (!Number.isInteger(fib) || fib < 0 || fib >= tablesOf(caller.jid)) throw new KernelError('EINVAL')
    const own = key(caller.pid)
    if (own !== undefined) set.set(own, fib)
    return null
  })
  // rtables_check_proc_fib: a process may not enter a stack that does not have its table.
  kernel.wrap('jailAttach', attach => (caller: Caller, jid, ...rest) => {
    const target = number(jid)
    if (stackOf(target) !== stackOf(caller.jid) && fibOf(caller.pid) >= tablesOf(target))
      throw new KernelError('EINVAL')
    return attach(caller, jid, ...rest)
  })
  sysctls.define('net.fibs', {
    get: caller => String(tablesOf(caller.jid)),
    vnet: true,
    // The number may grow and never shrink (sysctl_fibs).
    set: (caller, value) => {
      const wanted = Number(value)
      if (wanted < tablesOf(caller.jid) || wanted > MOST) throw new KernelError('EINVAL')
      tables.set(stackOf(caller.jid), wanted)
    },
  })
  sysctls.define('net.my_fibnum', { get: caller => String(fibOf(caller.pid)) })
  kernel.on('jailRemoved', jid => {
    tables.delete(jid)
  })
  kernel.on('reboot', () => {
    tables.clear()
    set.clear()
  })
}
