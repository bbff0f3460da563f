/** Routing tables by number (FIBs): net.fibs, setfib(2), net.my_fibnum. The tables themselves are all the first one. */
import { type Kernel, KernelError, number } from '../kernel.ts'
import { readProcess } from '../processes/processes.ts'
import type { Sysctls } from '../sysctls.ts'

/** RT_MAXFIBS of sys/net/route.h. */
const MOST = 65_535

/** Registers `setfib(fib)`: EINVAL for a number beyond net.fibs. Children inherit the number of a process. */
export function installFibs(kernel: Kernel, sysctls: Sysctls): void {
  let tables = 1
  const set = new Map<string, number>()
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
    if (!Number.isInteger(fib) || fib < 0 || fib >= tables) throw new KernelError('EINVAL')
    const own = key(caller.pid)
    if (own !== undefined) set.set(own, fib)
    return null
  })
  sysctls.define('net.fibs', {
    get: () => String(tables),
    // The number may grow and never shrink (sysctl_fibs of sys/net/route/route_tables.c).
    set: (_, value) => {
      const wanted = Number(value)
      if (wanted < tables || wanted > MOST) throw new KernelError('EINVAL')
      tables = wanted
    },
  })
  sysctls.define('net.my_fibnum', { get: caller => String(fibOf(caller.pid)) })
  kernel.on('reboot', () => {
    tables = 1
    set.clear()
  })
}
