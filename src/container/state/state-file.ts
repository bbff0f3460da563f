/** The container's state.json: read, written, and turned into what `state` prints. */

import { errnoOf, JailwrightError } from '../../errors.ts'
import { closeFile, exists, readTextFile } from '../../host/files.ts'
import { openNonBlocking } from '../../host/process/descriptors.ts'
import type { EverydayHost, ProcessInfo } from '../../host/types.ts'
import { checkId } from '../../translate/core/names.ts'
import { stageFile } from './atomic-file.ts'
import { bootOf } from './boot.ts'
import { type Layout, layout } from './paths.ts'

/** Status as the OCI state has it, and `paused` as runc has it. */
export type Status = 'creating' | 'created' | 'running' | 'paused' | 'stopped'

/** state.json. `jid` and `pid` stand at the top: hooks and scripts in the field read `.jid`. */
export interface StateFile {
  /** Jail id, 0 while there is no jail yet. */
  jid: number
  /** The first process, 0 while there is none yet. */
  pid: number
  /** Its start time: with the pid it tells our process from a later one with the same number. */
  pidStart: string
  id: string
  ociVersion: string
  /** What the last command left; `currentStatus` tells the truth of now. */
  status: Exclude<Status, 'paused'>
  paused: boolean
  /** True when there are poststart hooks: only then does `start` need the plan. */
  poststart: boolean
  /** Absolute path of the bundle directory. */
  bundle: string
  rootfs: string
  /** Full name of the jail. */
  jailName: string
  /** ISO 8601, UTC. */
  created: string
  /** The boot of the host that the container was created in (see `bootOf`); empty when it was not known. */
  boot: string
  annotations: Record<string, string>
  /** While it is being created: the `create`, for `delete --force` when that waits in a hook. */
  maker?: { pid: number; start: string }
}

/** What tells a container from a later one that was given the same id. */
export type Incarnation = Pick<StateFile, 'id' | 'pid' | 'pidStart'>

/** The state that `state` prints and hooks get on standard input (runtime-spec, state). */
export interface OciState {
  ociVersion: string
  id: string
  status: Status
  /** Left out when the container is stopped. */
  pid?: number
  bundle: string
  /** runc's additions, which callers read. */
  rootfs: string
  created: string
  owner: string
  annotations: Record<string, string>
}

const OWN_JID = 'org.freebsd.jail.jid'
const OWN_NAME = 'org.freebsd.jail.name'

/**
 * Reads a container's state; undefined when there is no such container (no state.json). A damaged file is code STATE,
 * one of another program (ocijail, whose directory we use when called by its name) code UNSUPPORTED.
 */
export function readState(files: Layout): StateFile | undefined {
  const state = readRecorded(files)
  // A `start` may have been killed (or the disk have been full) before it could write what it had done.
  return state?.status === 'created' && isUnread(files.ctl) ? { ...state, status: 'running' } : state
}

/** The same without a look at init: what the last command has written. */
function readRecorded(files: Layout): StateFile | undefined {
  let text: string
  try {
    text = readOwn(files.state)
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    // A directory, a link in a loop or a FIFO in its place.
    if (code === 'EISDIR' || code === 'ELOOP' || code === 'EAGAIN') throw damaged(files.state, error)
    throw error
  }
  try {
    const state = JSON.parse(text) as StateFile
    if (!isStateFile(state)) throw new TypeError('not the form of a state.json')
    return state
  } catch (error) {
    throw damaged(files.state, error)
  }
}

/** The error for a file of the state directory that is not what was written (code STATE). */
export function damaged(path: string, cause: unknown): JailwrightError {
  return new JailwrightError('STATE', `${path} is damaged`, {
    subject: path,
    hint: 'delete --force takes back what the container had, by its journal',
    cause,
  })
}

/** What is asked of each field before it is used; what older versions have not written is left out. */
function isStateFile(value: StateFile | null): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { jid, pid, pidStart, id, status, bundle, jailName, created, annotations, maker } = value
  for (const number of [jid, pid]) if (!Number.isInteger(number) || number < 0) return false
  for (const text of [pidStart, id, bundle, jailName, created]) if (typeof text !== 'string') return false
  if (typeof annotations !== 'object' || annotations === null) return false
  if (maker !== undefined && !(maker && Number.isInteger(maker.pid) && maker.pid > 0)) return false
  return ['creating', 'created', 'running', 'stopped'].includes(status)
}

/** True when nobody reads the FIFO: init, which waits there for `start`, has become the program or has died. */
function isUnread(fifo: string): boolean {
  try {
    // Closed at once: an init that was never told anything ends when it sees that there is no writer.
    closeFile(openNonBlocking(fifo, 'write'))
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENXIO') return true
    if (code !== 'ENOENT') throw error
  }
  return false
}

/**
 * A state file of ours. What another program has made is in no journal of ours: to remove its state would leave its jail
 * and mounts to nobody.
 */
function readOwn(path: string): string {
  const text = readTextFile(path)
  if (!text.trimEnd().endsWith('}') || text.includes('"pidStart":')) return text
  throw new JailwrightError('UNSUPPORTED', `${path} was not written by jailwright`, {
    subject: path,
    hint: 'delete this container with the program that made it',
  })
}

/** Reads a container's state or says that there is none (code NOT_FOUND; runc's phrase, podman looks for it). */
export function requireState(root: string, id: string): { files: Layout; state: StateFile } {
  // An id that could not have been created might name any directory of the host.
  checkId(id)
  const files = layout(root, id)
  const state = readState(files)
  if (!state) throw notFound(id)
  return { files, state }
}

/** The state that the last command has written, for `start`, which finds out from init itself; code NOT_FOUND too. */
export function requireRecorded(files: Layout, id: string): StateFile {
  const state = readRecorded(files)
  if (!state) throw notFound(id)
  return state
}

/**
 * The paths of a container that is there, without a look at its state: what a command asks before it takes the lock,
 * whose file it would otherwise leave behind. Code NOT_FOUND when there is none.
 */
export function requireContainer(root: string, id: string): Layout {
  checkId(id)
  const files = layout(root, id)
  // It may be there and hidden from this user: only opening it tells.
  if (!exists(files.state) && !readRecorded(files)) throw notFound(id)
  return files
}

/** The error for a container that is not there. */
export function notFound(id: string): JailwrightError {
  return new JailwrightError('NOT_FOUND', `container "${id}" does not exist`, { subject: id })
}

/** Writes state.json by rename. */
export function writeState(files: Layout, state: StateFile): void {
  stageState(files, state)()
}

/** Writes the new state beside the old one; the function that is given puts it in its place. */
export function stageState(files: Layout, state: StateFile): () => void {
  return stageFile(files.state, `${JSON.stringify(state)}\n`, 0o644)
}

/** Where a process is looked up: the kernel, or what it said of many at once. */
type LookUp = (pid: number) => ProcessInfo | undefined

/** True when the container's first process is alive and is the one that we started. */
export function isAlive(
  host: EverydayHost,
  state: StateFile,
  lookUp: LookUp = host.kernel.processInfo,
): boolean {
  if (state.pid === 0) return false
  const now = lookUp(state.pid)
  return now !== undefined && !now.zombie && now.start === state.pidStart
}

/**
 * True for a container of before the host's restart: its jail and process are gone, its files may be left. An earlier
 * version has written kern.boottime, which moves with the clock (sys/kern/kern_tc.c, tc_setclock): the boot alone is no
 * proof.
 */
export function isOfEarlierBoot(host: EverydayHost, state: StateFile): boolean {
  const now = bootOf(host)
  if (state.boot === '' || now === undefined || state.boot === now) return false
  return host.kernel.jailId(state.jailName) !== state.jid && !isAlive(host, state)
}

/** The status of this moment. A container whose `create` is still under way, or died in the middle, is `creating`. */
export function currentStatus(host: EverydayHost, state: StateFile, lookUp?: LookUp): Status {
  if (state.status === 'stopped') return 'stopped'
  if (state.status === 'creating') return 'creating'
  if (!isAlive(host, state, lookUp)) return 'stopped'
  return state.paused && state.status === 'running' ? 'paused' : state.status
}

/** The state in the form of the specification; the jid is a string annotation, as ocijail has it. */
export function ociState(state: StateFile, status: Status): OciState {
  return {
    ociVersion: state.ociVersion,
    id: state.id,
    status,
    ...(status === 'stopped' ? {} : { pid: state.pid }),
    bundle: state.bundle,
    rootfs: state.rootfs,
    created: state.created,
    owner: '',
    annotations: {
      ...state.annotations,
      ...(state.jid > 0 ? { [OWN_JID]: String(state.jid), [OWN_NAME]: state.jailName } : {}),
    },
  }
}
