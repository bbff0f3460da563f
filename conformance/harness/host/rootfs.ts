/**
 * A root file system from what the machine has. On FreeBSD and its simulation the programs come from /rescue, or, where
 * /rescue is empty, from /bin and its neighbours with the libraries that ldd(1) names; on Linux they come from a static
 * busybox, or else from /bin too. The tree is made once, and every container gets a tree of hard links to it.
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { ToolRunner } from './platform.ts'

/** Programs that cases use; all are in FreeBSD's /rescue (rescue/rescue/Makefile). */
const required = ['sh', 'cat', 'echo', 'id', 'ls', 'mkdir', 'mv', 'pwd', 'rm', 'sleep']
const wanted = [
  ...required,
  ...[
    '[',
    'chmod',
    'chown',
    'cp',
    'date',
    'dd',
    'df',
    'expr',
    'head',
    'hostname',
    'kill',
    'ln',
    'ps',
    'rmdir',
  ],
  ...['sed', 'stty', 'tail', 'test'],
]
/** Programs that only a host of jails needs: with them a case looks at what the jail sees. */
const wantedInJails = ['ifconfig', 'sysctl', 'mount', 'umount', 'route', 'ping', 'zfs', 'pfctl']

/** Directories that every root has; where a case says so, the runtime has to make the mount points among them. */
const directories = ['bin', 'dev', 'etc', 'proc', 'root', 'tmp', 'usr/bin', 'sbin', 'var/tmp', 'var/run']

function firstExisting(name: string, places: readonly string[]): string | undefined {
  return places.map(place => join(place, name)).find(path => existsSync(path))
}

function isStaticallyLinked(lddOutput: string): boolean {
  return !/=>|\/ld-/.test(lddOutput)
}

/** Paths of the libraries (and the loader) in the output of ldd(1) of FreeBSD or of glibc. */
export function librariesOf(lddOutput: string): string[] {
  const found = new Set<string>()
  for (const line of lddOutput.split('\n')) {
    const path = /(?:=>\s*|^\s+)(\/[^\s(]+)\s*\(0x/.exec(line)?.[1]
    if (path !== undefined) found.add(path)
  }
  return [...found]
}

/** Device and inode of a file: /rescue is one program of 18 MB under many names, which are hard links. */
function fileIdentity(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true })
  return `${dev}:${ino}`
}

/** Copies a file once, and makes a link for every further name of the same file. */
class Store {
  private readonly copies = new Map<string, string>()
  private readonly base: string
  constructor(base: string) {
    this.base = base
  }
  put(source: string, destination: string): void {
    const target = join(this.base, destination)
    if (existsSync(target)) return
    mkdirSync(dirname(target), { recursive: true })
    const identity = fileIdentity(source)
    const copy = this.copies.get(identity)
    if (copy !== undefined) {
      linkSync(copy, target)
      return
    }
    copyFileSync(source, target)
    chmodSync(target, 0o755)
    this.copies.set(identity, target)
  }
}

/**
 * Makes the base tree at `base`, and gives its source in words.
 * Throws when a program that every case needs is missing.
 */
export async function makeBase(base: string, tool: ToolRunner, jails: boolean): Promise<string> {
  for (const directory of directories) mkdirSync(join(base, directory), { recursive: true })
  chmodSync(join(base, 'tmp'), 0o1777)
  chmodSync(join(base, 'var/tmp'), 0o1777)
  writeFileSync(
    join(base, 'etc/passwd'),
    'root:*:0:0:root:/root:/bin/sh\nuser:*:1001:1002:user:/tmp:/bin/sh\n',
  )
  writeFileSync(join(base, 'etc/group'), 'wheel:*:0:root\nuser:*:1002:\nvideo:*:44:\n')
  const store = new Store(base)
  const names = jails ? [...wanted, ...wantedInJails] : wanted
  const from = await fill(store, names, tool, jails)
  for (const name of required) {
    if (!existsSync(join(base, 'bin', name)))
      throw new Error(`no program for the test root: ${name} (looked in ${from})`)
  }
  // podman's bundles name some programs by their FreeBSD paths.
  for (const [link, target] of [
    ['usr/bin/id', 'id'],
    ['sbin/ifconfig', 'ifconfig'],
    ['sbin/sysctl', 'sysctl'],
    ['sbin/mount', 'mount'],
  ] as const) {
    const path = join(base, 'bin', target)
    if (existsSync(path) && !existsSync(join(base, link))) linkSync(path, join(base, link))
  }
  return from
}

async function fill(
  store: Store,
  names: readonly string[],
  tool: ToolRunner,
  jails: boolean,
): Promise<string> {
  const busybox = ['/bin/busybox', '/usr/bin/busybox'].find(path => existsSync(path))
  if (!jails && busybox !== undefined && isStaticallyLinked((await tool('ldd', busybox)).stdout)) {
    for (const name of names) store.put(busybox, `bin/${name}`)
    return busybox
  }
  const rescue = existsSync('/rescue/sh')
  // FreeBSD's /rescue is complete; a program that another /rescue lacks comes from the system.
  const places = [...(rescue ? ['/rescue'] : []), '/bin', '/usr/bin', '/sbin', '/usr/sbin']
  const looked = new Set<string>()
  let dynamic = false
  for (const name of names) {
    const source = firstExisting(name, places)
    if (source === undefined) continue
    store.put(source, `bin/${name}`)
    const identity = fileIdentity(source)
    if (looked.has(identity)) continue
    looked.add(identity)
    if (isScript(source)) continue
    const { stdout } = await tool('ldd', source)
    const libraries = librariesOf(stdout)
    dynamic ||= libraries.length > 0
    for (const library of libraries) store.put(library, library)
  }
  // FreeBSD's ldd does not name the loader.
  const loader = '/libexec/ld-elf.so.1'
  if (dynamic && existsSync(loader)) store.put(loader, loader)
  return rescue ? '/rescue' : '/bin and the libraries of its programs'
}

function isScript(path: string): boolean {
  return readFileSync(path).subarray(0, 2).toString('latin1') === '#!'
}

/** A root of hard links at `target` (files of etc are copied: cases write there). */
export function cloneBase(base: string, target: string): void {
  mkdirSync(target, { recursive: true })
  for (const entry of readdirSync(base, { withFileTypes: true })) {
    const from = join(base, entry.name)
    const to = join(target, entry.name)
    if (entry.isDirectory()) {
      cloneBase(from, to)
      if (basename(to) === 'tmp') chmodSync(to, 0o1777)
    } else if (entry.isSymbolicLink()) {
      symlinkSync(from, to)
    } else if (basename(base) === 'etc') {
      copyFileSync(from, to)
    } else {
      linkSync(from, to)
    }
  }
}
