// Making a root file system of a FreeBSD host's own programs, for the demo and the benchmark.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'

const SYSTEM = ['/bin', '/usr/bin', '/sbin', '/usr/sbin']
/** FreeBSD's dynamic loader, which its ldd(1) does not name. */
const LOADER = '/libexec/ld-elf.so.1'

/** The questions about the host's files; tests answer them in their own way. */
const thisHost = {
  /** Gives a text that is equal for two names of the same file; undefined when the file does not exist. */
  identity(file) {
    if (!existsSync(file)) return undefined
    const { dev, ino } = statSync(file, { bigint: true })
    return `${dev}:${ino}`
  },
  ldd: file => spawnSync('ldd', [file], { encoding: 'utf8' }).stdout ?? '',
}

/**
 * Gives the commands that put programs into the directory /bin of `rootfs`. A program is taken from /rescue, where one static
 * program has many names (rescue(8)). A program that /rescue lacks, such as `true`, is taken from the system together with the
 * libraries that ldd(1) names. Throws when the host does not have a program.
 *
 * @returns {string[][]} argument lists, in order
 */
export function rootCommands(rootfs, names, host = thisHost) {
  const commands = [['mkdir', '-p', ...['bin', 'dev', 'tmp', 'root'].map(name => `${rootfs}/${name}`)]]
  const made = new Set()
  const copy = (file, target) => {
    const directory = path.dirname(target)
    if (!['.', 'bin'].includes(directory) && !made.has(directory))
      commands.push(['mkdir', '-p', `${rootfs}/${directory}`])
    made.add(directory)
    if (!made.has(target)) commands.push(['cp', file, `${rootfs}/${target}`])
    made.add(target)
  }
  const rescued = new Map()
  for (const name of names) {
    const rescue = host.identity(`/rescue/${name}`)
    const first = rescue === undefined ? undefined : rescued.get(rescue)
    if (first !== undefined) {
      commands.push(['ln', '-s', first, `${rootfs}/bin/${name}`])
      continue
    }
    if (rescue !== undefined) {
      rescued.set(rescue, name)
      copy(`/rescue/${name}`, `bin/${name}`)
      continue
    }
    const file = SYSTEM.map(place => `${place}/${name}`).find(one => host.identity(one) !== undefined)
    if (file === undefined) throw new Error(`this host has no program ${name}`)
    copy(file, `bin/${name}`)
    const libraries = [...host.ldd(file).matchAll(/=> (\/\S+) \(0x/g)].map(match => match[1])
    if (libraries.length > 0) libraries.push(LOADER)
    for (const library of libraries) copy(library, library.slice(1))
  }
  return commands
}
