/** What `check` found, as text. */
import type { Finding } from '../container/check/finding.ts'

/** A line for each finding, with its hint below it. */
export function findingsText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ subject }) => subject.length), 0)
  return findings
    .map(({ subject, status, message, hint }) => {
      const line = `${status.padEnd(7)}  ${subject.padEnd(width)}  ${message}\n`
      return hint ? `${line}${' '.repeat(width + 11)}-> ${hint}\n` : line
    })
    .join('')
}
