/** A thread that does nothing of note and ends; see `endThread` of `index.ts` for what it is good for. */
import { JailwrightError } from '../../errors.ts'
import { memory } from './memory.ts'
import { type CPointer, type Signature, threadSignatures } from './signatures.ts'

type CFunction = (...args: (CPointer | number)[]) => number

/**
 * Runs the C function at the address `getpid` on a thread of its own and gives what it returned, after the thread's end.
 * `open` looks a function up in the library of threads.
 */
export function getpidOnThread(
  open: (name: string, signature: Signature) => CFunction,
  getpid: number,
): number {
  const thread = memory(8)
  const result = memory(8)
  const { pthread_create: create, pthread_join: join } = threadSignatures
  const refused =
    open('pthread_create', create)(thread, null, getpid, null) ||
    open('pthread_join', join)(Number(thread.readBigUInt64LE()), result)
  if (refused !== 0) throw new JailwrightError('HOST', `pthread_create: error ${refused}`)
  return result.readInt32LE()
}
