/** Begins and ends a run: finds out the name of the runtime, makes the base root, measures the patience. */
import { mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Platform, ToolRunner } from '../host/platform.ts'
import { makeBase } from '../host/rootfs.ts'
import { mountsBelow } from '../host/snapshot.ts'
import { runCommand } from './command.ts'
import type { Session } from './context.ts'
import { removeTree } from './leftovers.ts'
import type { Result } from './result.ts'

/**
 * The factor of all times. On an ordinary machine 50 ms are ample for the runtime's `--version`, and 15 ms for a shell
 * that does nothing; an emulated machine may take ten times as long for everything, even when the runtime starts fast.
 */
export function patienceFor(version: number, shell: number): number {
  return Math.min(Math.max(version / 50, shell / 15, 1), 20)
}

/** Milliseconds of a shell that does nothing: the best of three, since the first one fills the caches. */
async function shellTime(scratch: string): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < 3; round += 1) {
    const started = Date.now()
    await runCommand('/bin/sh', ['-c', ':'], { scratch })
    times.push(Date.now() - started)
  }
  return Math.min(...times)
}

/** The name that `--version` says; a runtime without that option (runj) is known by the name of its file. */
export function runtimeName(version: { status: number; stdout: string }, path: string): string {
  const said = version.status === 0 ? version.stdout : basename(path)
  return /^[a-z]+/.exec(said.trim().toLowerCase())?.[0] ?? 'unknown'
}

/** Finds out what the runtime calls itself, makes the base root and gives the session. */
export async function openSession(
  runtime: string,
  work: string,
  platform: Platform,
): Promise<Session & { root: string }> {
  const scratch = join(work, 'setup')
  const tool: ToolRunner = (name, ...args) => runCommand(name, args, { scratch })
  const started = Date.now()
  const version = await runCommand(runtime, ['--version'], { scratch, timeout: 60_000 })
  const took = Date.now() - started
  if (version.notStarted !== undefined)
    throw new Error(`the runtime cannot be started: ${version.notStarted}`)
  if (version.timedOut) throw new Error(`${runtime} --version does not end: no runtime`)
  const patience = patienceFor(took, await shellTime(scratch))
  const base = join(work, 'base')
  mkdirSync(base)
  const root = await makeBase(base, tool, platform.kind === 'jails')
  return {
    runtime,
    runtimeName: runtimeName(version, runtime),
    runtimeVersion: version.status === 0 ? (version.stdout.trim().split('\n')[0] ?? '') : '',
    platform,
    work,
    base,
    tag: `${process.pid.toString(36)}x`,
    patience,
    root,
  }
}

/** Removes the session's directory, unless something of a case is kept in it. */
export async function closeSession(session: Session, results: readonly Result[]): Promise<void> {
  if (results.some(result => result.directory !== undefined)) return
  const tool: ToolRunner = (name, ...args) => runCommand(name, args, { scratch: join(session.work, 'setup') })
  const mounts = mountsBelow(await session.platform.snapshot(tool), session.work)
  if (mounts.length > 0) {
    process.stderr.write(`conformance: ${session.work} stays, still mounted: ${mounts.join(', ')}\n`)
    return
  }
  try {
    removeTree(session.work)
  } catch (error) {
    process.stderr.write(
      `conformance: ${session.work}: ${error instanceof Error ? error.message : String(error)}\n`,
    )
  }
}
