/** The container's state.json: reading, writing, and the form in which `state` prints it. */

import { errnoOf, JailwrightError } from '../../errors.ts'
import { closeFile, exists, readTextFile } from '../../host/files.ts'
import { openNonBlocking } from '../../host/process/descriptors.ts'
import type { EverydayHost, ProcessInfo } from '../../host/types.ts'
import { checkId } from '../../translate/core/names.ts'
import { stageFile } from './atomic-file.ts'
import { bootOf } from './boot.ts'
import { type Layout, layout } from './paths.ts'

/** A status of the OCI specification, or `paused`, which runc has too. */
export type Status = 'creating' | 'created' | 'running' | 'paused' | 'stopped'

/** The content of state.json. `jid` and `pid` are at the top level because hooks and scripts of users read `.jid`. */
export interface StateFile {
  /** The jail's id; 0 while there is no jail. */
  jid: number
  /** The pid of the first process; 0 while there is none. */
  pid: number
  /** The start time of the first process, which distinguishes it from a later process with the same pid. */
  pidStart: string
  id: string
  ociVersion: string
  /** The status that the last command recorded; `currentStatus` returns the present one. */
  status: Exclude<Status, 'paused'>
  paused: boolean
  /** True when there are poststart hooks. `start` reads the plan only then. */
  poststart: boolean
  /** Absolute path of the bundle directory. */
  bundle: string
  rootfs: string
  /** Full name of the jail. */
  jailName: string
  /** ISO 8601, UTC. */
  created: string
  /** The boot of the host in which the container was created (see `bootOf`); empty when it was not known. */
  boot: string
  annotations: Record<string, string>
  /** The process of `create` while the container is being created; `delete --force` ends it when it waits in a hook. */
  maker?: { pid: number; start: string }
}

/** The facts that distinguish a container from a later one with the same id. */
export type Incarnation = Pick<StateFile, 'id' | 'pid' | 'pidStart'>

/** The state that `state` prints and that hooks get on standard input (runtime.md, State). */
export interface OciState {
  ociVersion: string
  id: string
  status: Status
  /** Absent when the container is stopped. */
  pid?: number
  bundle: string
  /** The following properties are runc's additions, which callers read. */
  rootfs: string
  created: string
  owner: string
  annotations: Record<string, string>
}

const OWN_JID = 'org.freebsd.jail.jid'
const OWN_NAME = 'org.freebsd.jail.name'

/**
 * Reads a container's state; undefined when there is no state.json.
 * @throws JailwrightError STATE for a damaged file, UNSUPPORTED for a file of another program (ocijail, whose directory
 * jailwright uses when it is called by that name).
 */
export function readState(files: Layout): StateFile | undefined {
  const state = readRecorded(files)
  // A `start` may have been killed, or have met a full disk, before it could record what it did.
  return state?.status === 'created' && isUnread(files.ctl) ? { ...state, status: 'running' } : state
}

/** Reads the state that the last command recorded, without asking init. */
function readRecorded(files: Layout): StateFile | undefined {
  let text: string
  try {
    text = readOwn(files)
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    // A directory, a link in a loop or a FIFO has the name of the file.
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

/**
 * Returns the error for a file of the state directory that does not have the form in which it was written (code STATE).
 */
export function damaged(path: string, cause: unknown): JailwrightError {
  return new JailwrightError('STATE', `${path} is damaged`, {
    subject: path,
    hint: 'delete --force takes back what the container had, by its journal',
    cause,
  })
}

/** Checks each field that is used later. Fields that older versions did not write are not checked. */
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
    // The descriptor is closed at once, because an init that was told nothing ends when it sees that there is no
    // writer.
    closeFile(openNonBlocking(fifo, 'write'))
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENXIO') return true
    if (code !== 'ENOENT') throw error
  }
  return false
}

/**
 * Reads a state file and refuses one of another program. No journal of ours records the jail and mounts of another
 * program, so if its state were removed, nobody could remove them. Beside a journal of ours it is a damaged one.
 */
function readOwn({ state: path, journal }: Layout): string {
  const text = readTextFile(path)
  if (!text.trimEnd().endsWith('}') || text.includes('"pidStart":') || exists(journal)) return text
  throw new JailwrightError('UNSUPPORTED', `${path} was not written by jailwright`, {
    subject: path,
    hint: 'delete this container with the program that made it',
  })
}

/**
 * Reads a container's state.
 * @throws JailwrightError NOT_FOUND when there is no such container, in runc's words, which podman looks for.
 */
export function requireState(root: string, id: string): { files: Layout; state: StateFile } {
  // An unchecked id could name any directory of the host.
  checkId(id)
  const files = layout(root, id)
  const state = readState(files)
  if (!state) throw notFound(id)
  return { files, state }
}

/**
 * Reads the state that the last command recorded. `start` uses it, because `start` asks init itself.
 * @throws JailwrightError NOT_FOUND when there is no such container.
 */
export function requireRecorded(files: Layout, id: string): StateFile {
  const state = readRecorded(files)
  if (!state) throw notFound(id)
  return state
}

/**
 * Returns the paths of a container that exists, without reading its state. Commands call it before they take the lock,
 * because the lock's file would stay behind for a container that does not exist.
 * @throws JailwrightError NOT_FOUND when there is no such container.
 */
export function requireContainer(root: string, id: string): Layout {
  checkId(id)
  const files = layout(root, id)
  // The file may exist and be hidden from this user, which only opening it reveals.
  if (!exists(files.state) && !readRecorded(files)) throw notFound(id)
  return files
}

/** Returns the error for a container that does not exist. */
export function notFound(id: string): JailwrightError {
  return new JailwrightError('NOT_FOUND', `container "${id}" does not exist`, { subject: id })
}

/** Writes state.json by rename(2). */
export function writeState(files: Layout, state: StateFile): void {
  stageState(files, state)()
}

/** Writes the new state beside the old one, and returns the function that renames it. */
export function stageState(files: Layout, state: StateFile): () => void {
  return stageFile(files.state, `${JSON.stringify(state)}\n`, 0o644)
}

/** A function that finds a process, in the kernel or in an earlier answer about many processes. */
type LookUp = (pid: number) => ProcessInfo | undefined

/** True when the container's first process is alive and is the process that jailwright started. */
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
 * True for a container that was created before the host's restart: its jail and process are gone, but its files may
 * exist. An earlier version recorded kern.boottime, which changes with the clock (tc_setclock in sys/kern/kern_tc.c),
 * so another boot alone proves nothing.
 */
export function isOfEarlierBoot(host: EverydayHost, state: StateFile): boolean {
  const now = bootOf(host)
  if (state.boot === '' || now === undefined || state.boot === now) return false
  return host.kernel.jailId(state.jailName) !== state.jid && !isAlive(host, state)
}

/** Returns the present status. It is `creating` while `create` runs and after a `create` that died in the middle. */
export function currentStatus(host: EverydayHost, state: StateFile, lookUp?: LookUp): Status {
  if (state.status === 'stopped') return 'stopped'
  if (state.status === 'creating') return 'creating'
  if (!isAlive(host, state, lookUp)) return 'stopped'
  return state.paused && state.status === 'running' ? 'paused' : state.status
}

/** Returns the state in the form of the specification. The jid is a string annotation, as with ocijail. */
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
