/** sigset_t has one bit for each signal; on both hosts signal 1 has the lowest bit of the first byte. */
import { SyscallError } from '../../errors.ts'
import { errorText } from '../abi/error-text.ts'
import { abi } from '../abi/index.ts'
import { type Memory, memory } from '../ffi/memory.ts'
import { signalNumber } from '../signals.ts'

/** Gives the sigset_t of these signals (names without SIG); EINVAL for a signal that this host does not have. */
export function signalSet(names: readonly string[]): Memory {
  const set = memory(abi.sigsetSize)
  for (const name of names) {
    const number = signalNumber(name)
    if (number === undefined) throw new SyscallError('sigaddset', 'EINVAL', errorText('EINVAL'), name)
    set.setBit(number - 1, abi.sigsetWord)
  }
  return set
}
