/**
 * Run inside a simulated host: kills the runtime before and after each single effect of `create`, `update` and `delete`, and
 * looks each time whether `delete --force` takes the host back to what it was.
 *
 *     bun crash-points.ts RUNTIME WORKDIR
 *
 * Prints one JSON line, what `killAll` gives. `npm run test:faults` does the same to a container that uses everything, with
 * all commands and in more ways, at a sample of the points.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from '../faults/crash/commands.ts'
import { killAll } from '../faults/crash/crash-points.ts'
import { Runtime } from '../faults/runtime.ts'
import { hostLines, tool, treeLines } from './snapshot.ts'

const [program, work] = process.argv.slice(2) as [string, string]
const bundle = join(work, 'bundle')
const rootfs = join(bundle, 'rootfs')

/** A small config with an effect of almost every kind, so that all of its points can be tried each time. */
const config = {
  process: { args: ['/rescue/sleep', '100'], cwd: '/', env: ['PATH=/rescue'], user: { uid: 0, gid: 0 } },
  root: { path: 'rootfs', readonly: true },
  hostname: 'crash',
  mounts: [
    {
      destination: '/dev',
      type: 'devfs',
      source: 'devfs',
      options: ['ruleset=4', 'rule=path bpf unhide mode 0600'],
    },
    { destination: '/dev/fd', type: 'fdescfs', source: 'fdesc' },
    { destination: '/new/deep/dir', type: 'nullfs', source: join(work, 'volume'), options: ['rw'] },
    { destination: '/etc/file', type: 'nullfs', source: join(work, 'file'), options: ['ro'] },
    { destination: '/etc/shared', type: 'nullfs', source: join(work, 'file'), options: ['ro'] },
    { destination: '/fill', type: 'tmpfs', source: 'tmpfs', options: ['tmpcopyup', 'size=1m'] },
  ],
  annotations: {
    'org.freebsd.jail.vnet': 'new',
    'org.jailwright.net.0.bridge': 'bridge9',
    'org.jailwright.net.0.address': '10.9.0.2/24,fd09::2/64',
    'org.jailwright.net.0.gateway': '10.9.0.1',
    'org.jailwright.limits.maxproc': '50',
    'org.jailwright.zfs.datasets': 'crash/web',
  },
}

function prepare(): void {
  rmSync(work, { recursive: true, force: true })
  for (const dir of [
    join(rootfs, 'dev'),
    join(rootfs, 'etc'),
    join(rootfs, 'fill/sub'),
    join(work, 'volume'),
  ]) {
    mkdirSync(dir, { recursive: true })
  }
  execFileSync('cp', ['-a', '/rescue', rootfs])
  writeFileSync(join(work, 'file'), 'file\n')
  writeFileSync(join(rootfs, 'fill/sub/f'), 'filled\n')
  writeFileSync(join(rootfs, 'etc/shared'), 'an image file with two links\n')
  execFileSync('ln', [join(rootfs, 'etc/shared'), join(rootfs, 'etc/other')])
  writeFileSync(join(bundle, 'config.json'), JSON.stringify({ ociVersion: '1.3.0', ...config }))
  const pool = join(work, 'pool')
  execFileSync('truncate', ['-s', '64m', pool])
  execFileSync('zpool', ['create', '-m', 'none', 'crash', pool])
  execFileSync('zfs', ['create', '-o', 'jailed=on', '-o', 'mountpoint=/data', 'crash/web'])
  if (!tool('ifconfig', '-l').includes('bridge9')) execFileSync('ifconfig', ['bridge9', 'create'])
}

const ID = 'crash'

const commands: Command[] = [
  { name: 'create', args: ['create', '-b', bundle, ID], before: [], again: {} },
  {
    name: 'update',
    args: ['update', '--pids-limit', '60', '--memory', '256m', ID],
    before: ['create'],
    again: {},
  },
  { name: 'delete', args: ['delete', '--force', ID], before: ['create', 'update'], again: {} },
]

prepare()
const runtime = new Runtime(program, join(work, 'run'), work)
const look = () => [
  ...hostLines(),
  ...treeLines(join(runtime.root, '.lock')),
  ...treeLines(runtime.root, ['.lock']),
  ...treeLines(rootfs, ['rescue']),
]
// The first container makes directories of the runtime, which stay.
runtime.must(commands[0]!.args)
runtime.must(commands[2]!.args)
const victim = { runtime, program, id: ID, commands, scratch: work, look }
console.log(JSON.stringify(killAll(victim, kills => kills.filter(({ again }) => !again))))
