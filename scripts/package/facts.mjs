/** What the package, the archives and the port say about the program, in one place. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Where packages are installed on FreeBSD (LOCALBASE, hier(7)). */
export const prefix = '/usr/local'

/** One file of the project as text. */
export function projectText(name) {
  return readFileSync(path.join(root, name), 'utf8')
}

export const version = JSON.parse(projectText('package.json')).version

/** The words of the port's Makefile that a package carries too; the port's are held equal to these by a test. */
export const facts = {
  name: 'jailwright',
  origin: 'sysutils/jailwright',
  categories: ['sysutils'],
  comment: 'OCI runtime that runs containers as FreeBSD jails',
  maintainer: 'ports@FreeBSD.org',
  www: 'https://jailwright.example/',
  license: 'BSD2CLAUSE',
  licenseName: 'BSD 2-clause Simplified License',
}

/** FreeBSD's word for a machine (uname -p, and the last word of an ABI), and what ELF and the build call it. */
export const machines = {
  amd64: { built: 'x64', elf: 62, legacy: 'x86:64', always: true },
  aarch64: { built: 'arm64', elf: 183, legacy: 'aarch64:64', always: true },
  riscv64: { built: 'riscv64', elf: 243, legacy: 'riscv:64:hf', always: false },
  powerpc64: { built: 'ppc64', elf: 21, legacy: 'powerpc:64:eb', always: false },
}

/**
 * Seconds since 1970 for every file of every archive: SOURCE_DATE_EPOCH, else the time of the last commit, so that a
 * second build of the same state gives the same bytes. Throws when neither is known.
 */
export function sourceDate() {
  const given = process.env.SOURCE_DATE_EPOCH
  if (given !== undefined) {
    if (!/^\d+$/.test(given)) throw new Error(`SOURCE_DATE_EPOCH is not a number of seconds: ${given}`)
    return Number(given)
  }
  try {
    const time = execFileSync('git', ['log', '-1', '--format=%ct'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return Number(String(time).trim())
  } catch {
    throw new Error('no time for the archives: not a git checkout; set SOURCE_DATE_EPOCH')
  }
}
