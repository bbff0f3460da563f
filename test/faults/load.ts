/** Many containers, and many callers at the same time. Times are printed, and none is asserted. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { difference, hostLines, tool, treeLines } from '../simulated/snapshot.ts'
import { makeBundle, rootWithPrograms } from './bundles.ts'
import type { Group } from './group.ts'
import { workplace } from './group.ts'
import { type Done, type Runtime, unclean } from './runtime.ts'

/** A config with an interface, a ruleset, a limit and a mount, for which concurrent commands compete. */
const CONFIG = {
  mounts: [
    { destination: '/dev', type: 'devfs', source: 'devfs', options: ['ruleset=4', 'rule=path bpf unhide'] },
    { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: ['size=1m'] },
  ],
  annotations: {
    'org.freebsd.jail.vnet': 'new',
    'org.jailwright.net.0.bridge': 'bridge8',
    'org.jailwright.limits.maxproc': '50',
  },
}

function bridge(): void {
  if (!tool('ifconfig', '-l').split(/\s+/).includes('bridge8'))
    execFileSync('ifconfig', ['bridge8', 'create'], { stdio: 'ignore' })
}

const numbered = (count: number) => Array.from({ length: count }, (_, n) => n)

/** Creates, starts and deletes `count` containers, each step for all of them at the same time. */
export const manyAtOnce: Group = async setting => {
  const count = 64
  const runtime = workplace(setting)
  bridge()
  const programs = rootWithPrograms(setting.work)
  for (const n of numbered(count)) makeBundle(join(setting.work, `b${n}`), CONFIG, programs)
  const before = [...hostLines(), ...treeLines(runtime.root, ['.lock'])]
  const faults: string[] = []
  const steps: [string, (n: number) => string[]][] = [
    ['create', n => ['create', '-b', join(setting.work, `b${n}`), `c${n}`]],
    ['start', n => ['start', `c${n}`]],
    ['delete', n => ['delete', '--force', `c${n}`]],
  ]
  for (const [name, args] of steps) {
    const all = await Promise.all(numbered(count).map(n => runtime.start(args(n))))
    for (const [n, { status, signal, text }] of all.entries())
      if (status !== 0) faults.push(`${name} of c${n}: ${signal ?? status} ${text}`)
    const jails = tool('jls', 'name')
      .split('\n')
      .filter(jail => /^c\d+$/.test(jail)).length
    const expected = name === 'delete' ? 0 : count
    if (jails !== expected) faults.push(`after ${name}: ${jails} jails in place of ${expected}`)
  }
  const left = difference(before, [...hostLines(), ...treeLines(runtime.root, ['.lock'])])
  if (left !== '') faults.push(`left after all were deleted:\n${left}`)
  return { tried: `${count} containers created, started and deleted at once`, faults }
}

/** The commands of the callers of one id. Each ends by itself, whatever the others do. */
const ACTIONS = (bundle: string): readonly (readonly string[])[] => [
  ['create', '-b', bundle, 'same'],
  ['create', '-b', bundle, 'same'],
  ['start', 'same'],
  ['start', 'same'],
  ['state', 'same'],
  ['list'],
  ['exec', 'same', '/usr/bin/true'],
  ['pause', 'same'],
  ['resume', 'same'],
  ['kill', 'same', 'KILL'],
  ['update', '--pids-limit', '60', 'same'],
  ['delete', 'same'],
  ['delete', '--force', 'same'],
]

/** Lets 16 callers use one id, each with commands of its own in a random order. */
export const oneId: Group = async setting => {
  const rounds = setting.long ? 20 : 3
  const runtime = workplace(setting)
  bridge()
  const bundle = makeBundle(join(setting.work, 'b'), CONFIG, rootWithPrograms(setting.work))
  const before = lines(runtime, bundle)
  const actions = ACTIONS(bundle)
  const faults: string[] = []
  let commands = 0
  for (const round of numbered(rounds)) {
    const callers = numbered(16).map(() => numbered(4).map(() => setting.random.pick(actions)))
    const judge = (args: readonly string[], done: Done) => {
      commands++
      // The status of an exec is that of its program, which a kill can end at any time.
      const judged = args[0] === 'exec' && done.status !== null ? { ...done, status: 0 } : done
      const wrong = unclean(judged)
      if (wrong) faults.push(`round ${round}, ${args.join(' ')}: ${wrong}`)
    }
    await Promise.all(
      callers.map(async list => {
        for (const args of list) judge(args, await runtime.start(args))
      }),
    )
    const removed = runtime.run(['delete', '--force', 'same'])
    if (removed.status !== 0) faults.push(`round ${round}, last delete: ${removed.status} ${removed.text}`)
    const left = difference(before, lines(runtime, bundle))
    if (left !== '') faults.push(`round ${round} left:\n${left}`)
  }
  return { tried: `${rounds} rounds of 16 callers on one id, ${commands} commands`, faults }
}

function lines(runtime: Runtime, bundle: string): string[] {
  return [...hostLines(), ...treeLines(runtime.root, ['.lock']), ...treeLines(join(bundle, 'rootfs'))]
}

/** Copies the state directory of a container under other ids; `list` takes the copies for stopped containers. */
function copies(runtime: Runtime, id: string, count: number): void {
  const names = readdirSync(join(runtime.root, id)).filter(name => /json/.test(name))
  const texts = names.map(name => [name, readFileSync(join(runtime.root, id, name), 'utf8')] as const)
  for (const n of numbered(count)) {
    const dir = join(runtime.root, `copy${n}`)
    mkdirSync(dir, { mode: 0o700 })
    for (const [name, text] of texts) {
      const own = name === 'journal.jsonl' ? '' : text.replaceAll(`"${id}"`, `"copy${n}"`)
      writeFileSync(join(dir, name), own)
    }
  }
}

/** Makes one more container beside 1,000 existing ones. */
export const oneThousand: Group = setting => {
  const count = 1000
  const runtime = workplace(setting)
  const bundle = makeBundle(join(setting.work, 'b'), {}, rootWithPrograms(setting.work))
  const faults: string[] = []
  const commands = [
    ['create', '-b', bundle, 'one'],
    ['state', 'one'],
    ['start', 'one'],
    ['delete', '--force', 'one'],
  ]
  const round = (label: string) =>
    commands.map(args => {
      const begin = performance.now()
      const { status, signal, text } = runtime.run(args)
      if (status !== 0) faults.push(`${args[0]} ${label}: ${signal ?? status} ${text}`)
      return performance.now() - begin
    })
  round('first of all')
  const alone = best(numbered(5).map(() => round('alone')))
  runtime.must(['create', '-b', bundle, 'model'])
  copies(runtime, 'model', count - 1)
  const host = hostLines()
  const among = best(numbered(5).map(() => round(`among ${count}`)))
  const left = difference(host, hostLines())
  if (left !== '') faults.push(`left:\n${left}`)
  if (runtime.run(['list']).status !== 0) faults.push('list fails')
  const held = readdirSync(runtime.root).filter(name => !name.startsWith('.')).length
  if (held !== count) faults.push(`${held} state directories in place of ${count}`)
  const removed = runtime.run(['delete', '--force', 'model', 'copy0', 'copy500'])
  if (removed.status !== 0) faults.push(`delete of three of them: ${removed.text}`)
  rmSync(runtime.root, { recursive: true, force: true })
  const ratios = commands.map(([name], at) => `${name} ${(among[at]! / alone[at]!).toFixed(2)}`).join(', ')
  return { tried: `one more among ${count} containers, times as long as alone: ${ratios}`, faults }
}

function best(rounds: readonly (readonly number[])[]): number[] {
  return rounds[0]!.map((_, at) => Math.min(...rounds.map(round => round[at]!)))
}
