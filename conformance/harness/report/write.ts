/** Writes a report of result files to its place. */
import { writeFileSync } from 'node:fs'
import { columnsOf } from './columns.ts'
import { featuresTable } from './features.ts'
import { htmlReport } from './html.ts'
import type { ResultFile, Run, Verdict } from './results.ts'

/** Writes the page that a person reads, to `output` or else to `conformance.html` in the current directory. */
export function writePage(files: readonly ResultFile[], output = 'conformance.html'): void {
  writeFileSync(output, htmlReport(files))
}

/** Writes the table of features to `output` or else through `print`. It needs the verdicts only. */
export function writeFeatures(
  files: readonly (Run & { cases: readonly Verdict[] })[],
  output: string | undefined,
  print: (text: string) => void,
): void {
  const table = featuresTable(columnsOf(files))
  if (output === undefined) print(table.trimEnd())
  else writeFileSync(output, table)
}
