#!/usr/bin/env bun
/**
 * `npm run fidelity [-- FILE|DIR ...] [--verbose]`: replays transcripts of a real FreeBSD on fresh simulated hosts and
 * says where they differ. Status 1 when fewer than 97 of 100 steps of a file agree.
 */
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { compare, inPlace, type Outcome } from './fidelity-normal.ts'
import { makeRoot } from './host/rootfs.ts'
import { BASE_NODES, MODULE_NODES } from './rules/devfs/nodes.ts'
import { freebsdNumber } from './tools/signals.ts'

interface Step extends Outcome {
  run: string
}

interface Transcript {
  system: string
  'kern.racct.enable'?: number
  steps: Step[]
}

/** Steps that are known to differ, by file and command, with the reason. */
const REASONS: Readonly<Record<string, string>> = {
  'transcripts/mount.json: ls /jt/proc | head -3':
    "pids 0 and 10 are kernel processes of that machine; Linux's proc has neither",
  'transcripts-2/mount.json: cp /bin/sh /jt/mnt/x1; cp /bin/sh /jt/mnt/x2; cp /bin/sh /jt/mnt/x3; cp /bin/sh /jt/mnt/x4; cp /bin/sh /jt/mnt/x5; cp /bin/sh /jt/mnt/x6; cp /bin/sh /jt/mnt/x7':
    'seven of that shell are more than 1 MiB, seven of dash are not',
}
/** Share of the steps of a file that has to agree. */
const ENOUGH = 0.97
const STEP_TIMEOUT = 60_000
const PATH = '/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin'

/** The files that exist before the first step, by the folder of the transcripts. */
const FILES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  transcripts: { '/src1/f': 'one\n', '/src2/g': 'two\n', '/afile': 'file\n' },
  'transcripts-2': { '/s1/a': 'a\n', '/s2/b': 'b\n', '/afile': 'file\n' },
}

function makeFixture(folder: string): void {
  makeRoot('/jt')
  for (const dir of ['/jt/dev', '/jt/tmp', '/jt/mnt', '/jt/data', '/jt/proc'])
    fs.mkdirSync(dir, { recursive: true })
  for (const [file, text] of Object.entries(FILES[folder] ?? FILES.transcripts ?? {})) {
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, text)
  }
}

function run(command: string): Outcome {
  const done = Bun.spawnSync(['sh', '-c', 'exec <&-; exec sh -c "$0"', inPlace(command)], {
    cwd: '/',
    env: { PATH, HOME: '/root', SHELL: '/bin/sh', USER: 'root', LOGNAME: 'root' },
    stdin: 'ignore',
    timeout: STEP_TIMEOUT,
  })
  const status = done.signalCode ? 128 + freebsdNumber(String(done.signalCode)) : done.exitCode
  return { status, stdout: done.stdout.toString(), stderr: done.stderr.toString() }
}

/** The side inside the host: reads a transcript, runs every step, writes the outcomes as JSON. */
function replay(folder: string): void {
  const { steps } = JSON.parse(fs.readFileSync(0, 'utf8')) as Transcript
  makeFixture(folder)
  const outcomes = steps.map(step => run(step.run))
  fs.writeSync(1, JSON.stringify(outcomes))
}

/** The transcripts of the command line: the files themselves, and the `.json` files of directories. */
function transcripts(names: readonly string[]): string[] {
  return names.flatMap(name => {
    if (!fs.existsSync(name)) {
      console.log(`${name}: not there, skipped`)
      return []
    }
    if (!fs.statSync(name).isDirectory()) return [path.resolve(name)]
    const files = fs.readdirSync(name).filter(file => file.endsWith('.json'))
    return files.sort().map(file => path.resolve(name, file))
  })
}

function show(label: string, value: string | number): void {
  console.log(`      ${label} ${typeof value === 'string' ? JSON.stringify(value) : value}`)
}

/** Runs `simhost` and gives its output; its messages go to standard error of this process. */
function simhost(words: readonly string[], input = ''): string {
  const program = path.join(import.meta.dirname, 'simhost.ts')
  const done = Bun.spawnSync([process.execPath, program, ...words], {
    stdin: Buffer.from(input),
    stderr: 'inherit',
    cwd: '/',
  })
  if (done.exitCode !== 0) throw new Error(`simhost ${words[0]} ended with status ${done.exitCode}`)
  return done.stdout.toString()
}

/** `FOLDER/FILE`. */
function shortName(file: string): string {
  return file.split(path.sep).slice(-2).join('/')
}

/** Replays one file and prints its figures; true when enough steps agree. */
function check(file: string, verbose: boolean): boolean {
  const transcript = JSON.parse(fs.readFileSync(file, 'utf8')) as Transcript
  const host = `fidelity-${process.pid}`
  const name = shortName(file)
  simhost(['create', ...(transcript['kern.racct.enable'] === 1 ? ['--racct'] : []), host])
  let outcomes: Outcome[]
  try {
    const self = [process.execPath, import.meta.path, '--replay', path.basename(path.dirname(file))]
    outcomes = JSON.parse(simhost(['exec', host, '--', ...self], JSON.stringify(transcript))) as Outcome[]
  } finally {
    simhost(['destroy', host])
  }
  const nodes = new Set(
    [...BASE_NODES, ...Object.values(MODULE_NODES).flat()].map(node => node.name.split('/')[0]!),
  )
  const different = transcript.steps.flatMap((step, at) => {
    const got = outcomes[at] ?? { status: -1, stdout: '', stderr: 'not run' }
    const parts = compare(step.run, step, got, nodes)
    return parts.length === 0 ? [] : [{ step, got, parts, at }]
  })
  const { length } = transcript.steps
  const agree = length - different.length
  const share = length === 0 ? 1 : agree / length
  console.log(`${name}: ${agree}/${length} agree (${(share * 100).toFixed(1)}%)`)
  for (const { step, got, parts, at } of different) {
    console.log(`  step ${at + 1}: ${step.run}`)
    const reason = REASONS[`${name}: ${step.run}`]
    if (reason !== undefined) console.log(`    known: ${reason}`)
    for (const part of parts as (keyof Outcome)[]) {
      console.log(`    ${part}`)
      show('expected', step[part])
      show('got     ', got[part])
    }
  }
  if (verbose) {
    for (const [at, step] of transcript.steps.entries())
      console.log(`  ${at + 1} ${step.run} -> ${outcomes[at]?.status}`)
  }
  return share >= ENOUGH
}

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  options: { verbose: { type: 'boolean' }, replay: { type: 'boolean' } },
})
if (values.replay === true) replay(positionals[0] ?? '')
else {
  const standard = ['transcripts', 'transcripts-2'].map(folder =>
    path.join(import.meta.dirname, '../../../shared/freebsd', folder),
  )
  const files = transcripts(positionals.length > 0 ? positionals : standard)
  const poor = files.filter(file => !check(file, values.verbose === true))
  if (poor.length > 0) {
    console.log(`below ${ENOUGH * 100}%: ${poor.map(shortName).join(', ')}`)
    process.exit(1)
  }
}
