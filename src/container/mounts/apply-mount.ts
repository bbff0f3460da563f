/** Performs one mount step of the plan. A hostile root cannot lead the mount out of the container. */

import { encode } from '../../bytes.ts'
import { JailwrightError, SyscallError } from '../../errors.ts'
import { exists, statusOf, statusOfDescriptor, writeTextFile } from '../../host/files.ts'
import type { BeneathTarget, Host } from '../../host/types.ts'
import { dirname, join, relative } from '../../paths.ts'
import type { MountStep } from '../../translate/core/plan.ts'
import { splitOptions } from '../../translate/mounts/tmpfs-late-options.ts'
import { effect } from '../journal/effect.ts'
import type { Journal } from '../journal/journal.ts'
import { mountBelow } from './below-source.ts'
import { giveRoot, restoreTree, saveTree } from './copy-up.ts'
import { makeWay, unshareFile } from './file.ts'
import { ChangedUnderway, changed, mountHeld, mountLanding } from './landing.ts'
import { lookUp, type Roots } from './mount-point.ts'
import { makeInside } from './nested-mount-points.ts'
import { isLent } from './owners.ts'
import { acceptsChanges, readonlyStep, requireMountable } from './read-only-path.ts'
import { isSameObject, refuseItself, refuseLent } from './same-object.ts'

/** Throws the error of a mount with the property, the source and the destination. */
function explain(error: unknown, step: MountStep): never {
  if (error instanceof SyscallError) {
    const missing = error.errno === 'ENOENT' && ['nullfs', 'zfs'].includes(step.fstype)
    throw new JailwrightError(
      'HOST',
      `${step.origin}: mount ${step.source} (${step.fstype}) on ${step.destination}: ${error.message}`,
      { subject: step.origin, cause: error, ...(missing ? { hint: `does ${step.source} exist?` } : {}) },
    )
  }
  throw error
}

/** File systems whose root vnode shares its lock with the vnode below it (see same-object.ts). */
const COVERS_ITSELF = new Set(['nullfs', 'unionfs'])

/** How often a mount is tried when somebody changes its path meanwhile. */
const ATTEMPTS = 5

/**
 * Performs one mount step under the journal: exactly where its path was resolved, or nowhere.
 * @throws JailwrightError HOST or CONFIG with the property of the step.
 */
export function applyMount(host: Host, journal: Journal, planned: MountStep, roots: Roots): void {
  for (let attempt = 1; ; attempt++) {
    try {
      tryMount(host, journal, planned, roots)
      return
    } catch (error) {
      if (!(error instanceof ChangedUnderway) || attempt === ATTEMPTS) throw error
    }
  }
}

function tryMount(host: Host, journal: Journal, planned: MountStep, roots: Roots): void {
  checkSource(planned)
  if (planned.below !== undefined) {
    try {
      mountBelow(host, journal, { ...planned, below: planned.below }, roots)
    } catch (error) {
      explain(error, planned)
    }
    return
  }
  const there = lookUp(host, journal, planned, roots)
  const way = there && makeWay(host, journal, planned, there, roots)
  if (!way) return
  const { step } = way
  let { target } = way
  let resolved = step
  try {
    if (!step.onlyIfExists) checkTarget(step, target, roots)
    const found = resolveStep(host, step, target, roots)
    if (found === undefined) return
    resolved = found
    if (target.kind === 'file' && resolved.fstype === 'nullfs' && statusOfDescriptor(target.fd).nlink > 1) {
      unshareFile(host, journal, target, roots)
      const path = `/${relative(roots.mountRoot, target.path)}`
      const fresh = host.process.openBeneath(roots.mountRoot, path, {})
      if (!fresh) throw new JailwrightError('HOST', `${step.origin}: ${path}: no such file`)
      host.process.close(target.fd)
      target = fresh
    }
    if (COVERS_ITSELF.has(resolved.fstype) && isSameObject(host, resolved.source, target)) {
      // A writable mount of an object on itself without options would show what is there already.
      if (resolved.options.length === 0 && acceptsChanges(host, target, roots)) {
        if (isLent(host, journal, target.path, roots.mountRoot)) refuseLent(resolved)
        return
      }
      refuseItself(resolved, target)
    }
    mountOn(host, journal, resolved, target, roots)
  } catch (error) {
    explain(error, resolved)
  } finally {
    host.process.close(target.fd)
  }
}

/**
 * Fills in placeholders, and turns a masked or read-only path into the mount that suits the object found. Returns
 * undefined when nothing needs to be mounted.
 */
function resolveStep(
  host: Host,
  step: MountStep,
  target: BeneathTarget,
  roots: Roots,
): MountStep | undefined {
  if (step.readonlyCopy) return readonlyStep(host, step, target, roots)
  if (step.source === '%{empty}' || (step.mask && target.kind !== 'dir')) {
    if (step.mask) requireMountable(step, target)
    if (!exists(roots.empty)) writeTextFile(roots.empty, '', 0o444)
    return { ...step, fstype: 'nullfs', source: roots.empty, options: [['ro', undefined]] }
  }
  return step
}

/** Reports a missing source of a nullfs by name before anything is done (as ocijail issue 18 asks). */
function checkSource(step: MountStep): void {
  if (step.fstype !== 'nullfs' || step.source.startsWith('%{')) return
  if (statusOf(step.source)) return
  throw new JailwrightError('HOST', `${step.origin}.source: ${step.source}: no such file or directory`, {
    subject: `${step.origin}.source`,
  })
}

/** The kernel records the mount point in this many bytes, a NUL included (MNAMELEN in sys/sys/mount.h, vfs_domount). */
const PATH_LIMIT = 1024

function checkTarget(step: MountStep, target: BeneathTarget, roots: Roots): void {
  const asked = `${roots.mountRoot}${step.destination}`
  const special = /^\/(dev|proc|sys)$/.test(step.destination)
  // A root whose /dev is a link would lead device nodes elsewhere (CVE-2026-41579, CVE-2019-19921).
  if (special && target.path !== asked) {
    throw new JailwrightError(
      'CONFIG',
      `${step.origin}.destination: ${step.destination} is a symbolic link in the root`,
    )
  }
  if (encode(target.path).length >= PATH_LIMIT) {
    throw new JailwrightError(
      'CONFIG',
      `${step.origin}.destination: its path on the host is longer than ${PATH_LIMIT - 1} bytes, which no mount can have`,
    )
  }
  if (step.target === 'dir' && target.kind !== 'dir') {
    throw new JailwrightError('CONFIG', `${step.origin}.destination: ${step.destination}: not a directory`)
  }
  if (step.target === 'file' && target.kind === 'dir') {
    throw new JailwrightError('CONFIG', `${step.origin}.destination: ${step.destination}: is a directory`)
  }
  if (step.target === 'file') requireMountable(step, target)
}

function mountOn(host: Host, journal: Journal, step: MountStep, target: BeneathTarget, roots: Roots): void {
  const fills = step.copyUp || (step.fstype === 'tmpfs' && step.inside !== undefined)
  const late = fills ? splitOptions(step.options) : undefined
  const saved =
    late &&
    step.copyUp &&
    effect(`save ${target.path}`, () =>
      saveTree(host, target.fd, join(dirname(roots.empty), 'copy-up'), {
        size: late.size,
        property: step.origin,
        readonlyPath: step.readonlyCopy ?? false,
      }),
    )
  mountLanding(host, journal, step, target, late?.early ?? step.options, roots)
  if (late) {
    const filled = mountedRoot(host, step, target, roots)
    try {
      if (saved) effect(`copy up ${target.path}`, () => restoreTree(host, saved, filled.fd, late))
      else giveRoot(host, filled.fd, late)
      makeInside(host, journal, step, roots)
      if (late.update) mountHeld(host, step, filled, late.update, roots)
    } finally {
      host.process.close(filled.fd)
    }
  }
}

/**
 * Opens the root of the file system that was just mounted on `target`, never an object that somebody put at the path
 * since.
 */
function mountedRoot(host: Host, step: MountStep, target: BeneathTarget, roots: Roots): BeneathTarget {
  const found = host.process.openBeneath(roots.mountRoot, step.destination, {})
  if (found?.path === target.path && statusOfDescriptor(found.fd).dev !== statusOfDescriptor(target.fd).dev)
    return found
  if (found) host.process.close(found.fd)
  throw changed(step, target)
}
