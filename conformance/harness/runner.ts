/** Runs cases: steps, then tidying up, then the look for left-overs; several at a time where asked. */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from './command.ts'
import { CaseContext, CaseFailure, type Session } from './context.ts'
import { lifeCycle } from './define.ts'
import { cleanUp, removeDirectory, removeTree } from './leftovers.ts'
import { native } from './native.ts'
import type { Platform, ToolRunner } from './platform.ts'
import { makeBase } from './rootfs.ts'
import { doStep } from './steps.ts'
import type { Case, Need, Step } from './types.ts'

/** What became of a case. */
export interface Result {
  spec: Case
  outcome: 'passed' | 'failed' | 'skipped'
  /** Why it failed or was skipped. */
  reason?: string
  milliseconds: number
  /** Directory, where it was kept. */
  directory?: string
}

/** Options of a run. */
export interface RunOptions {
  /** Asked before each case: true ends the run (an interrupt). */
  stopped: () => boolean
  keep: boolean
  jobs: number
  onResult: (result: Result) => void
}

/**
 * How patient to be where the runtime's `--version` takes so many milliseconds: 50 are ample on an ordinary machine, an
 * emulated one may take ten times as long for everything.
 */
export function patienceFor(milliseconds: number): number {
  return Math.min(Math.max(milliseconds / 50, 1), 20)
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
  const patience = patienceFor(Date.now() - started)
  if (version.notStarted !== undefined)
    throw new Error(`the runtime cannot be started: ${version.notStarted}`)
  const name = /^[a-z]+/.exec(version.stdout.trim().toLowerCase())?.[0] ?? 'unknown'
  const base = join(work, 'base')
  mkdirSync(base)
  const root = await makeBase(base, tool, platform.kind === 'jails')
  return {
    runtime,
    runtimeName: name,
    platform,
    work,
    base,
    tag: `${process.pid.toString(36)}x`,
    patience,
    root,
  }
}

/** Why a case does not apply here, or undefined. */
async function skipReason(session: Session, spec: Case, met: ReadonlySet<Need>): Promise<string | undefined> {
  if (spec.mark !== 'any-runtime' && session.platform.kind !== 'jails') return 'needs a host of jails'
  if (spec.mark === 'jailwright' && session.runtimeName !== 'jailwright') return 'jailwright only'
  const differs = spec.notFor?.[session.runtimeName]
  if (differs !== undefined) return `${session.runtimeName}: ${differs}`
  const missing = spec.needs?.find(need => !met.has(need))
  return missing === undefined ? undefined : `not here: ${missing}`
}

/** What this machine and engine have. */
export async function needsMet(session: Session): Promise<ReadonlySet<Need>> {
  const met = new Set<Need>()
  const tool: ToolRunner = (name, ...args) => runCommand(name, args, { scratch: join(session.work, 'setup') })
  if ((await native()) !== undefined) met.add('native')
  if (session.platform.kind === 'jails') {
    if ((await tool('sysctl', '-n', 'kern.racct.enable')).stdout.trim() === '1') met.add('racct')
    else met.add('no-racct')
    if (existsSync('/dev/bpf')) met.add('bpf')
    for (const [need, node] of [
      ['dri', '/dev/dri/renderD128'],
      ['drm', '/dev/drm/128'],
      ['vmm', '/dev/vmmctl'],
    ] as const) {
      if (existsSync(node)) met.add(need)
    }
    if (!existsSync('/dev/sndstat')) met.add('no-sound')
    if (existsSync('/dev/vmmctl') || existsSync('/dev/vmm')) met.add('vmm')
    // The Linux ABI makes this directory in devfs.
    if (existsSync('/dev/shm')) met.add('linux')
  }
  return met
}

/** Runs one case. */
async function runCase(session: Session, spec: Case, number: number, options: RunOptions): Promise<Result> {
  const started = Date.now()
  const context = new CaseContext(session, spec, number)
  const before = options.jobs === 1 ? await session.platform.objects(context.tool) : undefined
  const steps = spec.steps ?? lifeCycle(spec.output)
  let reason: string | undefined
  try {
    await doSteps(context, steps)
  } catch (error) {
    if (!(error instanceof CaseFailure))
      reason = `harness: ${error instanceof Error ? error.stack : String(error)}`
    else reason = error.message
  }
  const left = await cleanUp(context, before)
  if (left.length > 0) reason = [reason, `left over: ${left.join('; ')}`].filter(Boolean).join('\n')
  const keep = options.keep && reason !== undefined
  const notRemoved = keep ? undefined : await removeDirectory(context)
  if (notRemoved !== undefined) reason = [reason, notRemoved].filter(Boolean).join('\n')
  return {
    spec,
    outcome: reason === undefined ? 'passed' : 'failed',
    reason,
    milliseconds: Date.now() - started,
    directory: keep ? context.dir : undefined,
  }
}

async function doSteps(context: CaseContext, steps: readonly Step[]): Promise<void> {
  for (const [index, step] of steps.entries()) {
    try {
      await doStep(context, step)
    } catch (error) {
      if (error instanceof CaseFailure) throw new CaseFailure(`step ${index + 1}: ${error.message}`)
      throw error
    }
  }
}

/** Runs all cases and gives their results in order. */
export async function runCases(
  session: Session,
  cases: readonly Case[],
  options: RunOptions,
): Promise<Result[]> {
  const results: Result[] = []
  const met = await needsMet(session)
  let next = 0
  const worker = async () => {
    for (;;) {
      const number = next
      next += 1
      const spec = cases[number]
      if (spec === undefined || options.stopped()) return
      const skip = await skipReason(session, spec, met)
      const result: Result =
        skip === undefined
          ? await runCase(session, spec, number + 1, options)
          : { spec, outcome: 'skipped', reason: skip, milliseconds: 0 }
      results[number] = result
      options.onResult(result)
    }
  }
  await Promise.all(Array.from({ length: options.jobs }, worker))
  return results
}

/** Removes the session's directory, unless something of a case is kept in it. */
export async function closeSession(session: Session, results: readonly Result[]): Promise<void> {
  if (results.some(result => result.directory !== undefined)) return
  const tool: ToolRunner = (name, ...args) => runCommand(name, args, { scratch: join(session.work, 'setup') })
  const mounts = await session.platform.mountsBelow(tool, session.work)
  if (mounts.length > 0) return
  try {
    removeTree(session.work)
  } catch (error) {
    process.stderr.write(
      `conformance: ${session.work}: ${error instanceof Error ? error.message : String(error)}\n`,
    )
  }
}
