/** The page docs/features.md, drawn from the verdicts in docs/features. */
import { type Column, columnsOf, tally } from './columns.ts'
import { featuresTable, plainText } from './features.ts'
import type { Verdict } from './results.ts'
import type { VerdictsFile } from './verdicts.ts'

const head = `<!-- Made by npm run docs from the files in docs/features. Do not edit. -->

# Features by runtime

The [conformance harness](../conformance/README.md) has run its cases against each of these runtimes. A feature stands for some of
the cases. runc is here to measure the cases themselves: it runs on Linux, so only those are tried that hold for any runtime.
A skipped case counts as \`no\` where the runtime is known to differ, and not at all where the host lacks what the case needs.`

const foot = `## Bring results of another machine

Run the harness there with \`--results FILE\`, put the file into \`docs/features\`, and run \`npm run docs\` here. It draws this page, and
leaves only the verdicts in the file. Files of one runtime on one host are one column, whose date is that of the newest file; where
two files have one case, the file whose name comes later counts. On FreeBSD, this command makes the file:

    ./jailwright-conformance-freebsd-x64 --runtime /usr/local/bin/jailwright --results jailwright-freebsd.json

\`npm run conformance -- --report html --from FILE...\` makes a page with the sentence, the commands and the output of each case. It
needs the whole files, not those in \`docs/features\`.
`

/** How many cases there are by what `key` says of each. */
function countBy(cases: readonly Verdict[], key: (one: Verdict) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const one of cases) counts.set(key(one), (counts.get(key(one)) ?? 0) + 1)
  return counts
}

/** How many cases a runtime has passed; what failed, what the runtime is known to do differently, and what the host lacked. */
function differences(column: Column<Verdict>): string {
  const cases = [...column.cases.values()]
  const { passed, failed, skipped } = tally(cases)
  const reason = (one: Verdict) => plainText(one.reason ?? 'no reason is given')
  const known = cases.filter(one => one.skip === 'runtime')
  const other = cases.filter(one => one.verdict === 'skipped' && one.skip !== 'runtime')
  const lines = [
    ...cases.filter(one => one.verdict === 'failed').map(one => `- \`${one.id}\` failed: ${reason(one)}`),
    ...[...countBy(other, reason)].map(([why, count]) => `- ${count} skipped: ${why}`),
    ...known.map(one => `- \`${one.id}\` skipped: ${reason(one)}`),
  ]
  const title = `### ${plainText(`${column.runtime}, ${column.host}`)}`
  const sum = `${passed} cases passed, ${failed} failed, ${skipped} were skipped.`
  return [title, sum, ...(lines.length > 0 ? [lines.join('\n')] : [])].join('\n\n')
}

/** The text of docs/features.md. */
export function featuresPage(files: readonly VerdictsFile[]): string {
  const columns = columnsOf(files)
  return [
    `${head}\n\n${featuresTable(columns).trimEnd()}`,
    '## What is behind the table',
    ...columns.map(differences),
    foot,
  ].join('\n\n')
}

/** How the ids in the files of one runtime differ from the ids of the cases. */
export interface Stale {
  runtime: string
  /** Cases that the files have no verdict on: they are newer than the run. */
  newer: string[]
  /** Ids in the files that no case has: the files are too old. */
  gone: string[]
}

/** Compares the files with the cases. Cases of `--bundles` count neither way, since they come with the directory of the option. */
export function staleIds(files: readonly VerdictsFile[], ids: readonly string[]): Stale[] {
  const known = new Set(ids)
  return columnsOf(files).map(({ runtime, cases }) => ({
    runtime,
    newer: ids.filter(id => !cases.has(id)),
    gone: [...cases.keys()].filter(id => !known.has(id) && !id.startsWith('podman.')),
  }))
}
