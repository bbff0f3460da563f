/**
 * The file system of a simulated host: an overlay of FreeBSD's tools and files over the machine's root, with the
 * machine's own directories for data (home, /tmp, the repository ...) shared, and /dev, /run, /proc, /sys of its own.
 */
import fs from 'node:fs'
import path from 'node:path'
import { MS, mount, pivotRootHere, umount } from '../libc.ts'
import type { Options } from './kernel.ts'

/** Directories of which a host has a private view: what the host writes there goes to its own upper layer. */
const PRIVATE = new Set([
  'bin',
  'sbin',
  'lib',
  'lib32',
  'lib64',
  'libx32',
  'usr',
  'etc',
  'var',
  'boot',
  'rescue',
  'jails',
  'lost+found',
])
/** Directories with a file system of their own. */
const OWN = new Set(['proc', 'sys', 'dev', 'run'])

/** The directory inside the host for the kernel's namespace files and the like: a tmpfs that the mount table hides. */
export const KERNEL_DIR = '/run/.simhost'

function machineMounts(): string[] {
  return fs
    .readFileSync('/proc/self/mountinfo', 'utf8')
    .trimEnd()
    .split('\n')
    .map(line =>
      (line.split(' ')[4] ?? '/').replace(/\\([0-7]{3})/g, (_, o: string) =>
        String.fromCharCode(Number.parseInt(o, 8)),
      ),
    )
}

/** Mounts an overlay of `lower`. Changes go to `name` in the scratch directory, or to memory where that is impossible. */
function overlay(options: Options, name: string, lower: string[], target: string): void {
  for (const place of [options.scratch, path.join(options.scratch, 'mem')]) {
    if (place !== options.scratch) {
      fs.mkdirSync(place, { recursive: true })
      mount('simhost', place, 'tmpfs', 0, null)
    }
    const upper = path.join(place, `upper-${name}`)
    const work = path.join(place, `work-${name}`)
    fs.mkdirSync(upper, { recursive: true })
    fs.mkdirSync(work, { recursive: true })
    try {
      mount('simhost', target, 'overlay', 0, `lowerdir=${lower.join(':')},upperdir=${upper},workdir=${work}`)
      return
    } catch (error) {
      if (place !== options.scratch) throw error
    }
  }
}

/** Makes the private root and enters it. The calling process must have its own mount namespace. */
export function enterRoot(options: Options): void {
  mount('none', '/', null, MS.REC | MS.PRIVATE)
  const root = path.join(options.scratch, 'root')
  fs.mkdirSync(root, { recursive: true })
  // No layer may lie below another layer, so each directory of the lower directory gets an overlay.
  overlay(options, 'root', ['/'], root)
  for (const top of fs.readdirSync(options.lower)) {
    const own = path.join(options.lower, top)
    fs.mkdirSync(path.join(root, top), { recursive: true })
    if (!fs.existsSync(`/${top}`)) mount(own, path.join(root, top), null, MS.BIND)
    else overlay(options, top, [own, `/${top}`], path.join(root, top))
  }
  for (const point of machineMounts()) {
    const [, top, second] = point.split('/')
    if (second === undefined || !PRIVATE.has(top ?? '') || top === 'var') continue
    // A file system below a private directory, such as /usr/local, is mounted as it is.
    if (fs.existsSync(root + point)) mount(point, root + point, null, MS.BIND)
  }
  const shared = fs
    .readdirSync('/', { withFileTypes: true })
    .filter(e => e.isDirectory() && !PRIVATE.has(e.name) && !OWN.has(e.name))
    .map(e => `/${e.name}`)
  for (const dir of [...shared, '/var/tmp']) mount(dir, root + dir, null, MS.BIND | MS.REC)
  const covered = [...shared, '/var/tmp'].some(dir => `${options.repository}/`.startsWith(`${dir}/`))
  if (!covered) {
    fs.mkdirSync(root + options.repository, { recursive: true })
    mount(options.repository, root + options.repository, null, MS.BIND | MS.REC)
  }
  for (const dir of OWN) fs.mkdirSync(path.join(root, dir), { recursive: true })
  mount('proc', `${root}/proc`, 'proc', 0)
  mountSys(root)
  mount('simhost', `${root}/run`, 'tmpfs', 0, 'mode=755')
  mount('simhost', `${root}/dev`, 'tmpfs', 0, 'mode=755')
  process.chdir(root)
  pivotRootHere()
  process.chdir('/')
  fs.mkdirSync(KERNEL_DIR, { mode: 0o700 })
  mount('simhost', KERNEL_DIR, 'tmpfs', 0, 'mode=700')
  for (const dir of ['/var/run', '/var/lock']) {
    try {
      if (!fs.existsSync(dir)) fs.mkdirSync(dir, { recursive: true })
    } catch {
      // The machine has something else at that path, which stays.
    }
  }
  fs.mkdirSync('/run/lock', { mode: 0o1777, recursive: true })
}

/** Mounts a sysfs of the new network namespace, with the machine's cgroups, which conmon and podman look for. */
function mountSys(root: string): void {
  try {
    mount('sysfs', `${root}/sys`, 'sysfs', 0)
    mount('/sys/fs/cgroup', `${root}/sys/fs/cgroup`, null, MS.BIND | MS.REC)
  } catch {
    try {
      umount(`${root}/sys`, 2)
    } catch {
      // Nothing is mounted there.
    }
    mount('/sys', `${root}/sys`, null, MS.BIND | MS.REC)
  }
}
