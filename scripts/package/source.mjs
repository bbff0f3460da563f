/**
 * The source archive that the port builds from, with a C compiler and QuickJS alone: the C of native/, the C that is
 * generated from the table of functions, and the parts of the program as JavaScript. What needs Node to be made is made.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { tarOf, xz } from './archive.mjs'
import { facts, projectText, root, version } from './facts.mjs'

const name = `${facts.name}-${version}`

/** Name of the archive (the ports' DISTNAME and EXTRACT_SUFX). */
export const distfile = `${name}.tar.xz`

/** Files below a folder that the build reads; what it has compiled into bytecode or objects is left out. */
function sources(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.(c|h|js|md)$/.test(entry.name))
    .map(entry => path.join(entry.parentPath ?? entry.path, entry.name))
}

/** Where the port takes an installed file from: shells' scripts, examples, pages, documents; undefined for the rest. */
function unpacked({ path: installed, data }) {
  const base = path.basename(installed)
  if (installed.startsWith('share/man/'))
    return { path: `man/${path.basename(base, '.gz')}`, data: gunzipSync(data) }
  if (installed.startsWith('share/doc/jailwright/'))
    return { path: installed.slice('share/doc/jailwright/'.length), data }
  if (installed.startsWith('share/examples/')) return { path: `examples/${base}`, data }
  if (installed.startsWith('share/bash-completion/')) return { path: 'completions/jailwright.bash', data }
  if (/^share\/(zsh|fish)\//.test(installed)) return { path: `completions/${base}`, data }
  return undefined
}

/**
 * Bytes of the archive. `native` is the folder of the C source with its generated/; throws when the generated files are
 * not there.
 */
export async function sourceArchive({ common, native, time }) {
  if (
    !existsSync(path.join(native, 'generated/functions.c')) ||
    !existsSync(path.join(native, 'generated/parts'))
  )
    throw new Error(`${native}/generated is not complete: run "npm run build" first`)
  const files = [
    ...common.map(unpacked).filter(file => file !== undefined),
    { path: 'LICENSE', data: Buffer.from(projectText('LICENSE')) },
    { path: 'scripts/build', mode: 0o755, data: readFileSync(path.join(native, '../scripts/build')) },
    ...sources(native).map(file => ({
      path: `native/${path.relative(native, file)}`,
      data: readFileSync(file),
    })),
  ]
  const members = files
    .toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
    .map(file => ({ mode: 0o644, ...file, path: `${name}/${file.path}` }))
  return xz(await tarOf(members, time))
}

/** distinfo of the archive, as `make makesum` writes it (Mk/Scripts/checksum.sh and makesum.sh of the ports). */
function distinfo(bytes, time) {
  const sum = createHash('sha256').update(bytes).digest('hex')
  return `TIMESTAMP = ${time}\nSHA256 (${distfile}) = ${sum}\nSIZE (${distfile}) = ${bytes.length}\n`
}

/** Writes the port with its distinfo into a folder, in place of an older one. */
export function writePort({ directory, bytes, time }) {
  rmSync(directory, { recursive: true, force: true })
  for (const file of ['Makefile', 'pkg-descr', 'pkg-plist', 'files/pkg-message.in']) {
    const place = path.join(directory, file)
    mkdirSync(path.dirname(place), { recursive: true })
    writeFileSync(place, readFileSync(path.join(root, 'packaging/freebsd', file)))
  }
  writeFileSync(path.join(directory, 'distinfo'), distinfo(bytes, time))
}
