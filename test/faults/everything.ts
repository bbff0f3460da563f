/**
 * A container that makes the runtime use everything that it has: read-only root, mounts of all kinds, masked and read-only
 * paths, a ruleset of its own, two epairs on a bridge, aliases, limits and a CPU set, all six kinds of hooks, a parent jail.
 * Works inside a simulated host.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hostLines, tool, treeLines } from '../simulated/snapshot.ts'
import { makeBundle, rootWithSleep } from './bundles.ts'
import { socketAt } from './sockets.ts'

/** The container's id in all commands. */
export const ID = 'all'

/** The jail that the container is a child of, and the bridge that its epairs are members of. */
const PARENT = 'parent'
const BRIDGE = 'bridge9'

/** What of the host the container needs, which a restart of the host takes away. Made where it is missing. */
export function makeSurroundings(): void {
  if (!tool('ifconfig', '-l').trim().split(' ').includes(BRIDGE))
    execFileSync('ifconfig', [BRIDGE, 'create'], { stdio: 'ignore' })
  if (tool('jls', '-j', PARENT, 'name').trim() !== PARENT)
    execFileSync('jail', ['-c', `name=${PARENT}`, 'path=/', 'persist', 'children.max=4'])
}

/** A hook that does nothing, on the host and in the container. */
const hook = { path: '/bin/sleep', args: ['sleep', '0'] }

/** The files that the config names are in the directory `files`. */
function config(files: string): object {
  return {
    process: {
      args: ['/bin/sleep', '100'],
      // Missing below a read-only root: it has to be made in the root filesystem itself.
      cwd: '/made/directory',
      env: ['PATH=/bin'],
      user: { uid: 0, gid: 0 },
    },
    root: { path: 'rootfs', readonly: true },
    hostname: 'everything',
    hooks: {
      prestart: [hook],
      createRuntime: [hook],
      createContainer: [hook],
      startContainer: [hook],
      poststart: [hook],
      poststop: [hook],
    },
    mounts: [
      { destination: '/dev', type: 'devfs', source: 'devfs', options: ['ruleset=4', 'rule=path bpf unhide'] },
      { destination: '/dev/fd', type: 'fdescfs', source: 'fdesc' },
      { destination: '/proc', type: 'procfs', source: 'proc' },
      { destination: '/compat/linux/proc', type: 'linprocfs', source: 'linproc' },
      { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: ['size=1m'] },
      { destination: '/fill', type: 'tmpfs', source: 'tmpfs', options: ['tmpcopyup', 'size=1m'] },
      { destination: '/new/deep/volume', type: 'nullfs', source: join(files, 'volume'), options: ['rw'] },
      { destination: '/etc/shared', type: 'nullfs', source: join(files, 'file'), options: ['ro'] },
      { destination: '/etc/made', type: 'nullfs', source: join(files, 'file'), options: ['ro'] },
      { destination: '/etc/image.sock', type: 'bind', source: join(files, 's.sock'), options: ['bind'] },
    ],
    linux: {
      maskedPaths: ['/etc/masked', '/etc/hidden'],
      // In the volume: all else is read-only already.
      readonlyPaths: ['/new/deep/volume/directory', '/new/deep/volume/file'],
    },
    annotations: {
      'org.freebsd.parentJail': PARENT,
      'org.freebsd.jail.vnet': 'new',
      'org.jailwright.net.0.bridge': BRIDGE,
      'org.jailwright.net.0.address': '10.9.0.2/24,10.9.0.3/24,fd09::2/64',
      'org.jailwright.net.0.gateway': '10.9.0.1',
      'org.jailwright.net.1.bridge': BRIDGE,
      'org.jailwright.net.1.address': '10.9.1.2/24',
      'org.jailwright.limits.maxproc': '50',
      'org.jailwright.limits.memoryuse': '512m',
      'org.jailwright.limits.cpus': '0',
    },
  }
}

/** A container on the host's own network stack: its address is an alias of an interface of the host. */
const aliases = {
  mounts: [{ destination: '/dev', type: 'devfs', source: 'devfs', options: ['ruleset=4'] }],
  annotations: { 'org.freebsd.jail.ip4.addr': '10.9.2.2', 'org.freebsd.jail.interface': 'lo0' },
}

/** The commands that are tried. */
export type CommandName = 'create' | 'start' | 'exec' | 'update' | 'pause' | 'resume' | 'delete'

/** The container, and where what it could change is. */
export interface Everything {
  bundle: string
  /** A bundle whose container uses the host's own network stack, for the same commands. */
  aliases: string
  /** The file that `create` writes its pid to. */
  pidFile: string
  /** The commands of a whole life by their names; each needs those before it, except `exec`, `update` and `pause`. */
  commands: Readonly<Record<CommandName, readonly string[]>>
  /** What of the host the container could change or leave, as lines. `own`: directories of the runtime's own files. */
  look(...own: string[]): string[]
  /** The part of it that outlives a restart of the host. */
  lookAtFiles(): string[]
}

/** The same commands for the container with aliases. */
export function withAliases(everything: Everything): Everything {
  const { aliases: bundle, pidFile, commands } = everything
  return { ...everything, commands: { ...commands, create: createOf(bundle, pidFile) } }
}

const createOf = (bundle: string, pidFile: string) => ['create', '-b', bundle, '--pid-file', pidFile, ID]

/** Programs of the bundles, which are links to those of all bundles. */
const PROGRAMS = ['bin', 'lib', 'lib64', 'libexec', 'usr']

/** What is in a directory of the runtime's; the directory itself and that of locks stay when they were made once. */
function ownLines(directory: string): string[] {
  if (!existsSync(directory)) return []
  return treeLines(directory).filter(
    line => !line.startsWith(`${directory} `) && !line.startsWith(`${directory}/.lock `),
  )
}

/** Makes the bundles and everything that they name, in a working directory. */
export function makeEverything(work: string): Everything {
  const files = join(work, 'files')
  rmSync(files, { recursive: true, force: true })
  mkdirSync(join(files, 'volume/directory/below'), { recursive: true })
  writeFileSync(join(files, 'volume/directory/f'), 'in a read-only directory\n')
  writeFileSync(join(files, 'volume/file'), 'a read-only file\n')
  writeFileSync(join(files, 'file'), 'of the host\n')
  socketAt(join(files, 's.sock'))
  const programs = rootWithSleep(work)
  const bundle = makeBundle(join(files, 'everything'), config(files), programs)
  fillImage(join(bundle, 'rootfs'))
  const other = makeBundle(join(files, 'aliases'), aliases, programs)
  mkdirSync(join(other, 'rootfs/dev'))
  makeSurroundings()
  return existing(work)
}

function fillImage(image: string): void {
  for (const name of ['dev', 'proc', 'tmp', 'fill/sub', 'etc/hidden'])
    mkdirSync(join(image, name), { recursive: true })
  writeFileSync(join(image, 'fill/sub/f'), 'filled\n')
  writeFileSync(join(image, 'etc/masked'), 'of the image\n')
  writeFileSync(join(image, 'etc/hidden/f'), 'of the image\n')
  writeFileSync(join(image, 'etc/image.sock'), 'stale\n')
  // A mount on a file needs a single hard link: this one is put aside.
  writeFileSync(join(image, 'etc/shared'), 'an image file with two links\n')
  linkSync(join(image, 'etc/shared'), join(image, 'etc/other'))
}

/** What an earlier `makeEverything` has made in a working directory. */
export function existing(work: string): Everything {
  const files = join(work, 'files')
  const bundle = join(files, 'everything')
  const pidFile = join(files, 'pid')
  return {
    bundle,
    aliases: join(files, 'aliases'),
    pidFile,
    commands: {
      create: createOf(bundle, pidFile),
      start: ['start', ID],
      exec: ['exec', '--detach', '--pid-file', join(work, 'exec-pid'), ID, '/bin/sleep', '100'],
      update: [
        ...['update', '--pids-limit', '60', '--memory', '256m', '--cpuset-cpus', '0'],
        ...['--device-add', 'zero', '--device-remove', 'random', ID],
      ],
      pause: ['pause', ID],
      resume: ['resume', ID],
      delete: ['delete', '--force', ID],
    },
    look: (...own) => [...hostLines(), ...own.flatMap(ownLines), ...treeLines(files, PROGRAMS)],
    lookAtFiles: () => treeLines(files, PROGRAMS),
  }
}
