/** Result files in a table: one column for each runtime and host, one row for each case. */
import type { CaseResult, Run, Verdict } from './results.ts'

/** A runtime on a host with what is known of each case; the parts of a run (shards) are one column. */
export interface Column<Known extends Verdict = CaseResult> {
  /** Name and version of the runtime. */
  runtime: string
  host: string
  system: string
  /** When the last part ended, RFC 3339. */
  date: string
  cases: ReadonlyMap<string, Known>
}

/** A case with its answer in each column; `undefined` where the column did not run it. */
export interface Row {
  id: string
  title: string
  stands: string
  answers: readonly (CaseResult | undefined)[]
}

/** The rows of one group: what stands before the dot in the id. */
export interface Group {
  name: string
  rows: Row[]
}

/** Name and version of a runtime; the version alone where it holds the name already. */
function runtimeTitle({ name, version }: Run['runtime']): string {
  const words = version.replace(/\s+version\b:?/i, '').trim()
  return words.toLowerCase().startsWith(name) ? words : `${name} ${words}`.trim()
}

/**
 * One column for each runtime and host, in the order of the files. A later file wins where two have one case, unless the host
 * of the later one lacked what the case needs: a case without resource limits, for example, has its verdict from another host.
 */
export function columnsOf<Known extends Verdict>(
  files: readonly (Run & { cases: readonly Known[] })[],
): Column<Known>[] {
  const columns = new Map<string, Column<Known> & { cases: Map<string, Known> }>()
  for (const file of files) {
    const runtime = runtimeTitle(file.runtime)
    const key = JSON.stringify([runtime, file.host.name, file.host.system])
    const column = columns.get(key) ?? {
      runtime,
      host: file.host.name,
      system: file.host.system,
      date: file.date,
      cases: new Map<string, Known>(),
    }
    if (file.date > column.date) column.date = file.date
    for (const one of file.cases)
      if (one.skip !== 'host' || !column.cases.has(one.id)) column.cases.set(one.id, one)
    columns.set(key, column)
  }
  return [...columns.values()]
}

/** All cases of all columns by group, in the order in which they were run. */
export function groupsOf(columns: readonly Column[]): Group[] {
  const groups = new Map<string, Map<string, Row>>()
  for (const column of columns) {
    for (const { id, title, stands } of column.cases.values()) {
      const name = id.split('.')[0] ?? id
      const rows = groups.get(name) ?? new Map<string, Row>()
      groups.set(name, rows)
      if (!rows.has(id)) rows.set(id, { id, title, stands, answers: columns.map(one => one.cases.get(id)) })
    }
  }
  return [...groups].map(([name, rows]) => ({ name, rows: [...rows.values()] }))
}

/** How many of these answers passed, failed and were skipped. */
export function tally(answers: Iterable<Verdict | undefined>): Record<Verdict['verdict'], number> {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const answer of answers) if (answer !== undefined) counts[answer.verdict] += 1
  return counts
}
