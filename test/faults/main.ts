/**
 * `npm run test:faults`: what the runtime leaves or loses when things go wrong, as one line for each group. Options:
 * `--long` (every point in place of a sample), `--seed N` (printed by each run), `--only GROUP`. Status 1 when a group
 * found anything.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Outcome } from './group.ts'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const simhost = path('../../conformance/simhost/simhost.ts')
const runtime = path('../../dist/jailwright')
const { values } = parseArgs({
  options: { long: { type: 'boolean' }, seed: { type: 'string' }, only: { type: 'string', multiple: true } },
})
const seed = Number(values.seed ?? Math.floor(Date.now() / 1000) % 1_000_000)
if (!Number.isInteger(seed) || seed < 0) throw new Error('--seed: a whole number of 0 or more is allowed')
const long = values.long ?? false
/** A group that stands still is ended after this many milliseconds, and has failed. */
const limit = long ? 7_200_000 : 1_800_000

function run(
  command: readonly string[],
  timeout = 240_000,
): { status: number | null; out: string; err: string } {
  const [program = '', ...args] = command
  const done = spawnSync(program, args, {
    encoding: 'utf8',
    timeout,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 28,
  })
  return { status: done.status, out: done.stdout, err: done.stderr }
}

/** The last line of a group's output, or a fault that says how the group ended. */
function outcomeOf({ status, out, err }: ReturnType<typeof run>): Outcome {
  const line = out.trim().split('\n').at(-1) ?? ''
  if (status === 0 && line.startsWith('{')) return JSON.parse(line) as Outcome
  return { tried: 'nothing to its end', faults: [`the group ended with ${status}: ${err || out}`] }
}

/** A group with a host of its own, which is taken away afterwards. `command` gives what runs it. */
function withHost(group: string, command: (setting: string, host: string) => string[]): Outcome {
  const host = `faults-${process.pid}`
  const setting = JSON.stringify({ runtime, work: `/var/faults/${group}`, seed, long })
  const made = run([process.execPath, simhost, 'create', '--racct', host])
  if (made.status !== 0) return { tried: 'nothing', faults: [`no host: ${made.err}`] }
  try {
    return outcomeOf(run([process.execPath, ...command(setting, host)], limit))
  } finally {
    run([process.execPath, simhost, 'destroy', host])
  }
}

/** A group whose process is in the host. */
function inHost(group: string): Outcome {
  const inside = [process.execPath, path('inside.ts'), group]
  return withHost(group, (setting, host) => [simhost, 'exec', host, '--', ...inside, setting])
}

/** A group that restarts the host, and so is not in it. */
function besideHost(group: string): Outcome {
  return withHost(group, (setting, host) => [path(`crash/${group}.ts`), setting, host])
}

/** Generated inputs need no host: a process of its own, because an endless loop cannot be interrupted from inside. */
function alone(group: string): Outcome {
  return outcomeOf(run([process.execPath, path(`${group}.ts`), JSON.stringify({ seed, long })], limit))
}

const groups: readonly [string, (name: string) => Outcome][] = [
  ['inputs', alone],
  ['hostileRoots', inHost],
  ['failingCalls', inHost],
  ['failingTools', inHost],
  ['fullDisk', inHost],
  ['manyAtOnce', inHost],
  ['oneId', inHost],
  ['oneThousand', inHost],
  ['crashPoints', inHost],
  ['reboots', besideHost],
]

console.log(`faults: ${long ? 'long' : 'short'} form, seed ${seed}`)
let failed = 0
for (const [name, start] of groups) {
  if (values.only && !values.only.includes(name)) continue
  const { tried, faults } = start(name)
  console.log(`${name}: ${tried}; left or lost: ${faults.length}`)
  for (const fault of faults.slice(0, 20)) console.log(`  ${fault.trim().replaceAll('\n', '\n    ')}`)
  if (faults.length > 20) console.log(`  and ${faults.length - 20} more`)
  if (faults.length > 0)
    console.log(`  again: npm run test:faults -- ${long ? '--long ' : ''}--seed ${seed} --only ${name}`)
  failed += faults.length
}
process.exitCode = failed === 0 ? 0 : 1
