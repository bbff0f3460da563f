/**
 * `npm run package:freebsd` makes the packages for FreeBSD in dist/package, from the executables that `npm run build:freebsd`
 * makes. `--executable MACHINE=FILE`, which may be repeated, makes only the packages of that machine, from that file; `--native
 * DIR` takes the C source from another directory; `--out DIR` writes to another directory.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { checkExecutable } from './package/executable.mjs'
import { facts, machines, root, sourceDate, version } from './package/facts.mjs'
import { commonFiles, withExecutable } from './package/layout.mjs'
import { packageOf } from './package/pkg.mjs'
import { distfile, sourceArchive, writePort } from './package/source.mjs'
import { treeArchive, writeTree } from './package/tree.mjs'

/**
 * Gives the machines and their executables: those that options name, or else those that the build has made. The build must have
 * made the ones for the machines of `always`; others are used when they exist.
 */
function executables(words) {
  if (words.length === 0) {
    const built = Object.entries(machines).map(([machine, { built, always }]) => ({
      machine,
      always,
      file: path.join(root, `dist/jailwright-freebsd-${built}`),
    }))
    const missing = built.find(({ file, always }) => always && !existsSync(file))
    if (missing) throw new Error(`${missing.file} is not there: run "npm run build:freebsd" first`)
    return built.filter(({ file }) => existsSync(file))
  }
  return words.map(word => {
    const [, machine, file] = /^([^=]*)=(.+)$/.exec(word) ?? []
    if (!Object.hasOwn(machines, machine ?? ''))
      throw new Error(
        `--executable ${word} is not MACHINE=FILE, MACHINE one of ${Object.keys(machines).join(', ')}`,
      )
    if (!existsSync(file)) throw new Error(`${file} is not there`)
    return { machine, file }
  })
}

async function main() {
  const { values } = parseArgs({
    options: {
      executable: { type: 'string', multiple: true, default: [] },
      native: { type: 'string' },
      out: { type: 'string' },
    },
  })
  const out = path.resolve(values.out ?? path.join(root, 'dist/package'))
  const time = sourceDate()
  const common = await commonFiles()
  const products = []
  const trees = []
  for (const { machine, file } of executables(values.executable)) {
    const data = readFileSync(file)
    const osVersion = checkExecutable(data, machine, file)
    const files = withExecutable(common, data)
    const name = `${facts.name}-${version}-freebsd-${machine}`
    products.push({ name: `${name}.pkg`, data: await packageOf({ files, machine, osVersion, time }) })
    products.push({ name: `${name}.tar.xz`, data: await treeArchive({ files, machine, name, time }) })
    trees.push({ files, machine, directory: path.join(out, name) })
  }
  const native = path.resolve(values.native ?? path.join(root, 'native'))
  const source = existsSync(native) ? await sourceArchive({ common, native, time }) : undefined
  if (source) products.push({ name: distfile, data: source })
  else console.error(`no source archive and no port: ${native} is not there`)
  // All products are made before the first is written, so that an error leaves the old products complete.
  mkdirSync(out, { recursive: true })
  for (const tree of trees) writeTree(tree)
  if (source) writePort({ directory: path.join(out, 'port', facts.origin), bytes: source, time })
  for (const { name, data } of products) {
    writeFileSync(path.join(out, name), data)
    console.log(`${path.join(out, name)}  ${(data.length / 2 ** 20).toFixed(1)} MiB`)
  }
  const sums = products.map(
    ({ name, data }) => `${createHash('sha256').update(data).digest('hex')}  ${name}\n`,
  )
  writeFileSync(path.join(out, 'SHA256SUMS'), sums.join(''))
}

try {
  await main()
} catch (error) {
  console.error(`package: ${error.message}`)
  process.exitCode = 1
}
