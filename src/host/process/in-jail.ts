/** The C functions that init calls inside the jail, before it becomes the container's program. */
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

/**
 * Looks up the C functions that init calls inside a jail. It is called before jail_attach(2), because under Node a later
 * look-up fails.
 */
export function prepareForJail(): void {
  prepare([...LATER, ...(abi.os === 'freebsd' ? ON_FREEBSD : ON_LINUX)])
}
