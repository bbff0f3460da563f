/** Options of nmount(2): flags, words that say how to mount, and options that a file system has to know. */
import type { Json } from '../../client.ts'
import { KernelError } from '../kernel.ts'
import type { Filesystem } from './types.ts'

/** Options of vfs_donmount: option, flag, and whether it sets or clears. */
export const FLAG_OPTIONS: Record<string, readonly [flag: string, on: boolean]> = {
  ro: ['ro', true],
  rdonly: ['ro', true],
  rw: ['ro', false],
  noro: ['ro', false],
  sync: ['sync', true],
  noexec: ['noexec', true],
  exec: ['noexec', false],
  nosuid: ['nosuid', true],
  suid: ['nosuid', false],
  union: ['union', true],
  async: ['async', true],
  noasync: ['async', false],
  suiddir: ['suiddir', true],
  nosymfollow: ['nosymfollow', true],
  symfollow: ['nosymfollow', false],
  multilabel: ['multilabel', true],
  noatime: ['noatime', true],
  atime: ['noatime', false],
  noclusterr: ['noclusterr', true],
  noclusterw: ['noclusterw', true],
}
/** Options that say how to mount, and that the mount does not keep. */
export const ONE_SHOT = new Set([
  'update',
  'force',
  'reload',
  'nocover',
  'cover',
  'emptydir',
  'noemptydir',
  'automounted',
])
/** Options that vfs_filteropt always accepts. */
const GENERIC = new Set([
  'ro',
  'rw',
  'noro',
  'nosuid',
  'noexec',
  'suid',
  'exec',
  'errmsg',
  'fstype',
  'fspath',
])

/** vfs_filteropt(9): refuses an option that neither the kernel nor the file system knows. */
export function checkOptions(
  type: Filesystem,
  options: Map<string, string | undefined>,
  errno: string,
): void {
  if (type.options === undefined) return
  for (const name of options.keys()) {
    if (GENERIC.has(name) || type.options.includes(name)) continue
    if (name.startsWith('no') && type.options.includes(name.slice(2))) continue
    throw new KernelError(errno, `mount option <${name}> is unknown`)
  }
}

/** The options of a request as pairs; a flag has no value. EINVAL for anything else. */
export function optionList(value: Json | undefined): [string, string | undefined][] {
  if (!Array.isArray(value)) throw new KernelError('EINVAL')
  return value.map(pair => {
    if (!Array.isArray(pair) || typeof pair[0] !== 'string') throw new KernelError('EINVAL')
    return [pair[0], typeof pair[1] === 'string' ? pair[1] : undefined]
  })
}
