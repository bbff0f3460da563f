/** The statements about the program that the package, the archives and the port share. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root directory of the project. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** The directory below which FreeBSD installs packages (LOCALBASE, hier(7)). */
export const prefix = '/usr/local'

/** Gives one file of the project as text. */
export function projectText(name) {
  return readFileSync(path.join(root, name), 'utf8')
}

/** The version of the program. */
export const version = JSON.parse(projectText('package.json')).version

/** The statements of the port's Makefile that a package contains too. A test compares the Makefile with these. */
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

/**
 * Machines by FreeBSD's name (`uname -p`, and the last word of an ABI): their names in the build, in ELF and in older versions
 * of pkg. `always` is true for those that the build always makes.
 */
export const machines = {
  amd64: { built: 'x64', elf: 62, legacy: 'x86:64', always: true },
  aarch64: { built: 'arm64', elf: 183, legacy: 'aarch64:64', always: true },
  riscv64: { built: 'riscv64', elf: 243, legacy: 'riscv:64:hf', always: false },
  powerpc64: { built: 'ppc64', elf: 21, legacy: 'powerpc:64:eb', always: false },
}

/**
 * Gives the time of every file in every archive, in seconds since 1970: SOURCE_DATE_EPOCH, or else the time of the last commit,
 * so that two builds of the same commit give the same bytes. Throws when neither is known.
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
