/** Runs cases, several at a time where asked: the steps, then the tidying up, then the search for left-overs. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { lifeCycle } from '../define.ts'
import type { Case, Step } from '../types.ts'
import { CaseContext, CaseFailure, type Session } from './context.ts'
import { cleanUp, removeDirectory } from './leftovers.ts'
import { needsMet, skipReason } from './needs.ts'
import type { Result, WrittenFile } from './result.ts'
import { doStep } from './steps.ts'

/** Options of a run. */
interface RunOptions {
  /** Called before each case: true ends the run (after an interrupt). */
  stopped: () => boolean
  keep: boolean
  jobs: number
  onResult: (result: Result) => void
}

function inWords(error: unknown): string {
  if (error instanceof CaseFailure) return error.message
  return `harness: ${error instanceof Error ? error.stack : String(error)}`
}

/** A result, and the objects of the host after the case where they also hold before the next case. */
interface Done {
  result: Result
  objects?: readonly string[]
}

/** Runs one case. Whatever goes wrong meanwhile, also in the harness, is a failure of this case alone. */
async function runCase(
  session: Session,
  spec: Case,
  number: number,
  options: RunOptions,
  objects: readonly string[] | undefined,
): Promise<Done> {
  const started = Date.now()
  try {
    return await runWhole(session, spec, number, options, objects)
  } catch (error) {
    const milliseconds = Date.now() - started
    return {
      result: { spec, outcome: 'failed', reason: inWords(error), milliseconds, commands: [], output: [] },
    }
  }
}

async function runWhole(
  session: Session,
  spec: Case,
  number: number,
  options: RunOptions,
  known: readonly string[] | undefined,
): Promise<Done> {
  const started = Date.now()
  const context = new CaseContext(session, spec, number)
  // The objects after the last case are the objects before this one.
  const alone = options.jobs === 1
  const before = alone ? (known ?? (await session.platform.snapshot(context.hostTool)).objects) : undefined
  const steps = spec.steps ?? lifeCycle(spec.output)
  let reason: string | undefined
  try {
    await inTime(context, doSteps(context, steps))
  } catch (error) {
    reason = inWords(error)
  }
  context.transcript.close()
  const output = writtenFiles(context)
  const { left, after } = await cleanUp(context, before)
  if (left.length > 0) reason = [reason, `left over: ${left.join('; ')}`].filter(Boolean).join('\n')
  const keep = options.keep && reason !== undefined
  const notRemoved = keep ? undefined : await removeDirectory(context, after)
  if (notRemoved !== undefined) reason = [reason, notRemoved].filter(Boolean).join('\n')
  return {
    result: {
      spec,
      outcome: reason === undefined ? 'passed' : 'failed',
      reason,
      milliseconds: Date.now() - started,
      directory: keep ? context.dir : undefined,
      commands: context.transcript.list(),
      output,
    },
    objects: alone ? after?.objects : undefined,
  }
}

/** The files with the output of the case's programs: `out` and `err`, with a number for a further container. */
function writtenFiles(context: CaseContext): WrittenFile[] {
  return readdirSync(context.dir)
    .filter(name => /^(out|err)\d*$/.test(name) && statSync(join(context.dir, name)).isFile())
    .sort()
    .map(name => ({ name, text: context.transcript.text(readFileSync(join(context.dir, name), 'utf8')) }))
    .filter(({ text }) => text !== '')
}

/** Waits for the steps, but not far beyond the time of the case, so that a run never hangs. */
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
  let objects: readonly string[] | undefined
  const worker = async () => {
    for (;;) {
      const number = next
      next += 1
      const spec = cases[number]
      if (spec === undefined || options.stopped()) return
      const skip = skipReason(session, spec, met)
      const done: Done =
        skip === undefined
          ? await runCase(session, spec, number + 1, options, objects)
          : {
              result: { spec, outcome: 'skipped', ...skip, milliseconds: 0, commands: [], output: [] },
              objects,
            }
      objects = done.objects
      const { result } = done
      results[number] = result
      options.onResult(result)
    }
  }
  await Promise.all(Array.from({ length: options.jobs }, worker))
  return results
}
