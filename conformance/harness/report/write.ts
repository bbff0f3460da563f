/** Writes a report of result files to its place. */
import { writeFileSync } from 'node:fs'
import { columnsOf } from './columns.ts'
import { featuresTable } from './features.ts'
import { htmlReport } from './html.ts'
import type { ResultFile } from './results.ts'

/** The kinds of report. */
export type ReportKind = 'html' | 'features'

/**
 * Makes the report and writes it.
 *
 * @param output file; undefined: `conformance.html` in the current directory, a table of features through `print`
 */
export function writeReport(
  kind: ReportKind,
  files: readonly ResultFile[],
  output: string | undefined,
  print: (text: string) => void,
): void {
  const report = kind === 'html' ? htmlReport(files) : featuresTable(columnsOf(files))
  const path = output ?? (kind === 'html' ? 'conformance.html' : undefined)
  if (path === undefined) print(report.trimEnd())
  else writeFileSync(path, report)
}
