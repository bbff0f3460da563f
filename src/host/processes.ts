/** Starting processes, waiting for their end, for descriptors and for signals, and pipes. */
import { abi } from './abi/index.ts'
import { check } from './ffi/index.ts'
import { memory } from './ffi/memory.ts'

export {
  blockSignals,
  type Ended,
  type ExitStatus,
  nextSignal,
  poll,
  waitForEnd,
} from './process/await.ts'
export { type StartOptions, startProcess } from './process/spawn.ts'

/**
 * The number of bytes that a pipe, or another descriptor that poll(2) calls writable, takes without waiting: PIPE_BUF of
 * limits.h, 512 on FreeBSD and 4096 on Linux. It holds for a descriptor in blocking mode too.
 */
export const PIPE_WRITE = 512

/** pipe2(2): both ends close-on-exec. */
export function pipe(): { reader: number; writer: number } {
  const ends = memory(8)
  check('pipe2', undefined, ends, abi.open.CLOEXEC)
  return { reader: ends.readInt32(0), writer: ends.readInt32(4) }
}
