/** Output of a run: one line for each case, for people or as TAP version 13; the closing line is the same. */
import type { Result } from '../run/result.ts'

function indent(text: string, by: string): string {
  return text
    .split('\n')
    .map(line => by + line)
    .join('\n')
}

/** The line of one case for people. */
export function humanLine(result: Result): string {
  const seconds = (result.milliseconds / 1000).toFixed(2)
  const word = { passed: 'ok  ', failed: 'FAIL', skipped: 'skip' }[result.outcome]
  const first = `${word}  ${result.spec.id.padEnd(34)} ${result.spec.title}`
  if (result.outcome === 'passed') return `${first} (${seconds} s)`
  if (result.outcome === 'skipped') return `${first} -- ${result.reason}`
  const where = result.directory === undefined ? '' : `\nkept: ${result.directory}`
  return `${first} (${seconds} s)\n${indent(`stands for: ${result.spec.stands}\n${result.reason}${where}`, '        ')}`
}

/** The lines of one case as TAP. */
export function tapLine(result: Result, number: number): string {
  const title = `${result.spec.id} ${result.spec.title}`.replaceAll('#', '\\#')
  if (result.outcome === 'skipped') return `ok ${number} - ${title} # SKIP ${result.reason}`
  if (result.outcome === 'passed') return `ok ${number} - ${title}`
  const detail = JSON.stringify({ stands: result.spec.stands, reason: result.reason })
  return `not ok ${number} - ${title}\n  ---\n  ${detail}\n  ...`
}

/** The closing line: `N passed, N failed, N skipped`. */
export function summary(results: readonly Result[]): string {
  const count = (outcome: Result['outcome']) => results.filter(result => result.outcome === outcome).length
  return `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`
}
