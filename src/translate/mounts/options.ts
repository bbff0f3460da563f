/**
 * Options of mounts: the words of a config that become options of nmount(2), and those without meaning on FreeBSD. A word
 * that is in no table is refused: nullfs accepts any word without an error (docs/freebsd/mounts.md), and the container
 * would differ from its config.
 */

import { hasOwn } from '../../es2020.ts'
import type { Context } from '../core/context.ts'
import type { MountOptions } from '../core/mounts-plan.ts'
import { parseSize } from '../core/sizes.ts'

/** File systems on disks, which take all flags, atime and sync among them. */
const DISK_TYPES = new Set([
  'ufs',
  'zfs',
  'nfs',
  'p9fs',
  'msdosfs',
  'ext2fs',
  'cd9660',
  'udf',
  'unionfs',
  'fusefs',
])

/** Flags of nmount(2) by word. */
const FLAGS: Readonly<Record<string, string>> = {
  ro: 'ro',
  rdonly: 'ro',
  readonly: 'ro',
  rro: 'ro',
  nosuid: 'nosuid',
  rnosuid: 'nosuid',
  noexec: 'noexec',
  rnoexec: 'noexec',
}

/** Words that state a default. */
const DEFAULTS = new Set(
  'rw rrw noro suid rsuid exec rexec symfollow rsymfollow atime ratime defaults loud cover noemptydir'.split(
    ' ',
  ),
)

/** The flag that a later word of a default takes back: the last of two words wins, as with mount(8). */
const TAKES_BACK: Readonly<Record<string, string>> = {
  rw: 'ro',
  noro: 'ro',
  suid: 'nosuid',
  exec: 'noexec',
  symfollow: 'nosymfollow',
  atime: 'noatime',
  cover: 'nocover',
  noemptydir: 'emptydir',
}

/** Words without a counterpart on FreeBSD, each with the reason why dropping it is safe. */
const DROPPED: Readonly<Record<string, string>> = {
  // `buildah run -v` writes an empty option, and runc accepts it.
  '': 'an empty option says nothing',
  ...words('nodev dev rnodev rdev', 'device nodes exist on devfs only'),
  bind: 'a nullfs, which does not follow the mounts below its source',
  rbind: 'the mounts below the source are shown too, where the host has some',
  ...words(
    'private rprivate shared rshared slave rslave unbindable runbindable',
    'FreeBSD has no mount propagation: every mount is global to the host',
  ),
  ...words(
    'relatime norelatime rrelatime rnorelatime strictatime nostrictatime rstrictatime rnostrictatime diratime nodiratime rdiratime rnodiratime lazytime nolazytime',
    'FreeBSD has atime and noatime only',
  ),
  ...words('dirsync mand nomand iversion noiversion silent acl noacl huge', 'Linux only'),
  ...words('z Z U copy nocopy O', 'for podman, not for the runtime'),
}

/** Prefixes of `name=value` words without a counterpart on FreeBSD. */
const DROPPED_VALUES: Readonly<Record<string, string>> = {
  ...words('context fscontext defcontext rootcontext', 'FreeBSD has no SELinux'),
  ...words('huge mpol', 'Linux only'),
  ...words('newinstance ptmxmode', 'devfs has its own pts'),
}

function words(list: string, note: string): Record<string, string> {
  return Object.fromEntries(list.split(' ').map(word => [word, note]))
}

/** Flags that only some types take. They are dropped for other types, which refuse them (docs/freebsd/mounts.md). */
const LIMITED_FLAGS: Readonly<Record<string, (fstype: string) => boolean>> = {
  // devfs takes its own options and the global ones, to which nosymfollow does not belong (vfs_mount.c, global_opts).
  nosymfollow: type => type !== 'devfs',
  rnosymfollow: type => type !== 'devfs',
  noatime: type => type === 'nullfs' || DISK_TYPES.has(type),
  rnoatime: type => type === 'nullfs' || DISK_TYPES.has(type),
  sync: type => DISK_TYPES.has(type),
  async: type => DISK_TYPES.has(type),
  nocover: () => true,
  emptydir: () => true,
  union: type => type !== 'devfs',
  cache: type => type === 'nullfs',
  nocache: type => type === 'nullfs',
  unixbypass: type => type === 'nullfs',
  nounixbypass: type => type === 'nullfs',
  nodup: type => type === 'fdescfs',
  linrdlnk: type => type === 'fdescfs',
  rdlnk: type => type === 'fdescfs',
  nonc: type => type === 'tmpfs',
  nomtime: type => type === 'tmpfs',
  pgread: type => type === 'tmpfs',
  suiddir: type => type === 'ufs',
  noclusterr: type => DISK_TYPES.has(type),
  noclusterw: type => DISK_TYPES.has(type),
  multilabel: type => type === 'ufs',
  untrusted: type => DISK_TYPES.has(type),
}

/** Words that would do something that the config cannot mean. */
const REFUSED: Readonly<Record<string, string>> = {
  remount: 'a mount of a new container cannot be a remount',
  update: 'a mount of a new container cannot be an update',
  reload: 'not for a container',
  force: 'not for a container',
  export: 'not for a container',
  idmap: 'FreeBSD has no id-mapped mounts',
  ridmap: 'FreeBSD has no id-mapped mounts',
}

/** Values of a tmpfs. Linux accepts them on a bind mount too, where its kernel does not look at them. */
const OF_TMPFS = new Set(['mode', 'size', 'uid', 'gid', 'nr_inodes', 'nr_blocks'])

/** Names that nmount(2) gets from the mount's own properties; of two options of one name it would take the last. */
const OWN_NAMES = new Set(['fstype', 'fspath', 'from', 'errmsg'])

/** All words without a value that some type of mount takes, sorted; `features` lists them. */
export function mountOptionWords(): string[] {
  const tables = [FLAGS, DROPPED, LIMITED_FLAGS].flatMap(Object.keys)
  return [...new Set([...tables, ...DEFAULTS, 'noswap', 'tmpcopyup', 'notmpcopyup'])].sort()
}

/**
 * Mount options that take a value, by the type of the file system. They are not elements of `mountOptions` of the features
 * document, because the runtime "MUST recognize the elements in this array" as they stand there (features.md), and `size`
 * alone is not an option.
 */
export const valuedMountOptions: Readonly<Record<string, readonly string[]>> = {
  devfs: ['ruleset', 'rule'],
  tmpfs: ['size', 'nr_blocks', 'inodes', 'nr_inodes', 'maxfilesize', 'easize', 'mode', 'uid', 'gid'],
}

/** Translates the options of one mount; `property` is `mounts[n]`. */
export function translateMountOptions(
  context: Context,
  fstype: string,
  given: readonly string[],
  property: string,
): MountOptions {
  const result: MountOptions = { options: [], copyUp: false, rules: [] }
  given.forEach((word, index) => {
    translateOption(context, fstype, word, `${property}.options[${index}]`, result)
  })
  return result
}

function translateOption(
  context: Context,
  fstype: string,
  word: string,
  path: string,
  result: MountOptions,
): void {
  const set = (name: string, value?: string) => {
    result.options = result.options.filter(([other]) => other !== name)
    result.options.push([name, value])
    const text = value === undefined ? name : `${name}=${value}`
    context.fate(path, text === word ? 'applied' : 'translated', text === word ? '' : text)
  }
  const equals = word.indexOf('=')
  if (equals > 0) {
    const name = word.slice(0, equals)
    const value = word.slice(equals + 1)
    if (OWN_NAMES.has(name)) context.fail(path, `${name}= is given by the mount itself`)
    else if (hasOwn(DROPPED_VALUES, name)) context.fate(path, 'ignored', DROPPED_VALUES[name]!)
    else if (fstype === 'devfs') devfsValue(context, name, value, path, result)
    else if (fstype === 'tmpfs') tmpfsValue(context, name, value, path, set)
    else if (fstype === 'nullfs' && OF_TMPFS.has(name)) context.fate(path, 'ignored', `nullfs has no ${name}`)
    else if (DISK_TYPES.has(fstype)) set(name, value)
    else context.fail(path, `unknown option ${word} for ${fstype}`)
    return
  }
  if (hasOwn(FLAGS, word)) set(FLAGS[word]!)
  else if (DEFAULTS.has(word)) {
    const gone = TAKES_BACK[word === 'rrw' ? 'rw' : word.replace(/^r(?!w)/, '')]
    result.options = result.options.filter(([name]) => name !== gone)
    context.fate(path, 'applied', gone === 'ro' ? '' : 'the default')
  } else if (hasOwn(DROPPED, word)) context.fate(path, 'ignored', DROPPED[word]!)
  else if (hasOwn(REFUSED, word)) context.fail(path, `${word}: ${REFUSED[word]}`)
  else if (hasOwn(LIMITED_FLAGS, word)) {
    if (LIMITED_FLAGS[word]!(fstype)) set(word.replace(/^rno/, 'no'))
    else context.fate(path, 'ignored', `${fstype} has no ${word}`)
  } else if (word === 'tmpcopyup' && fstype === 'tmpfs') {
    result.copyUp = true
    context.fate(path, 'translated', 'the covered directory is copied in after mounting')
  } else if (word === 'notmpcopyup' && fstype === 'tmpfs') {
    result.copyUp = false
    context.fate(path, 'applied', '')
  } else if (word === 'noswap' && fstype === 'tmpfs') {
    context.fate(path, 'ignored', 'a tmpfs on FreeBSD may be swapped out')
    // The user wants noswap for secrets, so its absence is worth a warning.
    context.warn(`${path}: noswap is ignored: a tmpfs on FreeBSD may be swapped out`)
  } else if (DISK_TYPES.has(fstype)) set(word)
  else context.fail(path, `unknown option ${word} for ${fstype}`)
}

function devfsValue(context: Context, name: string, value: string, path: string, result: MountOptions): void {
  if (name === 'rule') {
    result.rules.push({ rule: value, property: path })
    return
  }
  if (name !== 'ruleset') {
    if (['mode', 'size', 'gid', 'uid', 'nr_inodes', 'nr_blocks'].includes(name)) {
      context.fate(path, 'ignored', `devfs has no ${name}`)
    } else context.fail(path, `unknown option ${name}= for devfs; known are ruleset= and rule=`)
    return
  }
  if (!/^[0-9]{1,5}$/.test(value) || Number(value) > 65_535) {
    context.fail(path, `ruleset ${value || '""'} is no number from 0 to 65535`)
    return
  }
  result.ruleset = { number: Number(value), property: path }
  context.fate(path, 'applied', '')
}

/** Bytes of a page on every machine that this program is built for. */
const PAGE = 4096n
const INT64_MAX = (1n << 63n) - 1n
/** The largest size that tmpfs does not take for "no limit", less a page for rounding (tmpfs_vfsops.c, tmpfs_mount). */
const SIZE_MAX = (1n << 63n) - 2n * PAGE

function wholePages(bytes: bigint): bigint {
  return ((bytes + PAGE - 1n) / PAGE) * PAGE
}

/**
 * Checks a value of a tmpfs and writes sizes as plain bytes: a size that the kernel cannot parse silently means "no limit"
 * (docs/freebsd/mounts.md).
 */
function tmpfsValue(
  context: Context,
  name: string,
  value: string,
  path: string,
  set: (name: string, value: string) => void,
): void {
  const bad = (allowed: string) => context.fail(path, `${name}=${value}: must be ${allowed}`)
  if (name === 'size' || name === 'maxfilesize' || name === 'easize') {
    const bytes = parseSize(value, () => context.facts.physicalMemory())
    if (bytes === undefined) bad('a number of bytes, with k, m, g or t, or a percentage of the memory')
    else if (bytes > SIZE_MAX) bad(`at most ${SIZE_MAX} bytes`)
    // The kernel rounds a size up and refuses an update with any other size (tmpfs_vfsops.c, tmpfs_mount).
    else set(name, String(name === 'size' ? wholePages(bytes) : bytes))
  } else if (name === 'nr_blocks') {
    const blocks = parseSize(value, () => 0n)
    // A block of Linux' tmpfs(5) is a page.
    if (blocks === undefined || value.endsWith('%')) bad('a number of blocks')
    else if (blocks * PAGE > SIZE_MAX) bad(`at most ${SIZE_MAX / PAGE}`)
    else set('size', String(blocks * PAGE))
  } else if (name === 'nr_inodes' || name === 'inodes') {
    const inodes = parseSize(value, () => 0n)
    if (inodes === undefined || value.endsWith('%')) bad('a number of inodes')
    else if (inodes > INT64_MAX) bad(`at most ${INT64_MAX}`)
    else set('inodes', String(inodes))
  } else if (name === 'mode') {
    if (!/^0?[0-7]{1,4}$/.test(value)) bad('an octal number up to 7777')
    else set('mode', value)
  } else if (name === 'uid' || name === 'gid') {
    if (!/^[0-9]{1,10}$/.test(value) || Number(value) > 0xffffffff) bad('a number')
    else set(name, value)
  } else context.fail(path, `unknown option ${name}= for tmpfs`)
}
