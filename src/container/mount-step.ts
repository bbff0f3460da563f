/** One mount of the plan, done on a destination that a hostile root cannot lead out of the container. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { JailwrightError, SyscallError } from '../errors.ts'
import type { BeneathTarget, Host, MountOption } from '../host/types.ts'
import type { MountStep } from '../translate/plan.ts'
import { restoreTree, saveTree } from './copy-up.ts'
import { effect } from './crash.ts'
import type { Journal } from './journal.ts'
import { mountSocket } from './socket-mount.ts'

/** Where mounts go. */
export interface Roots {
  /** What the jail sees as `/`. */
  mountRoot: string
  /** The root filesystem below a read-only alias; the same as `mountRoot` without one. */
  realRoot: string
  /** An empty file of ours, which is what a masked file shows; made when it is needed. */
  empty: string
}

/** Finds or makes the mount point; undefined for an optional one that is not there. */
function findTarget(host: Host, journal: Journal, step: MountStep, roots: Roots): BeneathTarget | undefined {
  const found = host.process.openBeneath(roots.mountRoot, step.destination, {})
  if (found || step.onlyIfExists) return found
  const missing = missingParents(host, roots.mountRoot, step.destination)
  const existing = dirname(missing[0] ?? step.destination)
  makeTarget(host, journal, step, missing, writableRoot(host, roots, existing))
  const made = host.process.openBeneath(roots.mountRoot, step.destination, {})
  if (made) return made
  throw new JailwrightError('HOST', `${step.origin}: cannot make ${step.destination} in the root filesystem`)
}

/** Makes a missing mount point and its missing parents in `root`, each under its undo. */
function makeTarget(
  host: Host,
  journal: Journal,
  step: MountStep,
  parents: readonly string[],
  root: string,
): void {
  const kind = step.target === 'dir' ? 'dir' : 'file'
  const make = (path: string, create: 'dir' | 'file', mode: number) => {
    const made = host.process.openBeneath(root, path, { create, mode })
    if (made) host.process.close(made.fd)
  }
  for (const path of parents) {
    journal.perform(`mkdir ${path}`, { op: 'rmdir', root, path }, () => make(path, 'dir', 0o755))
  }
  const path = step.destination
  const usual = kind === 'dir' ? 0o755 : 0o644
  const mode = step.createMode === undefined ? usual : Number.parseInt(step.createMode, 8)
  const undo =
    kind === 'dir' ? ({ op: 'rmdir', root, path } as const) : ({ op: 'unlink', root, path } as const)
  journal.perform(`make ${path}`, undo, () => make(path, kind, mode))
}

/** Parents of `destination` that do not exist yet, outermost first. */
function missingParents(host: Host, root: string, destination: string): string[] {
  const missing: string[] = []
  for (let parent = dirname(destination); parent !== '/'; parent = dirname(parent)) {
    const found = host.process.openBeneath(root, parent, {})
    if (found) {
      host.process.close(found.fd)
      break
    }
    missing.unshift(parent)
  }
  return missing
}

/** Errors of mounting, with the property and what was mounted where. */
function explain(error: unknown, step: MountStep): never {
  if (error instanceof SyscallError) {
    const missing = error.errno === 'ENOENT' && step.fstype === 'nullfs'
    throw new JailwrightError(
      'HOST',
      `${step.origin}: mount ${step.source} (${step.fstype}) on ${step.destination}: ${error.message}`,
      { subject: step.origin, cause: error, ...(missing ? { hint: `does ${step.source} exist?` } : {}) },
    )
  }
  throw error
}

/** Does one mount step under the journal. */
export function applyMount(host: Host, journal: Journal, step: MountStep, roots: Roots): void {
  if (step.target === 'socket') {
    mountSocket(host, journal, step, roots)
    return
  }
  checkSource(step)
  let target = findTarget(host, journal, step, roots)
  if (!target) return
  try {
    const resolved = resolveStep(step, target, roots)
    if (!step.onlyIfExists) checkTarget(step, target, roots)
    if (target.kind === 'file' && resolved.fstype === 'nullfs' && lstatSync(target.path).nlink > 1) {
      const fresh = unshareFile(host, journal, step, target, roots)
      host.process.close(target.fd)
      target = fresh
    }
    mountOn(host, journal, resolved, target, roots)
    // The source was given by path: it must have led to the object that was found.
    if (step.source === '%{target}') {
      const seen = host.process.openBeneath(roots.mountRoot, step.destination, {})
      const same = seen && fstatSync(seen.fd).ino === fstatSync(target.fd).ino
      if (seen) host.process.close(seen.fd)
      if (!same) throw changed(step, target)
    }
  } catch (error) {
    explain(error, step)
  } finally {
    host.process.close(target.fd)
  }
}

/** Masked and read-only paths become what they are on the object that was found. */
function resolveStep(step: MountStep, target: BeneathTarget, roots: Roots): MountStep {
  if (step.mask && target.kind !== 'dir') {
    if (!existsSync(roots.empty)) writeFileSync(roots.empty, '', { mode: 0o444 })
    return { ...step, fstype: 'nullfs', source: roots.empty, options: [['ro', undefined]] }
  }
  return step.source === '%{target}' ? { ...step, source: target.path } : step
}

/** The source of a nullfs must exist: said with its name before anything is done (ocijail#18). */
function checkSource(step: MountStep): void {
  if (step.fstype !== 'nullfs' || step.source.startsWith('%{')) return
  if (statSync(step.source, { throwIfNoEntry: false })) return
  throw new JailwrightError('HOST', `${step.origin}.source: ${step.source}: no such file or directory`, {
    subject: `${step.origin}.source`,
  })
}

function checkTarget(step: MountStep, target: BeneathTarget, roots: Roots): void {
  const asked = `${roots.mountRoot}${step.destination}`
  const special = /^\/(dev|proc|sys)$/.test(step.destination)
  // A root that ships /dev as a link would lead device nodes elsewhere (CVE-2026-41579, CVE-2019-19921).
  if (special && target.path !== asked) {
    throw new JailwrightError(
      'CONFIG',
      `${step.origin}.destination: ${step.destination} is a symbolic link in the root`,
    )
  }
  if (step.target === 'dir' && target.kind !== 'dir') {
    throw new JailwrightError('CONFIG', `${step.origin}.destination: ${step.destination}: not a directory`)
  }
  if (step.target === 'file' && target.kind === 'dir') {
    throw new JailwrightError('CONFIG', `${step.origin}.destination: ${step.destination}: is a directory`)
  }
}

/**
 * nullfs mounts on a file only when it has a single hard link (mounts.md section 3); an image's file with more is put
 * aside for the container's life and stands there again at delete.
 */
function unshareFile(
  host: Host,
  journal: Journal,
  step: MountStep,
  target: BeneathTarget,
  roots: Roots,
): BeneathTarget {
  const path = `/${relative(roots.mountRoot, target.path)}`
  const aside = `.${basename(path)}.jailwright`
  const root = writableRoot(host, roots, dirname(path))
  journal.perform(`put aside ${path}`, { op: 'put-back', root, path, aside }, () =>
    inParent(host, root, path, () => putAside(basename(path), aside)),
  )
  const fresh = host.process.openBeneath(roots.mountRoot, path, {})
  if (!fresh) throw new JailwrightError('HOST', `${step.destination}: no such file`)
  return fresh
}

/** Which root to change a directory's entries in: below a read-only root, the root filesystem itself. */
export function writableRoot(host: Host, roots: Roots, directory: string): string {
  const parent = host.process.openBeneath(roots.mountRoot, directory, {})
  return parent && inDirectory(host, parent, isWritable) ? roots.mountRoot : roots.realRoot
}

/** Whether the working directory's file system takes changes (access(2): EROFS). */
function isWritable(): boolean {
  try {
    accessSync('.', constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** Runs an action in the directory that holds `path`, found beneath `root`. */
export function inParent<T>(host: Host, root: string, path: string, action: () => T): T {
  const parent = host.process.openBeneath(root, dirname(path), {})
  if (!parent) throw new JailwrightError('HOST', `${dirname(path)}: no such directory`)
  return inDirectory(host, parent, action)
}

/** Runs an action with a held directory as working directory, so that no path is walked again. */
export function inDirectory<T>(host: Host, directory: BeneathTarget, action: () => T): T {
  host.process.fchdir(directory.fd)
  try {
    return action()
  } finally {
    process.chdir('/')
    host.process.close(directory.fd)
  }
}

/**
 * By rename(2), which takes the name as it is: link(2) on FreeBSD would follow a link that somebody has put there
 * meanwhile, and give the container a name of a file of the host.
 */
function putAside(name: string, aside: string): void {
  renameSync(name, aside)
  closeSync(openSync(name, 'wx', 0o644))
}

function mountOn(host: Host, journal: Journal, step: MountStep, target: BeneathTarget, roots: Roots): void {
  const late = step.copyUp ? splitForCopyUp(step.options) : undefined
  const saved =
    late &&
    effect(`save ${target.path}`, () => saveTree(host, target.fd, join(dirname(roots.empty), 'copy-up')))
  const undo = {
    op: 'unmount',
    path: target.path,
    fstype: step.fstype,
    from: step.source,
    before: host.kernel.mountAt(target.path)?.fsid,
  } as const
  journal.perform(
    `mount ${step.fstype} ${target.path}`,
    undo,
    () => {
      nmountOn(host, step, target, late?.early ?? step.options)
      const made = host.kernel.mountAt(target.path)
      if (!made || made.fsid === undo.before) {
        unmountMisled(host, step, roots)
        throw new JailwrightError('HOST', `${step.origin}: the mount did not land on ${target.path}`)
      }
      return made.fsid
    },
    fsid => ({ fsid }),
  )
  if (late && saved) {
    const filled = mountedRoot(host, step, target, roots)
    try {
      effect(`copy up ${target.path}`, () => restoreTree(host, saved, filled.fd, late))
      if (late.readOnly)
        nmountOn(host, step, filled, [
          ['update', undefined],
          ['ro', undefined],
        ])
    } finally {
      host.process.close(filled.fd)
    }
  }
}

/**
 * A path of a shared volume was changed between look and mount: what has just been mounted elsewhere is taken away again,
 * wherever that is (a file is mounted by its path, and a link there would be followed).
 */
function unmountMisled(host: Host, step: MountStep, roots: Roots): void {
  const last = host.kernel
    .mounts()
    .findLast(({ fstype, from }) => fstype === step.fstype && from === step.source)
  if (!last || (last.fstype !== 'nullfs' && !last.on.startsWith(`${roots.mountRoot}/`))) return
  host.kernel.unmount(last.on, { force: true, fsid: last.fsid })
}

/** The root of what has just been mounted on `target`; never what somebody has put in the path's place meanwhile. */
function mountedRoot(host: Host, step: MountStep, target: BeneathTarget, roots: Roots): BeneathTarget {
  const found = host.process.openBeneath(roots.mountRoot, step.destination, {})
  if (found?.path === target.path && fstatSync(found.fd).dev !== fstatSync(target.fd).dev) return found
  if (found) host.process.close(found.fd)
  throw changed(step, target)
}

function changed(step: MountStep, target: BeneathTarget): JailwrightError {
  return new JailwrightError('HOST', `${step.origin}: ${target.path} was changed while it was being mounted`)
}

/** nmount(2) on the held object: relative to it for a directory, to its parent for a file, so that no link is followed. */
function nmountOn(host: Host, step: MountStep, target: BeneathTarget, options: readonly MountOption[]): void {
  const place = (fspath: string): MountOption[] => [
    ['fstype', step.fstype],
    ['fspath', fspath],
    ['from', step.source],
    ...options,
  ]
  if (target.kind !== 'dir') {
    host.kernel.nmount(place(target.path))
    return
  }
  host.process.fchdir(target.fd)
  try {
    host.kernel.nmount(place('.'))
  } catch (error) {
    // A kernel that cannot name the working directory (its name cache may have lost it, vn_fullpath(9)) gets the path;
    // where that led is looked at afterwards in either case.
    if (!(error instanceof SyscallError && NO_NAME.has(error.errno))) throw error
    host.kernel.nmount(place(target.path))
  } finally {
    process.chdir('/')
  }
}

/** What nmount(2) may say of `.` when it finds no path for it; a missing source says ENOENT too, and says so again. */
const NO_NAME = new Set(['ENOENT', 'ENODEV', 'EINVAL'])

/** Options of a tmpfs that is filled first: owner and mode are set by hand, so that `ro` can be added afterwards. */
export interface CopyUpOptions {
  early: readonly MountOption[]
  mode: number | undefined
  uid: number | undefined
  gid: number | undefined
  readOnly: boolean
}

function splitForCopyUp(options: readonly MountOption[]): CopyUpOptions {
  const value = (name: string) => options.find(option => option[0] === name)?.[1]
  const number = (text: string | undefined, base: number) =>
    text === undefined ? undefined : Number.parseInt(text, base)
  const readOnly = options.some(([name]) => name === 'ro')
  // An update to read-only refuses what it finds of these (tmpfs_vfsops.c, tmpfs_updateopts): limits of what is written.
  const late = ['mode', 'uid', 'gid', 'ro', ...(readOnly ? ['inodes', 'maxfilesize'] : [])]
  return {
    early: options.filter(([name]) => !late.includes(name)),
    mode: number(value('mode'), 8),
    uid: number(value('uid'), 10),
    gid: number(value('gid'), 10),
    readOnly,
  }
}
