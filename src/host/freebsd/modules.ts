/** Kernel modules: kldload(2), kldfind(2), modfind(2). */
import { call, cString, failure, lastErrno } from '../ffi/index.ts'

/** Loads a kernel module by the name of its file; it is no error when the module is loaded already. */
export function kldLoad(name: string): void {
  if (call('kldload', cString(name)) !== -1) return
  const errno = lastErrno()
  if (errno !== 'EEXIST') throw failure('kldload', errno, name)
}

/**
 * True when a module has this name, in a loaded file or in the kernel itself, or when a loaded file has it, such as
 * `linux64.ko`.
 */
export function moduleLoaded(name: string): boolean {
  for (const [find, each] of [
    ['modfind', name],
    ['kldfind', name],
    ['kldfind', `${name}.ko`],
  ] as const) {
    if (call(find, cString(each)) !== -1) return true
    const errno = lastErrno()
    if (errno !== 'ENOENT') throw failure(find, errno, each)
  }
  return false
}
