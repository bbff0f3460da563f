/**
 * Roots that an image's author could have prepared against the runtime. `create` either works or fails with one line;
 * what is outside the root stays as it is, and `delete --force` leaves nothing.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { linkSync, lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { difference, hostLines, mountLines, treeLines } from '../simulated/snapshot.ts'
import { makeBundle, rootWithSleep, writeConfig } from './bundles.ts'
import { type Group, type Setting, workplace } from './group.ts'
import { type Runtime, unclean } from './runtime.ts'
import { socketAt } from './sockets.ts'

const SWAP = fileURLToPath(new URL('swap.ts', import.meta.url))

/** Makes something hostile at a path. `canary` is a directory of the host. */
type Make = (path: string, canary: string) => void

const link =
  (target: (canary: string) => string): Make =>
  (path, canary) =>
    symlinkSync(target(canary), path)

/** Everything that can stand where a directory is expected. */
const KINDS: Readonly<Record<string, Make>> = {
  'an absolute link out': link(canary => canary),
  'a relative link out': link(canary => `${'../'.repeat(12)}${canary.slice(1)}`),
  'an absolute link to a file outside': link(canary => join(canary, 'file')),
  'a link to /': link(() => '/'),
  'a link to ..': link(() => '..'),
  'a link to itself': path => symlinkSync(path.slice(path.lastIndexOf('/') + 1), path),
  'a loop of two links': path => {
    symlinkSync(`${path}-other`.slice(path.lastIndexOf('/') + 1), path)
    symlinkSync(path.slice(path.lastIndexOf('/') + 1), `${path}-other`)
  },
  'a dangling link': link(() => 'nowhere/at/all'),
  'a dangling link out': link(canary => join(canary, 'not-there')),
  'a hard link of a file outside': (path, canary) => linkSync(join(canary, 'file'), path),
  'a file': path => writeFileSync(path, 'file\n'),
  'a FIFO': path => node([path, 'p']),
  'a character device': path => node([path, 'c', '1', '3']),
  'a block device': path => node([path, 'b', '7', '99']),
  'a socket': path => {
    socketAt(path)
  },
}

function node(args: readonly string[]): void {
  const { status, stderr } = spawnSync('mknod', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`mknod ${args.join(' ')}: ${stderr}`)
}

/** One mount of each kind onto /a/b/c. */
const mounts = (canary: string) => [
  { destination: '/a/b/c', type: 'nullfs', source: join(canary, 'volume'), options: ['rw'] },
  { destination: '/a/b/c', type: 'nullfs', source: join(canary, 'file'), options: ['ro'] },
  { destination: '/a/b/c', type: 'tmpfs', source: 'tmpfs', options: ['size=1m', 'tmpcopyup'] },
  { destination: '/a/b/c', type: 'devfs', source: 'devfs', options: ['ruleset=4'] },
  { destination: '/a/b/c', type: 'fdescfs', source: 'fdesc', options: [] },
]

interface Place {
  runtime: Runtime
  setting: Setting
  canary: string
  faults: string[]
  tried: number
  created: number
}

/** One root: `create`, then `delete --force`; compares what is outside, and the root itself. */
function attempt(place: Place, label: string, config: object, prepare: (rootfs: string) => void): void {
  const { runtime, canary, faults } = place
  const { dir, rootfs } = bundleFor(place, config)
  prepare(rootfs)
  const look = () => [...mountLines(), ...treeLines(canary), ...treeLines(rootfs)]
  const before = look()
  createAt(place, label, dir)
  const removed = runtime.run(['delete', '--force', 'hostile'])
  if (removed.status !== 0 || unclean(removed))
    faults.push(`${label}: delete ${removed.status} ${removed.text}`)
  const left = difference(before, look())
  if (left !== '') faults.push(`${label}: left:\n${left}`)
  rmSync(dir, { recursive: true, force: true })
}

function bundleFor(place: Place, config: object): { dir: string; rootfs: string } {
  const dir = makeBundle(
    join(place.setting.work, `b${place.tried++}`),
    config,
    rootWithSleep(place.setting.work),
  )
  return { dir, rootfs: join(dir, 'rootfs') }
}

/** `create`, which works or fails with one line, and touches nothing outside. */
function createAt(place: Place, label: string, dir: string): void {
  const { runtime, canary, faults } = place
  const before = treeLines(canary)
  const created = runtime.run(['create', '-b', dir, 'hostile'])
  if (created.status === 0) place.created++
  const wrong = unclean(created)
  if (wrong) faults.push(`${label}: create ${wrong}`)
  const outside = difference(before, treeLines(canary))
  if (outside !== '') faults.push(`${label}: create changed what is outside:\n${outside}`)
}

/** Every kind at every component of a destination, for a mount of every kind. */
function components(place: Place): void {
  const all = ['a', 'a/b', 'a/b/c'].flatMap(at =>
    Object.entries(KINDS).flatMap(([kind, make]) =>
      mounts(place.canary).map(mount => ({ at, kind, make, mount })),
    ),
  )
  const { long, random } = place.setting
  for (const { at, kind, make, mount } of long ? all : random.sample(all, 50)) {
    const label = `${mount.type} from ${mount.source} onto /a/b/c, /${at} is ${kind}`
    attempt(place, label, { mounts: [mount] }, rootfs => {
      mkdirSync(join(rootfs, at, '..'), { recursive: true })
      make(join(rootfs, at), place.canary)
    })
  }
}

/** The places that every container mounts on, as links. */
function wellKnown(place: Place): void {
  const { canary } = place
  const config = {
    root: { path: 'rootfs', readonly: true },
    mounts: [
      { destination: '/dev', type: 'devfs', source: 'devfs', options: ['ruleset=4'] },
      { destination: '/dev/fd', type: 'fdescfs', source: 'fdesc' },
      { destination: '/proc', type: 'linprocfs', source: 'proc' },
      { destination: '/etc/resolv.conf', type: 'nullfs', source: join(canary, 'file'), options: ['ro'] },
    ],
    linux: { maskedPaths: ['/proc/kcore', '/etc/secret'], readonlyPaths: ['/proc/sys', '/etc'] },
  }
  const kinds = () => {
    const all = Object.entries(KINDS)
    return place.setting.long ? all : place.setting.random.sample(all, 6)
  }
  for (const name of ['dev', 'proc', 'etc'])
    for (const [kind, make] of kinds()) {
      attempt(place, `/${name} is ${kind}`, config, rootfs => {
        for (const other of ['dev', 'proc', 'etc']) if (other !== name) mkdirSync(join(rootfs, other))
        make(join(rootfs, name), canary)
      })
    }
  for (const [kind, make] of kinds()) {
    attempt(place, `the root is ${kind}`, { mounts: config.mounts }, rootfs => {
      rmSync(rootfs, { recursive: true })
      make(rootfs, canary)
    })
  }
}

/** Names that a line of text cannot hold, and trees that are wide or deep; all are copied up into a tmpfs. */
function names(place: Place): void {
  const { canary, setting } = place
  const fill = [{ destination: '/fill', type: 'tmpfs', source: 'tmpfs', options: ['tmpcopyup', 'size=512m'] }]
  const odd = [
    'a\nb',
    ' ',
    'a\tb ',
    '-rf',
    '*',
    '$(id)',
    '\\040',
    'é',
    '\u202e',
    '\x1b[2J',
    '\x7f',
    '"',
    "'",
    '#',
    '%s%n',
  ]
  attempt(place, 'names of every kind, copied up', { mounts: fill }, rootfs => {
    mkdirSync(join(rootfs, 'fill'))
    for (const name of odd) {
      mkdirSync(join(rootfs, 'fill', name))
      writeFileSync(join(rootfs, 'fill', name, name), name)
    }
    for (const byte of [0x80, 0xc0, 0xff])
      writeFileSync(Buffer.concat([Buffer.from(`${rootfs}/fill/`), Buffer.from([byte])]), 'not UTF-8')
    for (const [kind, make] of Object.entries(KINDS))
      make(join(rootfs, 'fill', `of-kind-${kind.replaceAll('/', 'slash')}`), canary)
  })
  for (const name of odd) {
    const destination = `/${name}/below`
    attempt(
      place,
      `a destination ${JSON.stringify(destination)}`,
      {
        mounts: [{ destination, type: 'nullfs', source: join(canary, 'volume') }],
      },
      rootfs => mkdirSync(join(rootfs, 'etc')),
    )
  }
  const entries = setting.long ? 100_000 : 500
  attempt(place, `${entries} entries, copied up`, { mounts: fill }, rootfs => {
    mkdirSync(join(rootfs, 'fill'))
    for (let n = 0; n < entries; n++) writeFileSync(join(rootfs, 'fill', `f${n}`), '')
  })
  deep(place, fill)
}

function deep(place: Place, fill: readonly object[]): void {
  const depth = 1000
  // A path of this depth is too long for one call, so the tree is made from inside.
  const code = `for (let n = 0; n < ${depth}; n++) { require('node:fs').mkdirSync('d'); process.chdir('d') }`
  const make = (rootfs: string, name: string) => {
    mkdirSync(join(rootfs, name))
    const { status, stderr } = spawnSync(process.execPath, ['-e', code], {
      cwd: join(rootfs, name),
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`a tree of depth ${depth}: ${stderr}`)
  }
  attempt(place, `a tree of depth ${depth}, copied up`, { mounts: fill }, rootfs => make(rootfs, 'fill'))
  const onto = (length: number) => [
    { destination: '/d'.repeat(length), type: 'nullfs', source: join(place.canary, 'volume') },
  ]
  attempt(place, `a destination of depth ${depth}`, { mounts: onto(depth + 1) }, rootfs => make(rootfs, 'd'))
  // Each directory that is made is an entry of the journal.
  const missing = place.setting.long ? depth : 300
  const label = `a destination of depth ${missing} that is not there`
  attempt(place, label, { mounts: onto(missing) }, () => undefined)
}

/**
 * A directory of the root that another process exchanges with a link to the host, as fast as it can, while `create` and
 * `delete --force` are at work. A mount of each kind is to land below it; none may land outside.
 */
async function swapped(place: Place): Promise<void> {
  const { canary, runtime, faults } = place
  const kinds = mounts(canary).map(mount =>
    mount.source === join(canary, 'file') ? { ...mount, destination: '/a/b/f' } : mount,
  )
  const { dir, rootfs } = bundleFor(place, {})
  const [one, other] = [join(rootfs, 'a/b'), join(rootfs, 'a/other')]
  mkdirSync(join(one, 'c'), { recursive: true })
  writeFileSync(join(one, 'f'), '')
  symlinkSync(join(canary, 'b'), other)
  const within = treeLines(rootfs)
  const outside = () => [...mountLines(), ...treeLines(canary)]
  const before = outside()
  const swapper = spawn(process.execPath, [SWAP, one, other], { stdio: 'ignore' })
  const ended = once(swapper, 'exit')
  try {
    const deadline = Date.now() + 90_000
    while (!lstatSync(one).isSymbolicLink())
      if (Date.now() > deadline) throw new Error('nothing was swapped in 90 seconds')
    for (let round = 0; round < (place.setting.long ? 60 : 4); round++)
      for (const mount of kinds) {
        place.tried++
        const label = `${mount.type} from ${mount.source} while /a/b is swapped, round ${round}`
        writeConfig(dir, { mounts: [mount] })
        createAt(place, label, dir)
        const removed = runtime.run(['delete', '--force', 'hostile'])
        if (removed.status !== 0 || unclean(removed))
          faults.push(`${label}: delete ${removed.status} ${removed.text}`)
        const left = difference(before, outside())
        if (left !== '') faults.push(`${label}: left:\n${left}`)
      }
  } finally {
    swapper.kill('SIGKILL')
    // Until it has ended it goes on swapping.
    await ended
  }
  // Whichever of the two names holds the link now.
  const after = treeLines(rootfs).map(line =>
    lstatSync(one).isSymbolicLink()
      ? line.replace(
          /^(\S+\/a\/)(b|other)(?=[ /])/,
          (_, at: string, name: string) => at + (name === 'b' ? 'other' : 'b'),
        )
      : line,
  )
  const left = difference(within, after.sort())
  if (left !== '') faults.push(`a root that was swapped: left:\n${left}`)
  rmSync(dir, { recursive: true, force: true })
}

/** All hostile roots. */
export const hostileRoots: Group = async setting => {
  const runtime = workplace(setting)
  const canary = join(setting.work, 'canary')
  mkdirSync(join(canary, 'volume/inner'), { recursive: true })
  mkdirSync(join(canary, 'b/c'), { recursive: true })
  writeFileSync(join(canary, 'file'), 'canary\n')
  writeFileSync(join(canary, 'b/f'), 'canary\n')
  writeFileSync(join(canary, 'volume/inner/file'), 'canary\n')
  const place: Place = { runtime, setting, canary, faults: [], tried: 0, created: 0 }
  const before = [...hostLines(), ...treeLines(runtime.root, ['.lock'])]
  components(place)
  wellKnown(place)
  names(place)
  await swapped(place)
  const left = difference(before, [...hostLines(), ...treeLines(runtime.root, ['.lock'])])
  if (left !== '') place.faults.push(`left after all:\n${left}`)
  // A suite in which every create fails would say nothing about delete.
  if (place.created === 0) place.faults.push('no root became a container')
  return { tried: `${place.tried} roots, ${place.created} of which became containers`, faults: place.faults }
}
