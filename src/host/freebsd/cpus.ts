/** The processors of a jail: cpuset_setaffinity(2). */
import { call, failure, lastErrno } from '../ffi/index.ts'
import { memory } from '../ffi/memory.ts'

// sys/cpuset.h
const CPU_LEVEL_WHICH = 3
const CPU_WHICH_JAIL = 5
/** Bytes of a set: of FreeBSD 14 and later, and of 13, which takes no larger one (ERANGE). */
const SIZES = [128, 32]

/** Lets the processes of a jail run on these processors only. */
export function cpusetJail(jid: number, cpus: readonly number[]): void {
  let errno = 'ERANGE'
  for (const size of SIZES) {
    const set = memory(size)
    for (const cpu of cpus) {
      if (!Number.isInteger(cpu) || cpu < 0 || cpu >= size * 8)
        throw failure('cpuset_setaffinity', 'EINVAL', `cpu ${cpu}`)
      set[cpu >> 3]! |= 1 << (cpu & 7)
    }
    if (call('cpuset_setaffinity', CPU_LEVEL_WHICH, CPU_WHICH_JAIL, jid, size, set) !== -1) return
    errno = lastErrno()
    if (errno !== 'ERANGE') break
  }
  throw failure('cpuset_setaffinity', errno, `jail ${jid}`)
}
