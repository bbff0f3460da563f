/** What init still calls when it is in the jail, on its way to the program. */
import { abi } from '../abi/index.ts'
import { endThread, prepare } from '../ffi/index.ts'
import type { CFunctionName } from '../ffi/signatures.ts'

const LATER: readonly CFunctionName[] = [
  'execve',
  'getrlimit',
  'setrlimit',
  'setgroups',
  'setgid',
  'setuid',
  'sigaction',
  'sigprocmask',
  'setsid',
  'fchdir',
  'dup2',
  'fcntl',
  'ioctl',
  'close',
  'close_range',
  'openat',
  'fchownat',
  'read',
  'write',
]
const ON_FREEBSD: readonly CFunctionName[] = ['jail_attach', 'procctl', 'sysctl']
const ON_LINUX: readonly CFunctionName[] = ['setns', 'chroot', 'prctl', 'syscall']

let threadEnded = false

/** To be called before the process attaches to a jail: see `prepare` and `endThread`. Once is enough. */
export function prepareForJail(): void {
  if (!threadEnded) endThread()
  threadEnded = true
  prepare([...LATER, ...(abi.os === 'freebsd' ? ON_FREEBSD : ON_LINUX)])
}
