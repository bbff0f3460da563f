/** What `check` found, as text. */
import type { Finding } from '../container/check/finding.ts'

/** A text from a file of podman's may hold line ends and what a terminal obeys: each is shown as its number. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, character => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/** A line for each finding, with its hint below it. */
export function findingsText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ subject }) => subject.length), 0)
  return findings
    .map(({ subject, status, message, hint }) => {
      const line = `${status.padEnd(7)}  ${subject.padEnd(width)}  ${printable(message)}\n`
      return hint ? `${line}${' '.repeat(width + 11)}-> ${printable(hint)}\n` : line
    })
    .join('')
}
