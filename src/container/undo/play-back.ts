/** Takes effects back. Each undo is harmless when its effect never happened, and reports what it could not do. */

import type { Log } from '../../context.ts'
import { errnoOf, JailwrightError, SyscallError } from '../../errors.ts'
import { closeFile, realPath, removeDirectory, renameFile } from '../../host/files.ts'
import type { Host } from '../../host/types.ts'
import { waitUntil } from '../../host/wait.ts'
import { basename } from '../../paths.ts'
import { releaseRuleset } from '../jail/devfs-rulesets.ts'
import { lowerChildren } from '../jail/parent-jail.ts'
import { effect } from '../journal/effect.ts'
import type { Entry, Journal, Undo } from '../journal/journal.ts'
import { isOfName, outlivesReboot } from '../journal/undo.ts'
import { inDirectory } from '../mounts/mount-point.ts'
import { entriesOfOthers } from '../mounts/owners.ts'
import { BUSY_PATIENCE, isCovered, newestMounts, type Patience, unmount } from '../mounts/unmount.ts'
import { END_PATIENCE, killProcess } from '../process/kill-process.ts'
import { removePidFile } from '../process/pid-file.ts'
import { isEarlierBoot } from '../state/boot.ts'
import { openHolder, removeBeneath, removeQuietly, Trail } from './remove-beneath.ts'
import { runUndo } from './run-undo.ts'
import { unmountStrays } from './stray-mounts.ts'

/** The options of playing a journal back. */
export interface PlayBackOptions {
  /** Undos that a damaged journal lacks; they are done before the journal's own. */
  lost?: readonly Entry[]
  /** With it, a failure inside the container's root becomes a warning after a second try, and the undo is given up. */
  force?: boolean
  /** True when the pid file is to stay. */
  keepPidFile?: boolean
  log?: Pick<Log, 'debug' | 'warn'>
}

/**
 * Plays a journal back, newest entry first. A failure prevents no undos but those of mounts and names in which something is
 * left; all failures are returned, and the entries that were not taken back stay in the journal for the next try.
 */
export function playBack(
  host: Host,
  journal: Journal,
  { lost = [], force = false, keepPidFile = false, log }: PlayBackOptions = {},
): JailwrightError[] {
  const failures: JailwrightError[] = []
  const rebooted = isEarlierBoot(host, journal.boot())
  const pending = [...lost, ...journal.pending()]
  const mounts = newestMounts(pending)
  let others: Entry[] | undefined
  const left: Place[] = []
  const tools: UndoTools = {
    host,
    patience: { left: BUSY_PATIENCE, gone: undefined },
    pending,
    others: () => (others ??= entriesOfOthers(journal.directory)),
    trail: new Trail(host),
    log,
  }
  for (const entry of pending) {
    // An effect that the restart has undone is skipped, because an object of the same name belongs to somebody else
    // now.
    if (rebooted && !outlivesReboot(entry.undo)) continue
    if (keepPidFile && entry.undo.op === 'pid-file') continue
    const { op } = entry.undo
    const place = placeOf(entry.undo)
    // Without this mount or name the next try could not find what is left in it.
    if (place !== undefined && left.some(each => holds(place, each))) continue
    const giveUp = (error: unknown) => force && isOfName(entry.undo) && !SHORTAGES.has(errnoOf(error) ?? '')
    const undo = () => {
      if (!isCovered(host, entry, mounts)) effect(`undo ${op}`, () => takeBack(tools, entry))
    }
    let error = failureOf(undo)
    // What keeps it from being done for a moment only costs the image no file.
    if (error !== undefined && giveUp(error)) error = failureOf(undo)
    if (error !== undefined && !giveUp(error)) {
      failures.push(asFailure(error, op))
      if (place !== undefined) left.push(place)
      continue
    }
    if (error !== undefined) log?.warn(`${asFailure(error, op).message}: given up`)
    try {
      if (!lost.includes(entry)) journal.undone(entry.n)
    } catch {
      // The disk is full. Without the mark the undo is done once more, which is harmless.
    }
  }
  tools.trail.close()
  return failures
}

/** The place of a mount or of a name of the image. */
interface Place {
  /** Its path on the host. */
  path: string
  /** Its path in the container, which has two roots when the root is read-only: a mount, and what the mount shows. */
  inside: string | undefined
}

/** The place of what an undo takes back; undefined for what is neither a mount nor a name of the image. */
function placeOf(undo: Undo): Place | undefined {
  if (undo.op === 'unmount') {
    const { path, root } = undo
    return {
      path,
      inside: root !== undefined && path.startsWith(`${root}/`) ? path.slice(root.length) : undefined,
    }
  }
  return isOfName(undo) ? { path: `${undo.root}${undo.path}`, inside: undo.path } : undefined
}

/** True when the second place is the first one or below it. */
function holds(outer: Place, inner: Place): boolean {
  const isWithin = (path: string | undefined, above: string | undefined) =>
    path !== undefined && above !== undefined && (path === above || path.startsWith(`${above}/`))
  return isWithin(inner.path, outer.path) || isWithin(inner.inside, outer.inside)
}

/** What an undo may use. */
interface UndoTools {
  host: Host
  patience: Patience
  /** All entries that are played back. */
  pending: readonly Entry[]
  /** Returns the entries of the other containers' journals. */
  others: () => readonly Entry[]
  /** The directories of the root that the last removals went through. */
  trail: Trail
  log: PlayBackOptions['log']
}

/** Errors that mean a passing shortage of this process or of the host; an undo is not given up for them. */
const SHORTAGES = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EINTR'])

/** What an action throws; undefined when it succeeds. */
function failureOf(action: () => void): unknown {
  try {
    action()
    return undefined
  } catch (error) {
    return error
  }
}

function asFailure(error: unknown, op: string): JailwrightError {
  if (error instanceof JailwrightError) return error
  return new JailwrightError('HOST', `undo ${op}: ${(error as Error).message}`, { cause: error })
}

function takeBack(tools: UndoTools, { undo, done }: Entry): void {
  const { host, patience, pending, others, trail, log } = tools
  // An open directory would keep its file system busy.
  if (!isOfName(undo)) trail.close()
  switch (undo.op) {
    case 'unmount':
      unmount(host, undo, done?.fsid, patience, () => [...others(), ...pending.filter(each => each.done)])
      break
    case 'rmdir':
      removeBeneath(host, trail, undo.root, undo.path, 'dir')
      break
    case 'unlink':
      removeBeneath(host, trail, undo.root, undo.path, 'file', undo.link)
      break
    case 'put-back':
      putBack(host, undo)
      break
    case 'jail':
      removeJail(host, undo, done?.jid)
      patience.gone = undo.path
      unmountStrays(host, undo, pending, others, log)
      break
    case 'run':
      for (const call of undo.calls) runUndo(host, call)
      break
    case 'ruleset':
      releaseRuleset(host, undo.number, undo.marker)
      break
    case 'init-gone':
      awaitInitGone(host, undo.ctl)
      break
    case 'kill':
      killProcess(host, undo.pid, undo.start, undo.group)
      break
    case 'children':
      lowerChildren(host, undo, done !== undefined)
      break
    case 'pid-file':
      removeQuietly(() => removePidFile(host, undo.path, undo.pid))
      break
    case 'host-rmdir':
      removeQuietly(() => removeDirectory(undo.path))
  }
}

/** Gives a file of the image its name back. A failure is an error, because the file would be lost. */
function putBack(host: Host, { root, path, aside }: Extract<Undo, { op: 'put-back' }>): void {
  const holder = openHolder(host, root, path)
  if (!holder) return
  inDirectory(host, holder, () => {
    try {
      renameFile(aside, basename(path))
    } catch (error) {
      const errno = errnoOf(error)
      if (errno === 'ENOENT') return
      throw new JailwrightError('HOST', `put ${aside} back as ${path} in ${root}: ${errno}`, {
        subject: path,
        cause: error,
        hint: 'delete --force gives it up',
      })
    }
  })
}

/** Removes a jail with all its processes, and waits until it is gone. */
function removeJail(
  host: Host,
  { name, path }: { name: string; path: string },
  jid: number | undefined,
): void {
  const id = host.kernel.jailId(name)
  if (id === undefined || (jid !== undefined && id !== jid)) return
  // After a restart, or when somebody else was faster than `create`, the name or the number may belong to another jail.
  if (!isSamePath(host.kernel.jailParams(id, ['path'])?.path, path)) return
  const processes = host.kernel.jailProcesses(id)
  try {
    host.kernel.jailRemove(id)
  } catch (error) {
    if (!(error instanceof SyscallError && error.errno === 'EINVAL')) throw error
  }
  const gone = waitUntil(
    () =>
      host.kernel.jailId(name) !== id &&
      processes.every(pid => {
        const now = host.kernel.processInfo(pid)
        return now === undefined || now.zombie || now.jid !== id
      }),
    END_PATIENCE,
  )
  if (!gone) throw new JailwrightError('HOST', `jail ${name}: it is still there after jail_remove(2)`)
}

/**
 * Compares the root of a jail with a path. The kernel reports the root as a real path, whatever path jail(8) was given.
 */
function isSamePath(found: string | undefined, path: string): boolean {
  if (found === undefined || found === path) return true
  try {
    return realPath(found) === realPath(path)
  } catch {
    return false
  }
}

/**
 * Waits until init is gone. init holds the only reader of `ctl`, so a writer gets ENXIO when init has died or has
 * become the program. Reading `result` until its end does not serve: on FreeBSD the first reader of a FIFO without a
 * writer gets EAGAIN instead of end of file (fifo_open in sys/fs/fifofs/fifo_vnops.c clears PIPE_EOF).
 */
function awaitInitGone(host: Host, ctl: string): void {
  const gone = () => {
    try {
      // The descriptor is closed at once, because an init that was told nothing ends when it sees that there is no
      // writer.
      closeFile(host.process.openNonBlocking(ctl, 'write'))
      return false
    } catch (error) {
      const code = errnoOf(error)
      if (code === 'ENXIO' || code === 'ENOENT') return true
      throw error
    }
  }
  if (!waitUntil(gone, END_PATIENCE)) throw new JailwrightError('HOST', 'the init process does not end')
}
