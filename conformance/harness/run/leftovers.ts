/** Finds what a case left on the host, and clears it away so that the next case starts from nothing. */
import { existsSync, lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type HostProcess, mountsBelow, type Snapshot } from '../host/snapshot.ts'
import type { CaseContext } from './context.ts'

/** Files below the runtime's state directory whose name is one of the ids. */
function stateFiles(directory: string, ids: ReadonlySet<string>): string[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { withFileTypes: true }).flatMap(entry => {
    const path = join(directory, entry.name)
    if (ids.has(entry.name)) return [path]
    return entry.isDirectory() ? stateFiles(path, ids) : []
  })
}

/** Processes that belong to the case, known by their pid or by a path or nap of the case in their words. */
function processesOf(context: CaseContext, all: readonly HostProcess[]): HostProcess[] {
  const mine = [`${context.dir}/`, `sleep ${context.nap}`]
  return all.filter(
    ({ pid, words }) =>
      pid !== process.pid && (context.pids.has(pid) || mine.some(text => words.includes(text))),
  )
}

interface Found {
  mounts: string[]
  jails: string[]
  files: string[]
  processes: HostProcess[]
  objects: string[]
  /** The whole host, with what is not of the case. */
  snapshot: Snapshot
}

async function look(context: CaseContext, objectsBefore: readonly string[] | undefined): Promise<Found> {
  const snapshot = await context.session.platform.snapshot(context.hostTool)
  const { unique, nap } = context
  const mine = (part: string) => part.includes(unique) || part.includes(nap)
  return {
    mounts: mountsBelow(snapshot, context.dir),
    jails: snapshot.jails.filter(name => name.split('.').some(part => mine(part))),
    files: stateFiles(context.state, context.ids),
    processes: processesOf(context, snapshot.processes),
    objects: snapshot.objects.filter(name => objectsBefore?.includes(name) === false),
    snapshot,
  }
}

function describe(found: Found): string[] {
  return [
    ...found.mounts.map(path => `mount ${path}`),
    ...found.jails.map(name => `jail ${name}`),
    ...found.files.map(path => `file ${path}`),
    ...found.processes.map(({ pid, words }) => `process ${pid} ${words}`),
    ...found.objects,
  ]
}

/** Milliseconds for things to end by themselves: vnets and mounts end a moment after their last process. */
function grace(context: CaseContext): number {
  return Math.min(10_000 * context.session.patience, 30_000)
}

/** What a case left, in words, and the host at the end; the host is undefined after something was cleared away. */
export interface CleanedUp {
  left: string[]
  after: Snapshot | undefined
}

/** Whether the runtime may still have the container: without a file below its --root it has none. */
function mayExist(context: CaseContext, id: string): boolean {
  return context.session.runtimeName === 'runj' || stateFiles(context.state, new Set([id])).length > 0
}

/**
 * Deletes the case's containers as a caller would, then looks for what is left and clears it away.
 *
 * @param objectsBefore interfaces, rulesets and rules before the case; undefined when other cases run at the same time
 */
export async function cleanUp(
  context: CaseContext,
  objectsBefore: readonly string[] | undefined,
): Promise<CleanedUp> {
  context.extend(120_000)
  for (const terminal of context.terminals) terminal.stop()
  for (const id of context.ids) {
    if (!mayExist(context, id)) continue
    const state = await context.call(['state', id], {})
    if (state.status === 0) await context.call(['delete', '--force', id], {})
  }
  const end = Date.now() + grace(context)
  let found = await look(context, objectsBefore)
  while (describe(found).length > 0 && Date.now() < end) {
    await sleep(100)
    found = await look(context, objectsBefore)
  }
  const left = describe(found)
  if (left.length === 0) return { left, after: found.snapshot }
  await clear(context, found)
  return { left, after: undefined }
}

async function clear(context: CaseContext, found: Found): Promise<void> {
  for (const { pid } of found.processes) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // The process has ended meanwhile.
    }
  }
  const end = Date.now() + grace(context)
  while (found.processes.length > 0 && Date.now() < end) {
    await sleep(100)
    const { processes } = await context.session.platform.snapshot(context.hostTool)
    if (processesOf(context, processes).length === 0) break
  }
  for (const name of found.jails) await context.hostTool('jail', '-R', name)
  for (const path of found.mounts.reverse()) await context.hostTool('umount', '-f', path)
  for (const object of found.objects) {
    const [kind, ...name] = object.split(' ')
    if (kind === 'interface') await context.hostTool('ifconfig', name.join(' '), 'destroy')
    if (kind === 'devfs') await context.hostTool('devfs', 'rule', '-s', name.at(-1) ?? '', 'delset')
    if (kind === 'pool') await context.hostTool('zpool', 'destroy', '-f', name.join(' '))
    if (kind === 'rctl') await context.hostTool('rctl', '-r', name.at(-1) ?? '')
  }
}

/** `rm -r` that enters no other file system, since a mount that no list shows must not be emptied. */
export function removeTree(path: string, device = lstatSync(path).dev): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name)
    if (!entry.isDirectory()) {
      unlinkSync(inner)
      continue
    }
    if (lstatSync(inner).dev !== device) throw new Error(`${inner} is another file system`)
    removeTree(inner, device)
  }
  rmdirSync(path)
}

/**
 * Removes the directory of a case. Refuses while a mount is below it, since files of the host would be removed.
 *
 * @param seen the host after the case; when undefined, this function looks at the host itself
 */
export async function removeDirectory(
  context: CaseContext,
  seen: Snapshot | undefined,
): Promise<string | undefined> {
  const snapshot = seen ?? (await context.session.platform.snapshot(context.hostTool))
  const mounts = mountsBelow(snapshot, context.dir)
  if (mounts.length > 0) return `not removed, still mounted: ${mounts.join(', ')}`
  try {
    removeTree(context.dir)
    return undefined
  } catch (error) {
    return `not removed: ${error instanceof Error ? error.message : String(error)}`
  }
}
