/** mount(8) and mount_nullfs(8). */
import { CallError } from '../client.ts'
import { fstabLine, jsonFstab, jsonMounted, type MountEntry, textLine } from '../print/mounts.ts'
import { type FstabEntry, MOUNT_HELPERS, readFstab } from './fstab.ts'
import { takeLibxo } from './jls.ts'
import { Exit, errx, getopt, lookup, strerror, type ToolContext } from './tool.ts'

/** Types for which mount(8) runs a program that gets its arguments and gives its status. */
const HELPERS = new Set(MOUNT_HELPERS)
/** Words that mount(8) keeps from the kernel. */
const OWN_WORDS = /^(noauto|late|failok|mountprog=.*|userquota(=.*)?|groupquota(=.*)?)$/

interface Flags {
  all: boolean
  debug: boolean
  late: boolean
  verbose: boolean
  update: boolean
  fstab: boolean
  force: boolean
  file: string
  words: string[]
  types: string | undefined
  json: boolean
}

function usage(t: ToolContext): never {
  t.err(
    'usage: mount [-adflpruvw] [-F fstab] [-o options] [-t [no]type[,type ...]]\n       mount [-dfpruvw] special | node\n       mount [-dfpruvw] [-o options] [-t [no]type[,type ...]] special node\n',
  )
  throw new Exit(1)
}

const table = (t: ToolContext) => t.call('mounts') as unknown as MountEntry[]

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  const json = takeLibxo(t, '"mount": {')
  if (t.name.startsWith('mount_')) return helper(t, t.name.slice(6), t.args, t.name)
  const { options, rest } = getopt(t, 'adF:fLlno:prt:uvw', () => usage(t))
  const has = (letter: string) => options.some(([l]) => l === letter)
  const f: Flags = {
    json,
    all: has('a'),
    debug: has('d'),
    late: has('L') || has('l'),
    verbose: has('v'),
    update: has('u'),
    fstab: has('p'),
    force: has('f'),
    file: options.findLast(([l]) => l === 'F')?.[1] ?? '/etc/fstab',
    types: options.findLast(([l]) => l === 't')?.[1],
    words: options.flatMap(([l, v]) =>
      l === 'o' ? v.split(',') : l === 'r' ? ['ro'] : l === 'w' ? ['noro'] : [],
    ),
  }
  switch (rest.length) {
    case 0:
      return f.all ? mountAll(t, f) : list(t, f)
    case 1:
      if (f.types !== undefined) usage(t)
      return f.update ? update(t, f, rest[0] ?? '') : byFstab(t, f, rest[0] ?? '')
    case 2:
      return mountOne(t, f, f.types ?? 'ufs', rest[0] ?? '', rest[1] ?? '', f.words)
    default:
      return usage(t)
  }
}

/** Whether a type matches the list of -t, such as `nullfs,tmpfs` or `nonullfs`. */
export function typeMatches(types: string | undefined, fstype: string): boolean {
  if (types === undefined) return true
  const negative = types.startsWith('no')
  const listed = (negative ? types.slice(2) : types).split(',').includes(fstype)
  return listed !== negative
}

function list(t: ToolContext, f: Flags): number {
  const shown = table(t).filter(
    m => typeMatches(f.types, m.fstype) && (f.verbose || f.fstab || !m.flags.includes('ignore')),
  )
  if (f.json) {
    const key = f.fstab ? 'fstab' : 'mounted'
    const items = shown.map(m => (f.fstab ? jsonFstab(m) : jsonMounted(m, f.verbose)))
    t.out(items.length === 0 ? '{"mount": {}}\n' : `{"mount": {"${key}": [${items.join(', ')}]}}\n`)
    return 0
  }
  for (const m of shown) t.out(f.fstab ? fstabLine(m) : textLine(m, f.verbose))
  return 0
}

function mountAll(t: ToolContext, f: Flags): number {
  let status = 0
  for (const e of readFstab(t, f.file) ?? []) {
    const words = e.options.split(',')
    if (words.includes('noauto') || e.type === 'swap' || e.type === 'sw' || e.on === '/') continue
    if (words.includes('late') && !f.late) continue
    if (!typeMatches(f.types, e.type)) continue
    if (
      table(t).some(
        m => m.on === real(t, e.on) && m.fstype === e.type && (m.from === e.special || e.type !== 'nullfs'),
      ) &&
      !f.update
    )
      continue
    const result = mountOne(t, f, e.type, e.special, e.on, [...words.filter(w => w !== 'rw'), ...f.words])
    if (result !== 0 && !words.includes('failok')) status = result
  }
  return status
}

/** Does `mount NAME` with one argument: an entry of fstab(5) by its source or mount point, or an update. */
function byFstab(t: ToolContext, f: Flags, name: string): number {
  const entry = readFstab(t, f.file)?.find((e: FstabEntry) => e.on === name || e.special === name)
  if (entry === undefined) errx(t, 1, `${name}: unknown special file or file system`)
  return mountOne(t, f, entry.type, entry.special, entry.on, [...entry.options.split(','), ...f.words])
}

function update(t: ToolContext, f: Flags, name: string): number {
  const on = real(t, name)
  const mount = table(t).findLast(m => m.on === on || m.from === name)
  if (mount === undefined) errx(t, 1, `not currently mounted ${name}`)
  const kept = ['noexec', 'nosuid', 'noatime', 'nosymfollow', 'sync', 'async', 'union'].filter(
    flag => mount.flags.includes(flag) && !f.words.includes(flag.replace(/^no/, '')),
  )
  const words = [...kept, ...f.words, 'update']
  if (!f.words.includes('ro') && !f.words.includes('rdonly')) words.push('noro')
  return mountOne(t, f, mount.fstype, mount.from, mount.on, words)
}

/** realpath(3), or the path itself when it does not exist. */
function real(t: ToolContext, path: string): string {
  try {
    return lookup(t, path).path
  } catch {
    return path
  }
}

function mountOne(
  t: ToolContext,
  f: Flags,
  type: string,
  special: string,
  node: string,
  given: string[],
): number {
  const words = given.filter(w => w !== '' && !OWN_WORDS.test(w))
  if (f.update && !words.includes('update')) words.push('update')
  const found = need(t, t, node, 1)
  const target = found.path
  if (type !== 'nullfs' && found.kind !== 'dir') errx(t, 1, `${node}: ${strerror('ENOTDIR')}`)
  if (f.debug) {
    const shown = words.map(w => `-o ${w} `).join('')
    t.out(`${HELPERS.has(type) ? `exec: mount_${type}` : `mount -t ${type}`} ${shown}${special} ${target}\n`)
    return 0
  }
  if (HELPERS.has(type)) {
    const args = words.length > 0 ? ['-o', words.join(','), special, target] : [special, target]
    const status = helper(t, type, args, `mount_${type}`)
    if (status !== 0) return status
  } else {
    const status = nmount(t, type, special, target, words, error =>
      errx(t, 1, `${special}: ${error.text ? `${error.text}: ` : ''}${strerror(error.errno)}`),
    )
    if (status !== 0) return status
  }
  if (f.verbose || f.fstab) {
    const made = table(t).findLast(m => m.on === target)
    if (made !== undefined) t.out(f.fstab ? fstabLine(made) : textLine(made, true))
  }
  return 0
}

/** Looks a path up, or ends the tool with the error. */
function need(t: ToolContext, self: ToolContext, path: string, status: number): ReturnType<typeof lookup> {
  try {
    return lookup(t, path)
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    errx(self, status, `${path}: ${strerror(error.errno)}`)
  }
}

function nmount(
  t: ToolContext,
  fstype: string,
  from: string,
  fspath: string,
  words: string[],
  fail: (error: CallError) => never,
): number {
  const options: [string, string | null][] = [
    ['fstype', fstype],
    ['fspath', fspath],
    ['from', from],
  ]
  for (const word of words) {
    const equal = word.indexOf('=')
    if (word === 'rw') continue
    options.push(equal < 0 ? [word, null] : [word.slice(0, equal), word.slice(equal + 1)])
  }
  try {
    t.call('mountVisible', options)
    return 0
  } catch (error) {
    if (error instanceof CallError) fail(error)
    throw error
  }
}

/** mount_nullfs(8); the other helpers find no device here. */
function helper(t: ToolContext, type: string, args: string[], name: string): number {
  const self = { ...t, name, args }
  const nullfsUsage = (): never => {
    t.err('usage: mount_nullfs [-o options] target mount-point\n')
    throw new Exit(1)
  }
  const { options, rest } = getopt(self, 'o:', nullfsUsage)
  const [special, node] = rest
  if (rest.length !== 2 || special === undefined || node === undefined) nullfsUsage()
  const words = options.flatMap(([, v]) => v.split(',')).filter(w => w !== '')
  const source = need(t, self, special ?? '', 64)
  if (type !== 'nullfs')
    errx(self, 1, `${special}: ${strerror(source.kind === 'dir' ? 'ENOTBLK' : 'ENOENT')}`)
  const target = need(t, self, node ?? '', 64)
  const kind = (k: string) => (k === 'socket' ? 'file' : k)
  if (source.kind === 'other') errx(self, 64, `${special}: must be either a file or directory`)
  if (kind(source.kind) !== kind(target.kind))
    errx(self, 64, `${node}: must be same type as ${special} (file or directory)`)
  return nmount(t, type, source.path, target.path, words, error =>
    errx(self, 1, `${node}: ${error.text ? `${error.text}: ` : ''}${strerror(error.errno)}`),
  )
}
