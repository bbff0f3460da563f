// npm run conformance -- --runtime PATH [...]: builds what is missing and runs the conformance harness. On Linux, a runtime of
// FreeBSD gets a new simulated host (with `--no-racct` one without resource limits); `--here` runs the harness on this host
// itself, as is always done for runc, crun and youki. `--engine node` runs the harness on Node instead of Bun.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { build } from 'esbuild'
import { root } from './root.mjs'

const bun = path.join(root, 'node_modules/.bin/bun')
const words = process.argv.slice(2)
const here = words.includes('--here')
const racct = !words.includes('--no-racct')
const engine = words.find((_, index) => words[index - 1] === '--engine')
// With these options no case is run, so neither a host nor a runtime is needed.
const plain = ['--list', '--help', '--from'].some(name => words.some(word => word.split('=')[0] === name))
const ours = ['--here', '--no-racct', '--engine']
const args = words.filter((word, index) => !ours.includes(word) && words[index - 1] !== '--engine')

/** Gives the value of an option that is written `--name value` or `--name=value`. */
function option(name) {
  const index = args.findIndex(word => word === name || word.startsWith(`${name}=`))
  if (index === -1) return undefined
  return args[index].includes('=') ? args[index].slice(name.length + 1) : args[index + 1]
}

/** Gives the command of the harness: Bun with its source, or, where npm has no Bun (FreeBSD), Node with a bundle of it. */
async function harness() {
  if (engine !== 'node' && spawnSync(bun, ['--version']).status === 0)
    return [bun, path.join(root, 'conformance/main.ts')]
  const outfile = path.join(root, 'dist/conformance.mjs')
  await build({
    absWorkingDir: root,
    entryPoints: ['conformance/main.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: ['bun:*'],
    // Some packages that execa uses are CommonJS and call require.
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
    logLevel: 'warning',
  })
  return [process.execPath, outfile]
}

/**
 * Runs a command to its end with this process's streams. An interrupt ends the child only, so that this process can clean up.
 */
function run(command, commandArgs) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, commandArgs, { stdio: 'inherit', cwd: root })
    child.on('error', reject)
    child.on('exit', (status, signal) => resolve(signal === null ? status : 130))
  })
}

process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})

const own = path.join(root, 'dist/jailwright')
if (option('--runtime') === undefined && !plain) args.push('--runtime', own)
const runtime = option('--runtime')
if (runtime !== undefined && path.resolve(runtime) === own && !existsSync(own)) {
  spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit', cwd: root })
  // The build makes no executable without a C compiler; then Node runs the program.
  if (!existsSync(own)) args[args.indexOf(runtime)] = path.join(root, 'bin/jailwright')
}
const command = await harness()
const native = runtime !== undefined && /^(runc|crun|youki)$/.test(path.basename(runtime))
if (here || plain || native || process.platform !== 'linux') {
  process.exitCode = await run(command[0], [...command.slice(1), ...args])
} else {
  const simhost = path.join(root, 'conformance/simhost/simhost.mjs')
  const host = `conformance-${process.pid}`
  // Mounts that a runtime has left end with the simulated host, so the directory is removed after it.
  const work =
    option('--work') === undefined && !args.includes('--keep')
      ? mkdtempSync(path.join(tmpdir(), 'cf-'))
      : undefined
  if (work !== undefined) args.push('--work', work)
  let status = await run(process.execPath, [simhost, 'create', ...(racct ? ['--racct'] : []), host])
  if (status === 0) {
    // These modules are loaded as kld_list of rc.conf(5) does it on a host with a graphics card, virtual machines, Linux
    // images and ZFS.
    const modules = ['i915kms', 'vmm', 'nmdm', 'linux64', 'zfs']
    await run(process.execPath, [simhost, 'exec', host, '--', 'kldload', '-n', ...modules])
    status = await run(process.execPath, [simhost, 'exec', host, '--', ...command, ...args])
    const destroyed = await run(process.execPath, [simhost, 'destroy', host])
    if (status === 0) status = destroyed
  }
  if (work !== undefined) rmSync(work, { recursive: true, force: true })
  process.exitCode = status
}
