// npm run demo: makes, starts and deletes one container, and prints each command before it runs it. On FreeBSD it does that on
// this host; on Linux it makes a simulated host for itself.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { rootCommands } from './rootfs.mjs'
import { withoutCounts } from './traces.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const simhost = path.join('conformance', 'simhost', 'simhost.mjs')
// Where the build could not make the executable, the same program runs on Node.
const runtime = existsSync(path.join(root, 'dist/jailwright')) ? 'dist/jailwright' : 'bin/jailwright'

function fail(text) {
  throw new Error(text)
}

const colour = process.stdout.isTTY ? ['\x1b[1m', '\x1b[0m'] : ['', '']

/** Quotes a word for a shell where that is necessary. */
const quote = word => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)

/** Prints a heading. */
const say = text => console.log(`\n${colour[0]}# ${text}${colour[1]}`)

/** Prints a command and runs it with this process's streams; ends the demo when it fails. */
function run(command, ...args) {
  console.log(`$ ${[command, ...args].map(quote).join(' ')}`)
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], cwd: root })
  if (error || status !== 0) fail(`${command} ended with ${error?.message ?? status}`)
}

/** Runs a command and gives its output, which is printed too unless `show` is false; ends the demo when the command fails. */
function output(command, args, { show = true } = {}) {
  if (show) console.log(`$ ${[command, ...args].map(quote).join(' ')}`)
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', cwd: root })
  if (error || status !== 0) fail(`${command} ended with ${error?.message ?? stderr}`)
  if (show && stdout !== '') process.stdout.write(stdout)
  return stdout
}

/** Runs the demo on Linux: in a simulated host that is made for it and removed after it. */
function outside() {
  if (process.getuid() !== 0) fail('the simulated FreeBSD host needs root (namespaces and mounts)')
  const host = `demo-${process.pid}`
  say('This machine is no FreeBSD: a simulated FreeBSD host is made for the demo')
  run('node', simhost, 'create', host)
  console.log(`$ node ${simhost} exec ${host} -- node scripts/demo.mjs`)
  const args = [simhost, 'exec', host, '--', process.execPath, 'scripts/demo.mjs', '--inside']
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', cwd: root })
  say('The simulated host goes as well')
  run('node', simhost, 'destroy', host)
  process.exitCode = status ?? 1
}

/** Makes a root file system of the host's programs, so that the demo needs no image. */
function makeRoot(rootfs) {
  if (process.platform !== 'freebsd') {
    run('node', simhost, 'makeroot', rootfs)
    return
  }
  const names = ['sh', 'echo', 'hostname', 'id', 'ls', 'ps', 'sysctl']
  for (const command of rootCommands(rootfs, names)) run(...command)
}

/** Changes the configuration that `spec` has written: a program that ends by itself replaces the shell on a terminal. */
function edit(file) {
  const config = JSON.parse(readFileSync(file, 'utf8'))
  config.hostname = 'demo.example'
  config.process.terminal = false
  config.process.args = [
    '/bin/sh',
    '-c',
    'echo "Hello from $(hostname), jailed: $(sysctl -n security.jail.jailed)"; id; ls /dev',
  ]
  console.log(
    `(edit ${file}: a host name, no terminal, process.args = ${JSON.stringify(config.process.args)})`,
  )
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`)
}

/** Lists what a container could leave behind: mounts, jails, interfaces, rulesets. */
const traces = () =>
  [
    ['mount', ['-v']],
    ['jls', ['name', 'path']],
    ['ifconfig', ['-l']],
    ['devfs', ['rule', 'showsets']],
  ].map(([tool, args]) => withoutCounts(output(tool, args, { show: false })))

function demo(work) {
  const bundle = path.join(work, 'bundle')
  const jailwright = (...args) => run(runtime, ...args)
  say('The runtime, and what it says about this host')
  jailwright('--version')
  say('A root file system from /rescue')
  makeRoot(`${bundle}/rootfs`)
  say('A configuration')
  jailwright('spec', '--bundle', bundle)
  edit(path.join(bundle, 'config.json'))
  const before = traces()
  say('What create is going to do')
  jailwright('plan', '--bundle', bundle, '--id', 'demo')
  say('The container is created: jail and mounts are there, its first process waits')
  jailwright('create', '--bundle', bundle, '--pid-file', `${work}/pid`, 'demo')
  jailwright('state', 'demo')
  run('jls', '-j', 'demo', 'jid', 'name', 'host.hostname', 'path')
  console.log(`$ mount -v | grep ${bundle}`)
  const mounts = output('mount', ['-v'], { show: false }).split('\n')
  console.log(mounts.filter(line => line.includes(bundle)).join('\n'))
  say('Started: this is what it prints')
  jailwright('start', 'demo')
  waitForEnd()
  say('It has ended')
  jailwright('state', 'demo')
  say('Deleted')
  jailwright('delete', 'demo')
  say('Nothing is left')
  run('jls')
  console.log(`$ mount -v | grep -c ${bundle}`)
  const after = traces()
  console.log(after[0].split('\n').filter(line => line.includes(bundle)).length)
  run(runtime, 'list')
  if (JSON.stringify(after) !== JSON.stringify(before))
    fail('mounts, jails, interfaces or rulesets differ from before')
  console.log('\nMounts, jails, interfaces and devfs rulesets are as they were before.')
}

/** Waits until the container's program has ended. */
function waitForEnd() {
  for (let tries = 0; tries < 100; tries++) {
    const state = JSON.parse(output(runtime, ['state', 'demo'], { show: false }))
    if (state.status === 'stopped') return
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
  }
  fail('the program did not end')
}

function main() {
  if (!existsSync(path.join(root, 'dist/node/main.cjs'))) run('npm', 'run', '--silent', 'build')
  if (process.platform === 'linux' && !process.argv.includes('--inside')) return outside()
  if (process.getuid() !== 0) fail('jails need root')
  if (spawnSync(runtime, ['state', 'demo'], { cwd: root }).status === 0)
    fail('there is a container "demo" already: it is not touched')
  // The path is resolved, because mount(8) prints resolved paths and /tmp may be a link.
  const work = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'jailwright-demo-')))
  try {
    demo(work)
  } finally {
    // The container is deleted even when the demo has failed.
    spawnSync(runtime, ['delete', '--force', 'demo'], { cwd: root })
    // Removing the directory would remove the contents of a file system that is still mounted below it.
    if (output('mount', ['-v'], { show: false }).includes(` on ${work}/`))
      console.error(`demo: ${work} stays: something is mounted below it`)
    else rmSync(work, { recursive: true, force: true })
  }
}

// An interrupt ends the command that runs. The demo then fails and cleans up.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {})

try {
  main()
} catch (error) {
  console.error(`demo: ${error.message}`)
  process.exitCode = 1
}
