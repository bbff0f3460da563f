/** The findings of `check` as text. */
import type { Finding } from '../container/check/finding.ts'

/**
 * Shows control characters as numbers: a text from podman's files may contain line ends and codes that a terminal
 * obeys.
 */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, character => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/** Returns a line for each finding, with its hint in the line below. */
export function findingsText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ subject }) => subject.length), 0)
  return findings
    .map(({ subject, status, message, hint }) => {
      const line = `${status.padEnd(7)}  ${subject.padEnd(width)}  ${printable(message)}\n`
      return hint ? `${line}${' '.repeat(width + 11)}-> ${printable(hint)}\n` : line
    })
    .join('')
}
