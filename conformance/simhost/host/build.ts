/**
 * Builds what a simulated host lays over the machine's root: one executable with all tools (hard links under FreeBSD's
 * paths), /rescue, and FreeBSD's files in /etc and /boot. A hash of the sources names the result, so that it is built once.
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { KEPT } from '../tools/machine.ts'
import { TOOLS } from '../tools/registry.ts'
import { writeEtc, writeModules } from './etc.ts'
import { alive, cacheDir, readRecord, stateDir } from './paths.ts'
import { writeRescue } from './rescue.ts'
import { makeStub } from './stub.ts'

/** The built files that a host needs. */
export interface Assets {
  /** The directory that a host lays over the root. */
  lower: string
}

function sources(dir: string): string[] {
  return fs
    .readdirSync(dir, { withFileTypes: true })
    .flatMap(e => (e.isDirectory() ? sources(path.join(dir, e.name)) : [path.join(dir, e.name)]))
    .filter(f => /\.(ts|c)$/.test(f))
    .sort()
}

function fingerprint(): string {
  const hash = createHash('sha256')
  hash.update(Bun.version)
  const tree = path.join(import.meta.dirname, '..')
  for (const file of sources(tree)) {
    hash.update(path.relative(tree, file))
    hash.update(fs.readFileSync(file))
  }
  return hash.digest('hex').slice(0, 16)
}

/** Builds what is missing. Two processes may build at once: both results are the same, and the last rename wins. */
export function assets(): Assets {
  const cache = cacheDir()
  const lower = path.join(cache, fingerprint())
  if (fs.existsSync(lower)) {
    // The date tells the last use, by which `sweep` knows old builds.
    fs.utimesSync(lower, new Date(), new Date())
    return { lower }
  }
  fs.mkdirSync(cache, { recursive: true })
  const work = fs.mkdtempSync(path.join(cache, 'build-'))
  const exe = path.join(work, 'tool.exe')
  const built = Bun.spawnSync([
    process.execPath,
    'build',
    '--compile',
    '--bytecode',
    '--minify-syntax',
    path.join(import.meta.dirname, '../tools/main.ts'),
    '--outfile',
    exe,
  ])
  if (built.exitCode !== 0) throw new Error(`bun build: ${built.stderr.toString()}`)
  const tree = path.join(work, 'tree')
  const stub = makeStub()
  const light = path.join(work, 'stub')
  if (stub !== undefined) fs.writeFileSync(light, stub, { mode: 0o755 })
  // The stub starts ten times faster than the bundle and serves all tools that need no process of their own.
  for (const [name, tool] of Object.entries(TOOLS)) {
    if (tool.wraps === true && !keepMachines(name, tree)) continue
    for (const target of tool.paths)
      link(stub !== undefined && tool.inJail === true && tool.program !== true ? light : exe, tree, target)
  }
  link(exe, tree, '/usr/sbin/simhost-tool')
  writeEtc(tree)
  writeModules(tree)
  writeRescue(tree)
  fs.rmSync(exe)
  try {
    fs.renameSync(tree, lower)
  } catch (error) {
    if (!fs.existsSync(lower)) throw error
  }
  fs.rmSync(work, { recursive: true, force: true })
  sweep(cache, lower)
  return { lower }
}

/** Keeps the machine's program of a name for the tool that replaces it; false when the machine has none. */
function keepMachines(name: string, tree: string): boolean {
  const own = ['/usr/bin', '/bin', '/usr/sbin', '/sbin']
    .map(dir => path.join(dir, name))
    .find(file => fs.existsSync(file))
  if (own === undefined) return false
  const kept = path.join(tree, KEPT, name)
  fs.mkdirSync(path.dirname(kept), { recursive: true })
  fs.copyFileSync(fs.realpathSync(own), kept)
  fs.chmodSync(kept, 0o755)
  return true
}

/** Links the tool to its place. /bin and /sbin are links into /usr on most machines, and the tool follows them. */
function link(exe: string, tree: string, target: string): void {
  const top = target.split('/')[1] ?? ''
  const merged =
    (top === 'bin' || top === 'sbin') && fs.lstatSync(`/${top}`, { throwIfNoEntry: false })?.isSymbolicLink()
  const file = path.join(tree, merged ? `/usr${target}` : target)
  if (fs.existsSync(file)) return
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.linkSync(exe, file)
}

/** Removes builds that no living host uses and from which no host was made for two hours. */
function sweep(cache: string, keep: string): void {
  const used = new Set(
    readdir(path.join(stateDir(), 'hosts'))
      .map(readRecord)
      .filter(record => record !== undefined && alive(record))
      .map(record => record?.lower),
  )
  for (const name of readdir(cache)) {
    const dir = path.join(cache, name)
    if (dir === keep || used.has(dir)) continue
    if (Date.now() - (fs.statSync(dir, { throwIfNoEntry: false })?.mtimeMs ?? 0) < 7_200_000) continue
    fs.rmSync(dir, { recursive: true, force: true })
  }
}

function readdir(dir: string): string[] {
  try {
    return fs.readdirSync(dir)
  } catch {
    return []
  }
}
