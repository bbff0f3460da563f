/** umount(8). */
import { CallError } from '../client.ts'
import type { MountEntry } from '../print/mounts.ts'
import { readFstab } from './fstab.ts'
import { typeMatches } from './mount.ts'
import { Exit, errx, getopt, strerror, type ToolContext } from './tool.ts'

interface Flags {
  force: boolean
  verbose: boolean
  types: string | undefined
}

function usage(t: ToolContext): never {
  t.err(
    'usage: umount [-dfNnv] special ... | node ... | fsid ...\n       umount -a | -A [-F fstab] [-dfnv] [-h host] [-t type]\n',
  )
  throw new Exit(1)
}

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  const { options, rest } = getopt(t, 'AadF:fh:Nnt:v', () => usage(t))
  const has = (letter: string) => options.some(([l]) => l === letter)
  const get = (letter: string) => options.findLast(([l]) => l === letter)?.[1]
  if (has('f') && has('n')) errx(t, 1, '-f and -n are mutually exclusive: No error: 0')
  const f: Flags = { force: has('f'), verbose: has('v'), types: get('t') }
  if (has('a') || has('A')) {
    if (rest.length > 0) usage(t)
    return all(t, f, has('A') ? undefined : (get('F') ?? '/etc/fstab'))
  }
  if (rest.length === 0) usage(t)
  let status = 0
  for (const name of rest) if (!one(t, f, name)) status = 1
  return status
}

const table = (t: ToolContext) => t.call('mounts') as unknown as MountEntry[]

/** -A: unmounts everything but the root and /dev, newest first. -a: the entries of fstab(5), the last line first. */
function all(t: ToolContext, f: Flags, fstab: string | undefined): number {
  let status = 0
  if (fstab === undefined) {
    // /tmp is the machine's own.
    for (const m of table(t).slice(1).reverse()) {
      if (!typeMatches(f.types, m.fstype) || m.on === '/dev' || m.on === '/tmp') continue
      if (!unmount(t, f, m)) status = 1
    }
    return status
  }
  const listed = readFstab(t, fstab)
  if (listed === undefined) errx(t, 1, `${fstab}: ${strerror('ENOENT')}`)
  const entries = listed.filter(
    e => e.on !== '/' && e.options.split(',').some(o => ['rw', 'ro', 'rq'].includes(o)),
  )
  for (const e of entries.reverse())
    if (typeMatches(f.types, e.type) && known(t, e.type) && !one(t, f, e.on)) status = 1
  return status
}

const known = (t: ToolContext, type: string): boolean =>
  (t.call('lsvfs') as { name: string; loaded: boolean }[]).some(vfs => vfs.name === type && vfs.loaded)

/** checkname: finds the newest mount by fsid, recorded mount point or source, else by the file to which the path leads. */
function one(t: ToolContext, f: Flags, name: string): boolean {
  const mounts = table(t).reverse()
  const listed = (word: string): MountEntry | undefined =>
    mounts.find(m => m.fsid === word) ?? mounts.find(m => m.on === word) ?? mounts.find(m => m.from === word)
  const bare = name.length > 1 ? name.replace(/(?<=.)\/+$/, '') : name
  let found = listed(name)
  const shown = found === undefined ? bare : name
  found ??= listed(bare)
  if (found === undefined || mounts.filter(m => m.on === shown).length > 1) {
    try {
      const at = t.call('statfs', shown) as unknown as MountEntry & { root: boolean; kind: string }
      if (at.kind === 'dir') {
        if (!at.root) {
          t.err(`${t.name}: ${shown}: not a file system root directory\n`)
          return false
        }
        found = at
      }
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      t.err(`${t.name}: ${shown}: statfs: ${strerror(error.errno)}\n`)
    }
  }
  if (found === undefined) {
    t.err(`${t.name}: ${shown}: unknown file system\n`)
    return false
  }
  return typeMatches(f.types, found.fstype) && unmount(t, f, found)
}

function unmount(t: ToolContext, f: Flags, m: MountEntry): boolean {
  try {
    t.call('unmount', `FSID:${m.fsid}`, { force: f.force })
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    t.err(`${t.name}: unmount of ${m.on} failed: ${strerror(error.errno)}\n`)
    if (error.errno !== 'ENOENT') return false
    t.err(`${t.name}: retrying using path instead of file system ID\n`)
    return unmountByPath(t, f, m)
  }
  if (f.verbose) t.out(`${m.from}: unmount from ${m.on}\n`)
  return true
}

/** Unmounts by path, as umount(8) does for old kernels without file system ids. */
function unmountByPath(t: ToolContext, f: Flags, m: MountEntry): boolean {
  try {
    t.call('unmount', m.on, { force: f.force })
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    t.err(`${t.name}: unmount of ${m.on} failed: ${strerror(error.errno)}\n`)
    return false
  }
  if (f.verbose) t.out(`${m.from}: unmount from ${m.on}\n`)
  return true
}
