/** sigset_t: one bit a signal, the first signal's the lowest of the first byte on both hosts. */
import { SyscallError } from '../../errors.ts'
import { errorText } from '../abi/error-text.ts'
import { abi } from '../abi/index.ts'
import { type Memory, memory } from '../ffi/memory.ts'
import { signalNumber } from '../signals.ts'

/** The set of these signals, by name without SIG; EINVAL for a name that this host has not. */
export function signalSet(names: readonly string[]): Memory {
  const set = memory(abi.sigsetSize)
  for (const name of names) {
    const number = signalNumber(name)
    if (number === undefined) throw new SyscallError('sigaddset', 'EINVAL', errorText('EINVAL'), name)
    set[(number - 1) >> 3]! |= 1 << ((number - 1) & 7)
  }
  return set
}
