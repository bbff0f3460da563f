/** Kernel modules: kldload(2), kldfind(2), modfind(2). */
import { call, cString, failure, lastErrno } from '../ffi/index.ts'

/** Loads a module by its file's name; one that is loaded already is no error. */
export function kldLoad(name: string): void {
  if (call('kldload', cString(name)) !== -1) return
  const errno = lastErrno()
  if (errno !== 'EEXIST') throw failure('kldload', errno, name)
}

/** True when a file of that name (`linux64` or `linux64.ko`) is loaded, or a module of that name is in a file or the kernel. */
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
