// npm test: runs all checks and tests, one after the other, and then prints a summary: types, unused code, lint, the tests of
// test/, the conformance cases on a simulated host, some of them through Node, those against runc where it is installed, and the
// replay of FreeBSD's transcripts.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { root } from './root.mjs'
import { readConformanceResults, readVitestReport, runTwice, unsteadyLines } from './test-reports.mjs'

const root0 = process.getuid?.() === 0
const runc = ['/usr/sbin/runc', '/usr/bin/runc', '/usr/local/sbin/runc'].some(file => existsSync(file))
// npm has no biome for FreeBSD.
const biome = spawnSync(`${root}/node_modules/.bin/biome`, ['--version']).status === 0

const conformance = {
  argv: ['npm', 'run', '--silent', 'conformance', '--'],
  report: file => ['--results', file],
  read: readConformanceResults,
}

/**
 * The steps. `needs` is true, or names what is missing. A step of tests has in `report` the words that make it write a report, and
 * in `read` what reads the report; `part` are words that choose some of its tests.
 */
const steps = [
  { name: 'types', argv: ['npm', 'run', '--silent', 'types'] },
  { name: 'unused code', argv: ['npx', 'knip'] },
  {
    name: 'lint',
    argv: ['npm', 'run', '--silent', 'lint'],
    needs: biome || 'biome, which has no program for this system',
  },
  {
    name: 'test',
    argv: ['npx', 'vitest', 'run'],
    report: file => ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
    read: text => readVitestReport(text, root),
  },
  { name: 'conformance', ...conformance, needs: root0 || 'root' },
  {
    // Every sixteenth case: a command of Node takes some ten times as long.
    name: 'conformance through Node',
    ...conformance,
    argv: [...conformance.argv, '--runtime', 'bin/jailwright'],
    part: ['--shard', '1/16'],
    needs: root0 || 'root',
  },
  {
    name: 'conformance against runc',
    ...conformance,
    argv: [...conformance.argv, '--runtime', 'runc'],
    needs: (root0 && runc) || 'root and runc',
  },
  {
    name: 'fidelity',
    argv: ['npm', 'run', '--silent', 'fidelity'],
    needs: (root0 && process.platform === 'linux') || 'root on Linux: it judges the simulated host',
  },
]

/** Runs a command, shows its output while it runs, and gives its exit status. */
function run(argv) {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0], argv.slice(1), { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    child.on('error', reject)
    child.on('close', status => resolve(status ?? 1))
  })
}

/**
 * Runs a step, or the tests of it that the words choose. Gives how many passed and what failed; `again` is missing where a second
 * run would tell nothing.
 */
async function outcomeOf({ name, argv, report, read }, words) {
  if (report === undefined) {
    const status = await run(argv)
    return { passed: Number(status === 0), failed: status === 0 ? [] : [name] }
  }
  const dir = mkdtempSync(path.join(tmpdir(), 'jw-test-'))
  try {
    const file = path.join(dir, 'report.json')
    const status = await run([...argv, ...words, ...report(file)])
    if (!existsSync(file)) return { passed: 0, failed: [name] }
    const outcome = read(readFileSync(file, 'utf8'))
    // A step can fail without a failed test, as when a simulated host cannot be destroyed.
    if (status !== 0 && outcome.failed.length === 0) return { passed: outcome.passed, failed: [name] }
    return outcome
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

let [passed, failed] = [0, 0]
const summary = []
const unsteady = []
for (const step of steps) {
  const { name, argv, needs = true, part = [] } = step
  if (needs !== true) {
    summary.push(`${name}: skipped, needs ${needs}`)
    continue
  }
  console.log(`\n== ${name}: ${[...argv, ...part].join(' ')}`)
  const outcome = await runTwice(name, part, words => outcomeOf(step, words))
  passed += outcome.passed
  failed += outcome.failed.length
  unsteady.push(...outcome.unsteady)
  const verdict = outcome.failed.length === 0 ? 'passed' : 'failed'
  summary.push(`${name}: ${verdict}, ${outcome.passed} passed, ${outcome.failed.length} failed`)
  for (const one of outcome.failed) summary.push(`  failed: ${one}`)
}
console.log(`\n${summary.join('\n')}`)
for (const line of unsteadyLines(unsteady)) console.log(line)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
