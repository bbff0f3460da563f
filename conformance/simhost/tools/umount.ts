/** umount(8) (mounts.md section 6). */
import { CallError } from '../client.ts'
import { readFstab } from './fstab.ts'
import { type MountEntry, real, typeMatches } from './mount.ts'
import { Exit, errx, getopt, lookup, strerror, type ToolContext } from './tool.ts'

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

export function main(t: ToolContext): number {
  const { options, rest } = getopt(t, 'AadF:fh:Nnt:v', () => usage(t))
  const has = (letter: string) => options.some(([l]) => l === letter)
  const get = (letter: string) => options.findLast(([l]) => l === letter)?.[1]
  if (has('f') && has('n')) errx(t, 1, '-f and -n are mutually exclusive')
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

/** Everything that is mounted (but the root), or what fstab names, newest first. */
function all(t: ToolContext, f: Flags, fstab: string | undefined): number {
  const mounts = table(t).filter(m => m.on !== '/' && typeMatches(f.types, m.fstype))
  const listed = fstab === undefined ? undefined : readFstab(t, fstab).map(e => real(t, e.on))
  let status = 0
  for (const m of mounts.reverse()) {
    if (listed === undefined ? m.on === '/dev' || m.on === '/tmp' : !listed.includes(m.on)) continue
    if (!unmount(t, f, m)) status = 1
  }
  return status
}

/** By fsid, by mount point, then by source; the newest first. */
function one(t: ToolContext, f: Flags, name: string): boolean {
  const mounts = table(t).reverse()
  const bare = name.length > 1 ? name.replace(/\/+$/, '') : name
  const path = real(t, bare)
  const found =
    mounts.find(m => m.fsid === name) ??
    mounts.find(m => m.on === bare) ??
    mounts.find(m => m.on === path) ??
    mounts.find(m => m.from === bare)
  if (found !== undefined) {
    if (!typeMatches(f.types, found.fstype)) return false
    return unmount(t, f, found)
  }
  if (isDirectory(t, bare)) t.err(`${t.name}: ${name}: not a file system root directory\n`)
  else t.err(`${t.name}: ${name}: statfs: ${strerror('ENOENT')}\n${t.name}: ${name}: unknown file system\n`)
  return false
}

function isDirectory(t: ToolContext, path: string): boolean {
  try {
    return lookup(t, path).kind === 'dir'
  } catch {
    return false
  }
}

function unmount(t: ToolContext, f: Flags, m: MountEntry): boolean {
  try {
    t.call('unmount', `FSID:${m.fsid}`, { force: f.force })
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    t.err(`${t.name}: unmount of ${m.on} failed: ${strerror(error.errno)}\n`)
    return false
  }
  if (f.verbose) t.out(`${m.from}: unmount from ${m.on}\n`)
  return true
}
