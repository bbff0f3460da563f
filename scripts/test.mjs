// npm test: runs all checks and tests, one after the other, and then prints a summary: types, unused code, lint, the tests of
// test/, the conformance cases on a simulated host, some of them through Node, those against runc where it is installed, and the
// replay of FreeBSD's transcripts.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const root0 = process.getuid?.() === 0
const runc = ['/usr/sbin/runc', '/usr/bin/runc', '/usr/local/sbin/runc'].some(file => existsSync(file))
// npm has no biome for FreeBSD.
const biome = spawnSync(`${root}/node_modules/.bin/biome`, ['--version']).status === 0

/**
 * The steps. `needs` is true, or names what is missing; `counts` finds the numbers of passed and failed tests in the output.
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
    counts: /Tests\s+(?:(\d+) failed \| )?(?:(\d+) passed)?/,
    order: [2, 1],
  },
  {
    name: 'conformance',
    argv: ['npm', 'run', '--silent', 'conformance'],
    needs: root0 || 'root',
    counts: /(\d+) passed, (\d+) failed/,
    order: [1, 2],
  },
  {
    // Every sixteenth case: a command of Node takes some ten times as long.
    name: 'conformance through Node',
    argv: ['npm', 'run', '--silent', 'conformance', '--', '--runtime', 'bin/jailwright', '--shard', '1/16'],
    needs: root0 || 'root',
    counts: /(\d+) passed, (\d+) failed/,
    order: [1, 2],
  },
  {
    name: 'conformance against runc',
    argv: ['npm', 'run', '--silent', 'conformance', '--', '--runtime', 'runc'],
    needs: (root0 && runc) || 'root and runc',
    counts: /(\d+) passed, (\d+) failed/,
    order: [1, 2],
  },
  {
    name: 'fidelity',
    argv: ['npm', 'run', '--silent', 'fidelity'],
    needs: (root0 && process.platform === 'linux') || 'root on Linux: it judges the simulated host',
  },
]

/** Runs a step, shows its output while it runs, and gives its status and its output. */
function run(argv) {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0], argv.slice(1), { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ])
      from.on('data', chunk => {
        text += chunk
        to.write(chunk)
      })
    child.on('error', reject)
    child.on('close', status => resolve({ status: status ?? 1, text }))
  })
}

/** Removes the control sequences of colours from a text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: a control sequence begins with a control character
const plain = text => text.replaceAll(/\x1b\[[0-9;]*m/g, '')

let [passed, failed] = [0, 0]
const summary = []
for (const { name, argv, needs = true, counts, order } of steps) {
  if (needs !== true) {
    summary.push(`${name}: skipped, needs ${needs}`)
    continue
  }
  console.log(`\n== ${name}: ${argv.join(' ')}`)
  const { status, text } = await run(argv)
  const found = counts === undefined ? undefined : [...plain(text).matchAll(new RegExp(counts, 'g'))].at(-1)
  const good = found === undefined ? Number(status === 0) : Number(found[order[0]] ?? 0)
  const bad = found === undefined ? Number(status !== 0) : Number(found[order[1]] ?? 0)
  passed += good
  // A step that fails without a failed test, as when a test file cannot be loaded, counts as one failure.
  failed += status !== 0 && bad === 0 ? 1 : bad
  summary.push(
    `${name}: ${status === 0 ? 'passed' : `failed (status ${status})`}${found === undefined ? '' : `, ${good} passed, ${bad} failed`}`,
  )
}
console.log(`\n${summary.join('\n')}`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
