// npm run bench [-- --rounds N]: measures the time of each command beside that of an empty C program, of runc and of the bundle
// for Node, all in turns, and how the times grow with the number of containers and the size of a configuration. It makes a
// simulated host for itself. Nothing is asserted.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { compileBench, compileEmpty } from './bench-programs.mjs'
import { root } from './root.mjs'

/** Longest time in seconds of the part with many containers and large configurations. */
const GROWTH_SECONDS = 60

const simhost = path.join(root, 'conformance/simhost/simhost.mjs')
const words = process.argv.slice(2)
const given = words.indexOf('--rounds')
const rounds = given === -1 ? 15 : Number(words[given + 1])
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds: a whole number above 0 is allowed')
if (process.getuid() !== 0) throw new Error('bench: containers need root')

const run = (command, ...args) => {
  const { status } = spawnSync(command, args, { stdio: 'inherit', cwd: root })
  if (status !== 0) throw new Error(`${command} ${args[0]}: ended with ${status}`)
}
const node = (...args) => run(process.execPath, ...args)

const work = mkdtempSync(path.join(os.tmpdir(), 'jailwright-bench-'))
const host = `bench-${process.pid}`
try {
  await compileBench('dist/bench')
  compileEmpty(path.join(work, 'empty'))
  const runtimes = [
    ['jailwright', path.join(root, 'dist/jailwright')],
    ['runc', ['/usr/sbin/runc', '/usr/bin/runc'].find(file => existsSync(file))],
    ['node', `${process.execPath} ${path.join(root, 'dist/node/main.cjs')}`],
  ].filter(([, command]) => command !== undefined)
  console.log(`${os.cpus().length} x ${os.cpus()[0]?.model ?? 'cpu'}, ${os.type()} ${os.release()}`)
  node(simhost, 'create', '--racct', host)
  const rootfs = path.join(work, 'rootfs')
  node(simhost, 'exec', host, '--', process.execPath, simhost, 'makeroot', rootfs)
  node(
    simhost,
    'exec',
    host,
    '--',
    path.join(root, 'dist/bench'),
    ...runtimes.flatMap(([name, command]) => ['--runtime', `${name}=${command}`]),
    ...['--rootfs', rootfs, '--work', path.join(work, 'run'), '--rounds', String(rounds)],
    ...['--empty', path.join(work, 'empty'), '--trace', '--growth', String(GROWTH_SECONDS)],
  )
} finally {
  spawnSync(process.execPath, [simhost, 'destroy', host], { stdio: 'inherit' })
  rmSync(work, { recursive: true, force: true })
}
