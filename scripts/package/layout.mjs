/**
 * The list of all files that are installed, by their paths below the prefix. The package, the archive for install.sh and the
 * packing list of the port are made from it.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { completionMaker } from './completions.mjs'
import { facts, projectText, root, version } from './facts.mjs'

/**
 * The place where each shell of FreeBSD's ports finds its script. tcsh and sh search no directory, so their scripts are
 * examples.
 */
const completionPaths = {
  bash: 'share/bash-completion/completions/jailwright',
  zsh: 'share/zsh/site-functions/_jailwright',
  fish: 'share/fish/vendor_completions.d/jailwright.fish',
  tcsh: 'share/examples/jailwright/completion.tcsh',
  sh: 'share/examples/jailwright/completion.sh',
}

/** Gives the manual pages, compressed as the ports' compress-man does it (gzip -9n, without name and time). */
function manualPages() {
  return ['jailwright.8', 'jailwright-config.5'].map(page => ({
    path: `share/man/man${page.at(-1)}/${page}.gz`,
    data: gzipSync(projectText(`man/${page}`), { level: 9 }),
  }))
}

/** Gives README.md and the files of docs/. They keep their relative places, so that the links between them work. */
function documents() {
  const names = readdirSync(path.join(root, 'docs'), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)))
  return ['README.md', ...names].map(name => ({
    path: `share/doc/jailwright/${name}`,
    data: readFileSync(path.join(root, name)),
  }))
}

/** Gives the licence as bsd.licenses.mk installs it: a line that names it, and its text in a file with its name. */
function licence() {
  const folder = `share/licenses/${facts.name}-${version}`
  const line = `This package has a single license: ${facts.license} (${facts.licenseName}).\n`
  return [
    { path: `${folder}/LICENSE`, data: Buffer.from(line) },
    { path: `${folder}/${facts.license}`, data: Buffer.from(projectText('LICENSE')) },
  ]
}

/**
 * Gives the files that do not depend on the machine as `{ path, mode, data }`, sorted by their paths below the prefix. The
 * drop-in for podman is an example and not a `.sample` in etc, because pkg copies a `.sample` into place and would change the
 * host's runtime without being asked.
 */
export async function commonFiles() {
  const completion = await completionMaker()
  const scripts = Object.entries(completionPaths).map(([shell, where]) => ({
    path: where,
    data: Buffer.from(completion(shell)),
  }))
  const dropIn = {
    path: 'share/examples/jailwright/jailwright.conf',
    data: Buffer.from(projectText('packaging/containers.conf.d/jailwright.conf')),
  }
  return sorted(
    [...manualPages(), ...scripts, dropIn, ...documents(), ...licence()].map(file => ({
      ...file,
      mode: 0o644,
    })),
  )
}

/** Gives the files together with the executable. */
export function withExecutable(files, data) {
  return sorted([...files, { path: 'bin/jailwright', mode: 0o755, data }])
}

/** Sorts files by the bytes of their paths, so that the order does not depend on the locale. */
function sorted(files) {
  return files.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
}
