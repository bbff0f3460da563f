/**
 * A program that runs inside a simulated host. It kills the runtime before and after each effect of `create`, `delete` and
 * `update`, and checks each time that `delete --force` leaves the host as it was before.
 *
 *     bun crash-points.ts RUNTIME WORKDIR
 *
 * Prints one JSON line `{points, leftovers}`; `leftovers` holds a text for every point after which the host differed.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { difference, hostLines, tool, treeLines } from './snapshot.ts'

const [runtime, work] = process.argv.slice(2) as [string, string]
const root = join(work, 'run')
const bundle = join(work, 'bundle')
const rootfs = join(bundle, 'rootfs')

/** A config that makes the runtime use every kind of effect that it has. */
const config = {
  ociVersion: '1.3.0',
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
  },
}

function prepare(): void {
  rmSync(work, { recursive: true, force: true })
  for (const dir of [
    root,
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
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(config))
  if (!tool('ifconfig', '-l').includes('bridge9')) execFileSync('ifconfig', ['bridge9', 'create'])
}

/** Lists everything on the host that a container could leave behind: kernel objects, and the files of state and root. */
function snapshot(): string[] {
  return [...hostLines(), ...treeLines(root), ...treeLines(rootfs, ['rescue'])]
}

/** Runs the runtime. Standard error is a file, because the container's first process inherits it and would keep a pipe open. */
function run(
  args: readonly string[],
  env: Record<string, string> = {},
): { status: number | null; signal: string | null; text: string } {
  const file = join(work, 'stderr')
  const stderr = openSync(file, 'w')
  const done = spawnSync(runtime, ['--root', root, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', stderr],
  })
  closeSync(stderr)
  return { status: done.status, signal: done.signal, text: readFileSync(file, 'utf8') }
}

const create = ['create', '-b', bundle, 'crash']
const update = ['update', '--pids-limit', '60', '--memory', '256m', 'crash']
const remove = ['delete', '--force', 'crash']

function mustSucceed(args: readonly string[], env?: Record<string, string>): void {
  const { status, text } = run(args, env)
  if (status !== 0) throw new Error(`${args.join(' ')}: ${text}`)
}

function countEffects(args: readonly string[]): string[] {
  const file = join(work, 'effects')
  rmSync(file, { force: true })
  mustSucceed(args, { JAILWRIGHT_EFFECTS: file })
  return readFileSync(file, 'utf8').trim().split('\n')
}

const leftovers: string[] = []
let points = 0

/** Kills the runtime at one effect, then runs `delete --force`, and records what differs from the host before. */
function crash(args: readonly string[], at: string, label: string, clean: readonly string[]): void {
  points += 1
  const died = run(args, { JAILWRIGHT_CRASH_AT: at })
  if (died.signal !== 'SIGKILL')
    leftovers.push(`${label} ${at}: did not die but gave ${died.status} ${died.text}`)
  const removed = run(remove)
  const left = difference(clean, snapshot())
  if (removed.status === 0 && left === '') return
  leftovers.push(`${label} ${at}: delete gave ${removed.status} ${removed.text}\n${left}`)
  // The container is deleted once more, so that the next point does not fail because of this one.
  run(remove)
}

prepare()
// The first container makes the runtime's own directories, which stay.
mustSucceed(create)
mustSucceed(remove)
const clean = snapshot()
const ofCreate = countEffects(create)
const ofDelete = countEffects(remove)
const left = difference(clean, snapshot())
if (left !== '') leftovers.push(`without a crash:\n${left}`)
for (const when of ['before', 'after']) {
  ofCreate.forEach((label, index) => {
    crash(create, `${index + 1}:${when}`, `create: ${label}`, clean)
  })
  ofDelete.forEach((label, index) => {
    mustSucceed(create)
    crash(remove, `${index + 1}:${when}`, `delete: ${label}`, clean)
  })
}

mustSucceed(create)
const ofUpdate = countEffects(update)
mustSucceed(remove)
for (const when of ['before', 'after']) {
  ofUpdate.forEach((label, index) => {
    mustSucceed(create)
    crash(update, `${index + 1}:${when}`, `update: ${label}`, clean)
  })
}
console.log(
  JSON.stringify({
    points,
    effects: { create: ofCreate, delete: ofDelete, update: ofUpdate },
    leftovers,
  }),
)
