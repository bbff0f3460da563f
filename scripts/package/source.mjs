/**
 * The source archive of the port: the C of native/, the C that is generated from the table of functions, and the units of the
 * program as JavaScript. All files that only Node can make are in the archive, so the port needs just a C compiler and QuickJS.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { tarOf, xz } from './archive.mjs'
import { facts, projectText, root, version } from './facts.mjs'

const name = `${facts.name}-${version}`

/** The name of the archive (DISTNAME and EXTRACT_SUFX of the ports). */
export const distfile = `${name}.tar.xz`

/** Gives the files below a directory that the build reads, without the files that it has compiled. */
function sources(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.(c|h|js|md)$/.test(entry.name))
    .map(entry => path.join(entry.parentPath ?? entry.path, entry.name))
}

/**
 * Gives an installed file with its place in the archive, from which the port installs it; undefined when the archive lacks the
 * file.
 */
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
 * Gives the bytes of the archive. `native` is the directory of the C source with its subdirectory generated/. Throws when the
 * generated files are missing.
 */
export async function sourceArchive({ common, native, time }) {
  if (
    !existsSync(path.join(native, 'generated/functions.c')) ||
    !existsSync(path.join(native, 'generated/units.js'))
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

/** Gives the distinfo of the archive as `make makesum` writes it (Mk/Scripts/makesum.sh of the ports). */
function distinfo(bytes, time) {
  const sum = createHash('sha256').update(bytes).digest('hex')
  return `TIMESTAMP = ${time}\nSHA256 (${distfile}) = ${sum}\nSIZE (${distfile}) = ${bytes.length}\n`
}

/** Writes the port with its distinfo into a directory, which it empties first. */
export function writePort({ directory, bytes, time }) {
  rmSync(directory, { recursive: true, force: true })
  for (const file of ['Makefile', 'pkg-descr', 'pkg-plist', 'files/pkg-message.in']) {
    const place = path.join(directory, file)
    mkdirSync(path.dirname(place), { recursive: true })
    writeFileSync(place, readFileSync(path.join(root, 'packaging/freebsd', file)))
  }
  writeFileSync(path.join(directory, 'distinfo'), distinfo(bytes, time))
}
