/**
 * The report as one page without scripts and without other files; a policy in the page forbids both, so that the
 * reader's browser can never run anything that a runtime or a container printed.
 */
import { type Column, columnsOf, type Group, groupsOf, type Row, tally } from './columns.ts'
import { escapeHtml as text } from './escape.ts'
import type { CaseResult, ResultFile } from './results.ts'
import { style } from './style.ts'

type Verdict = CaseResult['verdict']

const wordFor: Readonly<Record<Verdict, string>> = { passed: 'pass', failed: 'FAIL', skipped: 'skip' }

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 100_000 ? 2 : 0)} s`
}

/** A command line as a shell would take it. */
function shellWords(words: readonly string[]): string {
  return words
    .map(word => (/^[\w@%+=:,./$-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ')
}

/** Host and system; the system alone where it begins with the name of the host. */
function hostTitle({ host, system }: Column): string {
  return system.startsWith(host) ? system : `${host}, ${system}`
}

/** A time of RFC 3339 in UTC, to the minute. */
function day(date: string): string {
  return date.replace(/^([\d-]+)T(\d\d:\d\d).*Z$/, '$1 $2 UTC')
}

function card(column: Column): string {
  const counts = tally(column.cases.values())
  const total = Math.max(column.cases.size, 1)
  const part = (verdict: Verdict) =>
    `<i class="${verdict}" style="width:${((100 * counts[verdict]) / total).toFixed(2)}%"></i>`
  const took = [...column.cases.values()].reduce((sum, one) => sum + one.milliseconds, 0)
  return `<article class="card"><h2>${text(column.runtime)}</h2>
<p class="soft">${text(hostTitle(column))}</p>
<div class="bar" aria-hidden="true">${part('passed')}${part('failed')}</div>
<p><strong>${counts.passed}</strong> passed, <strong>${counts.failed}</strong> failed, <strong>${counts.skipped}</strong> skipped</p>
<p class="soft"><time datetime="${text(column.date)}">${text(day(column.date))}</time>, ${seconds(took)}</p></article>`
}

function groupCell(group: Group, index: number): string {
  const counts = tally(group.rows.map(row => row.answers[index]))
  const tried = counts.passed + counts.failed
  const verdict: Verdict = counts.failed > 0 ? 'failed' : tried > 0 ? 'passed' : 'skipped'
  const skipped = counts.skipped > 0 ? ` <span class="soft">(${counts.skipped} skipped)</span>` : ''
  return `<td class="count ${verdict}">${tried === 0 ? '-' : `${counts.passed} of ${tried}`}${skipped}</td>`
}

function overview(columns: readonly Column[], groups: readonly Group[]): string {
  const heads = columns.map(
    one => `<th scope="col">${text(one.runtime)}<br><span class="soft">${text(one.host)}</span></th>`,
  )
  const rows = groups.map(
    group =>
      `<tr><td><a href="#${text(group.name)}">${text(group.name)}</a></td>${columns.map((_, index) => groupCell(group, index)).join('')}</tr>`,
  )
  return `<div class="scroll"><table><thead><tr><th scope="col">group</th>${heads.join('')}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table></div>`
}

function stream(name: string, content: string | undefined): string {
  if (content === undefined || content === '') return ''
  return `<div class="stream">${name}</div><pre>${text(content.replace(/\n$/, ''))}</pre>`
}

function commands(answer: CaseResult): string {
  if (answer.commands.length === 0) return ''
  const parts = answer.commands.map(one => {
    const times = one.times === undefined ? '' : `, ${one.times} times`
    const status = one.ended === undefined ? `status ${one.status}` : text(one.ended)
    return `<div class="command"><code>${text(shellWords(one.words))}</code><span class="stream">${status}, ${seconds(one.milliseconds)}${times}</span>${stream('standard output', one.stdout)}${stream('standard error', one.stderr)}${stream('log', one.log)}</div>`
  })
  const count = answer.commands.length
  return `<details><summary>${count} command${count === 1 ? '' : 's'}</summary>${parts.join('')}</details>`
}

function written(answer: CaseResult): string {
  if (answer.output.length === 0) return ''
  const parts = answer.output.map(({ name, text: content }) => stream(text(name), content))
  return `<details><summary>output of the program</summary>${parts.join('')}</details>`
}

function answerPart(column: Column, answer: CaseResult | undefined): string {
  const head = `${text(column.runtime)} <span class="soft">on ${text(column.host)}</span>`
  if (answer === undefined) return `<h3>${mark(column, undefined)} ${head}</h3><p class="soft">not run</p>`
  const time =
    answer.verdict === 'skipped' ? '' : ` <span class="soft">${seconds(answer.milliseconds)}</span>`
  const reason = answer.reason === undefined ? '' : `<pre>${text(answer.reason)}</pre>`
  return `<h3>${mark(column, answer)} ${head}${time}</h3>${reason}${commands(answer)}${written(answer)}`
}

function mark(column: Column, answer: CaseResult | undefined): string {
  const word = answer === undefined ? '-' : wordFor[answer.verdict]
  return `<span class="mark ${answer?.verdict ?? 'absent'}" title="${text(column.runtime)}">${word}</span>`
}

/** Classes that the filters look for: `failed` and `skipped` by any column, `differs` where tried answers differ. */
function classesOf(row: Row): string {
  const verdicts = new Set(row.answers.map(answer => answer?.verdict))
  const classes = ['case', ...(['failed', 'skipped'] as const).filter(one => verdicts.has(one))]
  if (verdicts.has('passed') && verdicts.has('failed')) classes.push('differs')
  return classes.join(' ')
}

function caseBlock(columns: readonly Column[], row: Row): string {
  return `<details class="${classesOf(row)}"><summary><span class="marks">${columns.map((column, index) => mark(column, row.answers[index])).join('')}</span><code>${text(row.id)}</code><span class="title">${text(row.title)}</span></summary>
<div class="body"><blockquote>${text(row.stands)}</blockquote>${columns.map((column, index) => answerPart(column, row.answers[index])).join('')}</div></details>`
}

function groupBlock(columns: readonly Column[], group: Group): string {
  return `<section class="group"><h2 id="${text(group.name)}">${text(group.name)} <small>${group.rows.length} case${group.rows.length === 1 ? '' : 's'}</small></h2>${group.rows.map(row => caseBlock(columns, row)).join('\n')}</section>`
}

function filters(several: boolean): string {
  const choices = [
    ['all', 'all cases'],
    ['failed', 'failed'],
    ['skipped', 'skipped'],
    ...(several ? [['differs', 'runtimes differ']] : []),
  ]
  const labels = choices.map(
    ([id, label], index) =>
      `<label><input type="radio" name="show" id="show-${id}"${index === 0 ? ' checked' : ''}>${label}</label>`,
  )
  return `<fieldset class="filters"><legend>cases to show</legend>${labels.join('')}</fieldset>`
}

/** The page for these result files, each runtime and host a column. */
export function htmlReport(files: readonly ResultFile[]): string {
  const columns = columnsOf(files)
  const groups = groupsOf(columns)
  const cases = groups.reduce((sum, group) => sum + group.rows.length, 0)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Conformance of OCI runtimes: ${text(columns.map(one => one.runtime).join(', '))}</title>
<style>${style}</style></head><body>
<header><h1>Conformance of OCI runtimes</h1>
<p class="soft">${cases} cases. Each stands for a sentence of the OCI runtime specification or for what a caller relies on; open one to see it, with the commands that were run and what they answered. <code>$CASE</code> is the directory of a case.</p></header>
<main><div class="cards">${columns.map(card).join('\n')}</div>
${overview(columns, groups)}
${filters(columns.length > 1)}
${groups.map(group => groupBlock(columns, group)).join('\n')}</main>
<footer>Written by the conformance harness of jailwright (npm run conformance -- --report html).</footer>
</body></html>
`
}
