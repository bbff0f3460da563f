/** What init still calls when it is in the jail, on its way to the program. */
import { abi } from '../abi/index.ts'
import { prepare } from '../ffi/index.ts'
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

/** To be called before the process attaches to a jail: see `prepare`. */
export function prepareForJail(): void {
  prepare([...LATER, ...(abi.os === 'freebsd' ? ON_FREEBSD : ON_LINUX)])
}
