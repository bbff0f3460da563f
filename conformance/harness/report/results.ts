/** The result file: what one runtime did with the cases on one host, as JSON that other machines can read. */
import { readFileSync, writeFileSync } from 'node:fs'
import type { Session } from '../run/context.ts'
import type { Result, WrittenFile } from '../run/result.ts'
import type { RecordedCommand } from '../run/transcript.ts'
import type { Mark } from '../types.ts'

/** First property of every result file; the number grows when an older reader would misunderstand a newer file. */
export const resultFormat = 'jailwright-conformance-results/1'

/** The verdict on one case. */
export interface Verdict {
  id: string
  verdict: Result['outcome']
  /** Why the case failed or was skipped. */
  reason?: string
  skip?: Result['skip']
}

/** One case in a result file. */
export interface CaseResult extends Verdict {
  title: string
  /** The sentence of the specification, or the caller, that the case stands for. */
  stands: string
  mark: Mark
  milliseconds: number
  commands: RecordedCommand[]
  output: WrittenFile[]
}

/** What was run, and where. */
export interface Run {
  runtime: { name: string; version: string }
  host: { name: string; system: string }
  /** When the run ended, RFC 3339 in UTC. */
  date: string
  /** The part of all cases that this run had, as `N/M`. */
  shard?: string
}

/** A result file. */
export interface ResultFile extends Run {
  format: typeof resultFormat
  cases: CaseResult[]
}

function caseResult(result: Result, work: string): CaseResult {
  const { spec, outcome, reason, skip, milliseconds, commands, output } = result
  const shown = reason
    ?.split(work)
    .join('$WORK')
    .replace(/\$WORK\/\d+/g, '$CASE')
  return {
    id: spec.id,
    title: spec.title,
    stands: spec.stands,
    mark: spec.mark,
    verdict: outcome,
    ...(shown === undefined ? {} : { reason: shown }),
    ...(skip === undefined ? {} : { skip }),
    milliseconds,
    commands,
    output,
  }
}

/**
 * The result file of a run.
 *
 * @param system the host's system as uname(1) names it
 */
export function resultFile(
  session: Session,
  results: readonly Result[],
  about: { system: string; date: Date; shard?: string },
): ResultFile {
  return {
    format: resultFormat,
    runtime: { name: session.runtimeName, version: session.runtimeVersion },
    host: { name: session.platform.name, system: about.system },
    date: about.date.toISOString(),
    ...(about.shard === undefined ? {} : { shard: about.shard }),
    cases: results.map(result => caseResult(result, session.work)),
  }
}

/** Writes a result file. Throws what open(2) and write(2) say. */
export function writeResults(path: string, file: ResultFile): void {
  writeFileSync(path, `${JSON.stringify(file, undefined, 1)}\n`)
}

/** Whether the value is an object of JSON. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === 'string'
const isOptionalText = (value: unknown) => value === undefined || isText(value)
const isCount = (value: unknown) => typeof value === 'number' && Number.isFinite(value)
const all = (value: unknown, is: (one: unknown) => boolean) => Array.isArray(value) && value.every(is)

function isCommand(value: unknown): boolean {
  return (
    isObject(value) &&
    all(value.words, isText) &&
    (value.status === null || isCount(value.status)) &&
    [value.ended, value.log].every(isOptionalText) &&
    isText(value.stdout) &&
    isText(value.stderr) &&
    isCount(value.milliseconds) &&
    (value.times === undefined || isCount(value.times))
  )
}

/** Whether the value has the properties of a verdict; it may have others. */
export function isVerdict(value: unknown): value is Verdict {
  return (
    isObject(value) &&
    isText(value.id) &&
    ['passed', 'failed', 'skipped'].includes(String(value.verdict)) &&
    isOptionalText(value.reason) &&
    (value.skip === undefined || ['runtime', 'host', 'mark'].includes(String(value.skip)))
  )
}

function isCase(value: unknown): boolean {
  return (
    isObject(value) &&
    isVerdict(value) &&
    [value.title, value.stands, value.mark].every(isText) &&
    isCount(value.milliseconds) &&
    all(value.commands, isCommand) &&
    all(value.output, one => isObject(one) && isText(one.name) && isText(one.text))
  )
}

/** Whether the value says what was run and where. */
export function isRun(value: unknown): value is Run {
  return (
    isObject(value) &&
    isObject(value.runtime) &&
    [value.runtime.name, value.runtime.version].every(isText) &&
    isObject(value.host) &&
    [value.host.name, value.host.system].every(isText) &&
    isText(value.date) &&
    isOptionalText(value.shard)
  )
}

function isResultFile(value: unknown): value is ResultFile {
  return (
    isObject(value) &&
    value.format === resultFormat &&
    isRun(value) &&
    'cases' in value &&
    all(value.cases, isCase)
  )
}

/** Reads a file of JSON. Throws with the name of the file when it cannot be read or is no JSON. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Reads a result file of any machine. Throws with the name of the file when it is no result file. */
export function readResults(path: string): ResultFile {
  const value = readJson(path)
  if (!isResultFile(value)) throw new Error(`${path}: no result file of the form ${resultFormat}`)
  return value
}
