import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { allCases } from '../../../../conformance/cases/index.ts'
import { columnsOf } from '../../../../conformance/harness/report/columns.ts'
import { features, featuresTable, isOther } from '../../../../conformance/harness/report/features.ts'
import { featuresPage, staleIds } from '../../../../conformance/harness/report/features-page.ts'
import {
  readVerdicts,
  type VerdictsFile,
  verdictsFormat,
  verdictsText,
} from '../../../../conformance/harness/report/verdicts.ts'

const docs = path.resolve(import.meta.dirname, '../../../../docs')
const names = readdirSync(path.join(docs, 'features'))
  .filter(name => name.endsWith('.json'))
  .sort()
const ids = allCases.map(one => one.id)

function verdicts(cases: VerdictsFile['cases']): VerdictsFile {
  return {
    format: verdictsFormat,
    runtime: { name: 'runc', version: 'runc version 1.0' },
    host: { name: 'Linux', system: 'Linux 6.1' },
    date: '2026-01-02T03:04:05.000Z',
    cases,
  }
}

describe('the features in words', () => {
  it('every feature has a case that shows it', () => {
    // The cases of podman's bundles come with the directory that --bundles names.
    const empty = features.filter(([, cases]) => ![...ids, 'podman.x'].some(id => cases.test(id)))
    expect(empty.map(([feature]) => feature)).toEqual([])
  })

  it('cases that belong to no feature have a row of their own, which is there only when there are such cases', ({
    annotate,
  }) => {
    const table = (id: string) => featuresTable(columnsOf([verdicts([{ id, verdict: 'passed' }])]))
    expect(table('nosuch.case')).toContain('| other cases | yes |')
    expect(table('state.created')).not.toContain('other cases')
    const other = ids.filter(isOther)
    if (other.length > 0) void annotate(`cases of no feature: ${other.join(', ')}`)
  })
})

describe('docs/features.md', () => {
  const files = names.map(name => readVerdicts(path.join(docs, 'features', name)))

  it('docs/features.md is what `npm run docs` draws from docs/features', () => {
    expect(names).toEqual(expect.arrayContaining(['jailwright.json', 'runc.json']))
    expect(readFileSync(path.join(docs, 'features.md'), 'utf8')).toBe(featuresPage(files))
  })

  it.each(names)('docs/features/%s holds only verdicts, in the form that `npm run docs` writes', name => {
    const file = path.join(docs, 'features', name)
    expect(readFileSync(file, 'utf8')).toBe(verdictsText(readVerdicts(file)))
  })

  it('every id in docs/features is the id of a case, and the cases that are newer are named', ({
    annotate,
  }) => {
    for (const { runtime, newer, gone } of staleIds(files, ids)) {
      expect(gone, runtime).toEqual([])
      if (newer.length > 0) void annotate(`docs/features has no verdict of ${runtime} on ${newer.join(', ')}`)
    }
  })

  it('a verdict on a case that is gone is found, and so is a case without a verdict', () => {
    const first = verdicts([
      { id: 'state.old', verdict: 'passed' },
      { id: 'podman.plain', verdict: 'passed' },
    ])
    const second = verdicts([{ id: 'state.both', verdict: 'passed' }])
    expect(staleIds([first, second], ['state.both', 'state.new'])).toEqual([
      { runtime: 'runc 1.0', newer: ['state.new'], gone: ['state.old'] },
    ])
  })

  it('the page gives the reason of each failure and each known difference as text, and counts the other skipped cases', () => {
    const page = featuresPage([
      verdicts([
        { id: 'pause.a', verdict: 'failed', reason: 'expected <b> & `x`' },
        { id: 'pause.b', verdict: 'skipped', skip: 'runtime', reason: 'it differs' },
        { id: 'pause.c', verdict: 'skipped', skip: 'mark', reason: 'for jails' },
        { id: 'pause.d', verdict: 'passed' },
      ]),
    ])
    expect(page).toContain('| pause and resume | 1 of 3 |')
    expect(page).toContain('- `pause.a` failed: expected \\<b\\> \\& \\`x\\`\n')
    expect(page).toContain('- `pause.b` skipped: it differs\n')
    expect(page).toContain('- 1 skipped: for jails\n')
    expect(page).toContain('1 cases passed, 1 failed, 2 were skipped.')
    expect(page).not.toContain('pause.c')
  })
})
