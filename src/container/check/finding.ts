/** What `check` found, as text. */

/** One finding of `check`. `missing`: containers cannot run without it; `warning`: something will not work. */
export interface Finding {
  readonly subject: string
  readonly status: 'ok' | 'warning' | 'missing'
  readonly message: string
  /** What to do about it. */
  readonly hint?: string
}

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
