/**
 * Every file that is installed, by its path below the prefix: the package, the archive for install.sh and the port's
 * packing list all have this one.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { completionMaker } from './completions.mjs'
import { facts, projectText, root, version } from './facts.mjs'

/** Where each shell of FreeBSD's ports looks; tcsh and sh have no folder that they search, so theirs are examples. */
const completionPaths = {
  bash: 'share/bash-completion/completions/jailwright',
  zsh: 'share/zsh/site-functions/_jailwright',
  fish: 'share/fish/vendor_completions.d/jailwright.fish',
  tcsh: 'share/examples/jailwright/completion.tcsh',
  sh: 'share/examples/jailwright/completion.sh',
}

/** Manual pages, gzipped as the ports' compress-man does (gzip -9n: no name, no time). */
function manualPages() {
  return ['jailwright.8', 'jailwright-config.5'].map(page => ({
    path: `share/man/man${page.at(-1)}/${page}.gz`,
    data: gzipSync(projectText(`man/${page}`), { level: 9 }),
  }))
}

/** README.md and docs/ keep their places beside each other, so that the links between them hold. */
function documents() {
  const names = readdirSync(path.join(root, 'docs'), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)))
  return ['README.md', ...names].map(name => ({
    path: `share/doc/jailwright/${name}`,
    data: readFileSync(path.join(root, name)),
  }))
}

/** The licence as bsd.licenses.mk lays it down: a line about it, and its text under its name. */
function licence() {
  const folder = `share/licenses/${facts.name}-${version}`
  const line = `This package has a single license: ${facts.license} (${facts.licenseName}).\n`
  return [
    { path: `${folder}/LICENSE`, data: Buffer.from(line) },
    { path: `${folder}/${facts.license}`, data: Buffer.from(projectText('LICENSE')) },
  ]
}

/**
 * All that does not depend on the machine: `{ path, mode, data }`, the path below the prefix, sorted by path. The
 * drop-in for podman is an example and not a `.sample` in etc, because pkg copies a `.sample` into place by itself and
 * would change the host's runtime unasked.
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

/** Files with the executable among them. */
export function withExecutable(files, data) {
  return sorted([...files, { path: 'bin/jailwright', mode: 0o755, data }])
}

/** By bytes, not by locale: the same everywhere. */
function sorted(files) {
  return files.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
}
