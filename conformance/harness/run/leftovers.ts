/** Finds what a case left on the host, and clears it away so that the next case starts from nothing. */
import { existsSync, lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
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

/** Lines of ps(1) of processes that are alive and belong to the case: by pid, or by a path or a nap in their words. */
async function processes(context: CaseContext): Promise<{ pid: number; words: string }[]> {
  const { stdout } = await context.tool('ps', '-axww', '-o', 'pid=', '-o', 'stat=', '-o', 'args=')
  const mine = [`${context.dir}/`, `sleep ${context.nap}`]
  return stdout
    .split('\n')
    .map(line => /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line))
    .filter(match => match !== null)
    .map(match => ({ pid: Number(match[1]), stat: match[2] ?? '', words: match[3] ?? '' }))
    .filter(({ stat }) => !stat.startsWith('Z'))
    .filter(
      ({ pid, words }) =>
        pid !== process.pid && (context.pids.has(pid) || mine.some(text => words.includes(text))),
    )
    .map(({ pid, words }) => ({ pid, words }))
}

interface Found {
  mounts: string[]
  jails: string[]
  files: string[]
  processes: { pid: number; words: string }[]
  objects: string[]
}

async function look(context: CaseContext, objectsBefore: readonly string[] | undefined): Promise<Found> {
  const { platform } = context.session
  const [mounts, jails, running, objects] = await Promise.all([
    platform.mountsBelow(context.tool, context.dir),
    platform.jails(context.tool),
    processes(context),
    objectsBefore === undefined ? [] : platform.objects(context.tool),
  ])
  const { unique, nap } = context
  const mine = (part: string) => part.includes(unique) || part.includes(nap)
  return {
    mounts,
    jails: jails.filter(name => name.split('.').some(part => mine(part))),
    files: stateFiles(context.state, context.ids),
    processes: running,
    objects: objects.filter(name => objectsBefore?.includes(name) === false),
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

/** Things that go away by themselves get this long (ms): vnets and mounts end a moment after their last process. */
const grace = 1500

/**
 * Deletes the case's containers as a caller would, then looks. Gives what was left in words, after clearing it away.
 *
 * @param objectsBefore interfaces, rulesets and rules from before the case; undefined when other cases run beside it
 */
export async function cleanUp(
  context: CaseContext,
  objectsBefore: readonly string[] | undefined,
): Promise<string[]> {
  context.extend(20_000)
  for (const terminal of context.terminals) terminal.stop()
  for (const id of context.ids) {
    const state = await context.call(['state', id], { timeout: 5000 })
    if (state.status === 0) await context.call(['delete', '--force', id], { timeout: 10_000 })
  }
  const end = Date.now() + grace * context.session.patience
  let found = await look(context, objectsBefore)
  while (describe(found).length > 0 && Date.now() < end) {
    await sleep(100)
    found = await look(context, objectsBefore)
  }
  const left = describe(found)
  if (left.length > 0) await clear(context, found)
  return left
}

async function clear(context: CaseContext, found: Found): Promise<void> {
  for (const { pid } of found.processes) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended since.
    }
  }
  for (const name of found.jails) await context.tool('jail', '-R', name)
  for (const path of found.mounts.reverse()) await context.tool('umount', '-f', path)
  for (const object of found.objects) {
    const [kind, ...name] = object.split(' ')
    if (kind === 'interface') await context.tool('ifconfig', name.join(' '), 'destroy')
    if (kind === 'devfs') await context.tool('devfs', 'rule', '-s', name.at(-1) ?? '', 'delset')
    if (kind === 'rctl') await context.tool('rctl', '-r', name.at(-1) ?? '')
  }
}

/** rm -r that does not go into another file system: a mount that no list shows must not be emptied. */
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

/** Removes the directory of a case; refuses while there is a mount below it, lest files of the host are removed. */
export async function removeDirectory(context: CaseContext): Promise<string | undefined> {
  const mounts = await context.session.platform.mountsBelow(context.tool, context.dir)
  if (mounts.length > 0) return `not removed, still mounted: ${mounts.join(', ')}`
  try {
    removeTree(context.dir)
    return undefined
  } catch (error) {
    return `not removed: ${error instanceof Error ? error.message : String(error)}`
  }
}
