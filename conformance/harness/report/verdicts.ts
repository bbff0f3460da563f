/**
 * The short form of a result file: the verdict of each case, without commands and output. docs/features holds such files, from
 * which docs/features.md is drawn.
 */
import {
  isObject,
  isRun,
  isVerdict,
  type ResultFile,
  type Run,
  readJson,
  readResults,
  type Verdict,
} from './results.ts'

/** First property of every file in the short form; the number grows when an older reader would misunderstand a newer file. */
export const verdictsFormat = 'jailwright-conformance-verdicts/1'

/** What a runtime did on one host, as verdicts. */
export interface VerdictsFile extends Run {
  format: typeof verdictsFormat
  cases: Verdict[]
}

/** The short form of a result file. Of a longer reason it keeps the first line, which says what differs. */
export function verdictsOf({ runtime, host, date, shard, cases }: ResultFile): VerdictsFile {
  return {
    format: verdictsFormat,
    runtime: { name: runtime.name, version: runtime.version },
    // Behind its numbers, the release of a Linux names only who has built the kernel.
    host: { name: host.name, system: host.system.replace(/^(Linux [\d.]+)\S*/, '$1') },
    date,
    ...(shard === undefined ? {} : { shard }),
    cases: cases.map(({ id, verdict, reason, skip }) => ({
      id,
      verdict,
      ...(reason === undefined ? {} : { reason: reason.split('\n')[0] }),
      ...(skip === undefined ? {} : { skip }),
    })),
  }
}

/** The text of a file in the short form, one line for each case, so that a difference of two runs is easy to read. */
export function verdictsText({ cases, ...head }: VerdictsFile): string {
  const start = JSON.stringify(head, undefined, 1).replace(/\n}$/, '')
  return `${start},\n "cases": [\n${cases.map(one => `  ${JSON.stringify(one)}`).join(',\n')}\n ]\n}\n`
}

function isVerdictsFile(value: unknown): value is VerdictsFile {
  return (
    isObject(value) &&
    value.format === verdictsFormat &&
    isRun(value) &&
    'cases' in value &&
    Array.isArray(value.cases) &&
    value.cases.every(isVerdict)
  )
}

/** Reads a result file, whole or in the short form. Throws with the name of the file when it is neither. */
export function readVerdicts(path: string): VerdictsFile {
  const value = readJson(path)
  return isVerdictsFile(value) ? value : verdictsOf(readResults(path))
}
