/** Runs cases: steps, then tidying up, then the look for left-overs; several at a time where asked. */
import { existsSync, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { lifeCycle } from '../define.ts'
import { native } from '../host/native.ts'
import type { Platform, ToolRunner } from '../host/platform.ts'
import { makeBase } from '../host/rootfs.ts'
import type { Case, Need, Step } from '../types.ts'
import { runCommand } from './command.ts'
import { CaseContext, CaseFailure, type Session } from './context.ts'
import { cleanUp, removeDirectory, removeTree } from './leftovers.ts'
import { doStep } from './steps.ts'

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
 * How patient to be: 50 ms are ample on an ordinary machine for the runtime's `--version`, 15 ms for a shell that does
 * nothing; an emulated machine may take ten times as long for everything, also with a runtime that starts at once.
 */
export function patienceFor(version: number, shell: number): number {
  return Math.min(Math.max(version / 50, shell / 15, 1), 20)
}

/** Milliseconds that a shell takes that does nothing; the best of three, since the first one fills the caches. */
async function shellTime(scratch: string): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < 3; round += 1) {
    const started = Date.now()
    await runCommand('/bin/sh', ['-c', ':'], { scratch })
    times.push(Date.now() - started)
  }
  return Math.min(...times)
}

/** What the runtime calls itself by `--version`; one without that option (runj) is known by its file's name. */
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
    platform,
    work,
    base,
    tag: `${process.pid.toString(36)}x`,
    patience,
    root,
  }
}

/** A need in words: what an administrator would have to do so that the case is run. */
const whatIsMissing: Readonly<Record<Need, string>> = {
  native: 'system calls (bun:ffi), run the harness with Bun or as an executable',
  racct: 'resource limits (kern.racct.enable is not 1)',
  'no-racct': 'a host without resource limits (kern.racct.enable is 1)',
  bpf: '/dev/bpf',
  dri: '/dev/dri/renderD128 (no graphics driver is loaded)',
  drm: '/dev/drm/128 (no graphics driver is loaded)',
  vmm: '/dev/vmmctl (kldload vmm)',
  'no-sound': 'a host without a sound driver',
  linux: '/dev/shm (kldload linux64)',
}

/** Why a case does not apply here, or undefined. */
async function skipReason(session: Session, spec: Case, met: ReadonlySet<Need>): Promise<string | undefined> {
  if (spec.mark !== 'any-runtime' && session.platform.kind !== 'jails') return 'needs a host of jails'
  if (spec.mark === 'jailwright' && session.runtimeName !== 'jailwright') return 'jailwright only'
  const differs = spec.notFor?.[session.runtimeName]
  if (differs !== undefined) return `${session.runtimeName}: ${differs}`
  const missing = spec.needs?.find(need => !met.has(need))
  return missing === undefined ? undefined : `not here: ${whatIsMissing[missing]}`
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
    ] as const) {
      if (existsSync(node)) met.add(need)
    }
    if (!existsSync('/dev/sndstat')) met.add('no-sound')
    if (existsSync('/dev/vmmctl')) met.add('vmm')
    // The Linux ABI makes this directory in devfs.
    if (existsSync('/dev/shm')) met.add('linux')
  }
  return met
}

function inWords(error: unknown): string {
  if (error instanceof CaseFailure) return error.message
  return `harness: ${error instanceof Error ? error.stack : String(error)}`
}

/** Runs one case. Whatever goes wrong in it, also in the harness, is the failure of this case alone. */
async function runCase(session: Session, spec: Case, number: number, options: RunOptions): Promise<Result> {
  const started = Date.now()
  try {
    return await runWhole(session, spec, number, options)
  } catch (error) {
    const milliseconds = Date.now() - started
    return { spec, outcome: 'failed', reason: inWords(error), milliseconds }
  }
}

async function runWhole(session: Session, spec: Case, number: number, options: RunOptions): Promise<Result> {
  const started = Date.now()
  const context = new CaseContext(session, spec, number)
  const before = options.jobs === 1 ? await session.platform.objects(context.tool) : undefined
  const steps = spec.steps ?? lifeCycle(spec.output)
  let reason: string | undefined
  try {
    await inTime(context, doSteps(context, steps))
  } catch (error) {
    reason = inWords(error)
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

/** Ends the waiting for steps that have outlived the case's time by far: a run never hangs. */
async function inTime(context: CaseContext, steps: Promise<void>): Promise<void> {
  const limit = context.left(Number.MAX_SAFE_INTEGER) + 30_000 * context.session.patience
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new CaseFailure('the case did not end in time')), limit)
  })
  try {
    await Promise.race([steps, late])
  } finally {
    clearTimeout(timer)
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
