/** The processors on which a jail runs: cpuset_setaffinity(2). */
import { call, failure, lastErrno } from '../ffi/index.ts'
import { memory } from '../ffi/memory.ts'

// sys/cpuset.h
const CPU_LEVEL_WHICH = 3
const CPU_WHICH_JAIL = 5
/** Sizes of a processor set in bytes: that of FreeBSD 14 and later, then that of 13, which refuses a larger set with ERANGE. */
const SIZES = [128, 32]

/** Lets the processes of a jail run on these processors only. EINVAL for a number that no set holds. */
export function cpusetJail(jid: number, cpus: readonly number[]): void {
  let errno = 'ERANGE'
  for (const size of SIZES) {
    const set = memory(size)
    for (const cpu of cpus) {
      if (!Number.isInteger(cpu) || cpu < 0 || cpu >= size * 8)
        throw failure('cpuset_setaffinity', 'EINVAL', `cpu ${cpu}`)
      set.setBit(cpu, 8)
    }
    if (call('cpuset_setaffinity', CPU_LEVEL_WHICH, CPU_WHICH_JAIL, jid, size, set) !== -1) return
    errno = lastErrno()
    if (errno !== 'ERANGE') break
  }
  throw failure('cpuset_setaffinity', errno, `jail ${jid}`)
}
