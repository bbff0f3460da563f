// npm run test:podman [-- --engine native|node|runc] [--prefix DIR] [vitest's own words]: podman end to end, on a simulated host
// for each engine. Without --engine and vitest's words the executable runs every case, and Node those where its engine has work
// of its own (ON_NODE): each of its commands takes some ten times as long, and all else is the same source. `runc` runs the same
// cases (those that are no FreeBSD matter) against runc in namespaces of its own: a case that runc fails is suspect. The
// executable runs as install.sh puts it under a prefix, with its link and its drop-in, which podman itself reads (setup.ts);
// --prefix DIR takes a prefix that is there.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { commonFiles, withExecutable } from '../../scripts/package/layout.mjs'
import { writeTree } from '../../scripts/package/tree.mjs'
import { readVitestReport, runTwice, unsteadyLines } from '../../scripts/test-reports.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const simhost = path.join(root, 'conformance/simhost/simhost.mjs')
const vitest = path.join(root, 'node_modules/vitest/vitest.mjs')
const engines = {
  native: { runtime: path.join(root, 'dist/jailwright'), kind: 'jail', needs: 'dist/jailwright' },
  node: { runtime: path.join(root, 'bin/jailwright'), kind: 'jail', needs: 'dist/node/main.cjs' },
  runc: { runtime: '/usr/sbin/runc', kind: 'linux' },
}

/** Files about streams, descriptors, terminals and programs that are started: what src/host/engine/ differs in. */
const ON_NODE = ['exec.podman.ts', 'terminal.podman.ts', 'readme.podman.ts']

const words = process.argv.slice(2)
const prefixAt = words.indexOf('--prefix')
/** The prefix under which somebody has installed the program that is to be tried. */
const givenPrefix = prefixAt === -1 ? undefined : path.resolve(words.splice(prefixAt, 2)[1])
const chosen = []
for (let i = words.indexOf('--engine'); i !== -1; i = words.indexOf('--engine')) {
  chosen.push(words.splice(i, 2)[1])
}
const names = chosen.length > 0 ? chosen : givenPrefix ? ['native'] : ['native', 'node']
const unknown = names.filter(name => !Object.hasOwn(engines, name))
if (unknown.length > 0) stop(`--engine ${unknown[0]}: one of ${Object.keys(engines).join(', ')} is allowed`)
if (process.platform !== 'linux') stop('this runs on Linux, on the simulated host', 0)
if (process.getuid() !== 0) stop('podman end to end needs root (simulated host)')
for (const program of ['podman', 'conmon', 'buildah', 'busybox', 'script', 'catatonit']) {
  const found = spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
  if (!found && !(program === 'catatonit' && existsSync('/usr/libexec/podman/catatonit')))
    stop(`${program} is missing: apt-get install podman conmon buildah busybox-static catatonit bsdutils`)
}

function stop(text, status = 1) {
  console.error(`test:podman: ${text}`)
  process.exit(status)
}

let current
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => current?.kill('SIGTERM'))

/** Runs to the end with our streams; gives the exit status. */
function run(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    current = spawn(command, args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      cwd: root,
      env: { ...process.env, ...env },
    })
    current.on('error', reject)
    current.on('exit', (status, signal) => resolve(signal === null ? status : 130))
  })
}

/** What puts a command into the machine under test. */
async function enter(kind, host) {
  if (kind === 'jail') {
    const status = await run(process.execPath, [simhost, 'create', '--racct', host])
    if (status !== 0) stop('the simulated host cannot be made')
    return [process.execPath, simhost, 'exec', host, '--']
  }
  const setUp = 'mount -t tmpfs tmpfs /run && ip link set lo up && exec "$@"'
  const namespaces = ['--mount', '--net', '--pid', '--fork', '--mount-proc', '--uts', '--ipc', '--kill-child']
  return ['unshare', ...namespaces, 'sh', '-c', setUp, 'sh']
}

/**
 * Installs the executable as an administrator does: install.sh with the files of the package, the drop-in for podman and the
 * link ocijail. Gives the prefix, which holds nothing else.
 */
async function install(executable, dir) {
  const [tree, prefix] = [path.join(dir, 'package'), path.join(dir, 'prefix')]
  const files = withExecutable(await commonFiles(), readFileSync(executable))
  writeTree({ files, machine: 'amd64', directory: tree })
  const drop = `--podman=${prefix}/${DROP_INS}`
  const { status, stdout, stderr } = spawnSync(
    'sh',
    [path.join(tree, 'install.sh'), '--prefix', prefix, drop, '--ocijail'],
    { encoding: 'utf8' },
  )
  if (status !== 0) stop(`install.sh: ${stdout}${stderr}`)
  rmSync(tree, { recursive: true })
  return prefix
}

/** Where the drop-in for podman is below a prefix. */
const DROP_INS = 'etc/containers/containers.conf.d'

/** A copy of the runtime: a build in the meantime replaces the original, and the cases go on. */
function keep(name, runtime, dir) {
  if (name !== 'node') return runtime
  for (const part of ['bin', 'dist/node', 'package.json'])
    cpSync(path.join(root, part), path.join(dir, 'kept', part), { recursive: true })
  symlinkSync(path.join(root, 'node_modules'), path.join(dir, 'kept/node_modules'))
  return path.join(dir, 'kept/bin/jailwright')
}

const total = { passed: 0, failed: 0, skipped: 0 }
for (const name of names) {
  const { runtime, kind, needs } = engines[name]
  if (needs !== undefined && givenPrefix === undefined && !existsSync(path.join(root, needs))) {
    const { status } = spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit', cwd: root })
    if (status !== 0) stop('npm run build failed')
  }
  const dir = mkdtempSync(path.join(os.tmpdir(), 'jwp-'))
  const host = `podman-${name}-${process.pid}`
  const report = path.join(dir, 'report.json')
  console.log(`podman end to end, ${name}: ${name === 'native' ? (givenPrefix ?? runtime) : runtime}`)
  try {
    const [command, ...before] = await enter(kind, host)
    const prefix = name === 'native' ? (givenPrefix ?? (await install(runtime, dir))) : undefined
    const args = [vitest, 'run', '--config', path.join(root, 'test/podman/vitest.config.ts')]
    args.push('--reporter=verbose', '--reporter=json', `--outputFile.json=${report}`)
    // A choice made by the caller counts alone.
    const cases = name === 'node' && chosen.length === 0 && words.length === 0 ? ON_NODE : words
    const env = {
      JAILWRIGHT_PODMAN_RUNTIME: prefix ? path.join(prefix, 'bin/jailwright') : keep(name, runtime, dir),
      ...(prefix && {
        JAILWRIGHT_PODMAN_OCIJAIL: path.join(prefix, 'bin/ocijail'),
        JAILWRIGHT_PODMAN_DROP_IN: path.join(prefix, DROP_INS, 'jailwright.conf'),
      }),
      JAILWRIGHT_PODMAN_KIND: kind,
      JAILWRIGHT_PODMAN_DIR: dir,
    }
    const { passed, failed, unsteady } = await runTwice(`podman end to end, ${name}`, cases, async chosen => {
      rmSync(report, { force: true })
      const status = await run(command, [...before, process.execPath, ...args, ...chosen], env)
      if (!existsSync(report)) return { passed: 0, failed: [`${command} ended with ${status}`] }
      const text = readFileSync(report, 'utf8')
      const { numPendingTests, numTodoTests } = JSON.parse(text)
      total.skipped += numPendingTests + numTodoTests
      const outcome = readVitestReport(text, root)
      // Vitest can fail without a failed test, as when an error is thrown after a test has ended.
      if (status !== 0 && outcome.failed.length === 0)
        return { passed: outcome.passed, failed: [`vitest ended with ${status}`] }
      return outcome
    })
    total.passed += passed
    total.failed += failed.length
    for (const line of [...failed.map(one => `failed: ${one}`), ...unsteadyLines(unsteady)]) console.log(line)
  } finally {
    if (kind === 'jail') await run(process.execPath, [simhost, 'destroy', host])
    rmSync(dir, { recursive: true, force: true })
  }
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1)
