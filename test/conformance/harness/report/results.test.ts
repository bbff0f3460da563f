import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { columnsOf, groupsOf } from '../../../../conformance/harness/report/columns.ts'
import { escapeHtml } from '../../../../conformance/harness/report/escape.ts'
import { featuresTable } from '../../../../conformance/harness/report/features.ts'
import { htmlReport } from '../../../../conformance/harness/report/html.ts'
import {
  type CaseResult,
  type ResultFile,
  readResults,
  resultFormat,
  writeResults,
} from '../../../../conformance/harness/report/results.ts'
import { readVerdicts, verdictsOf, verdictsText } from '../../../../conformance/harness/report/verdicts.ts'
import { writeFeatures } from '../../../../conformance/harness/report/write.ts'
import { ofShard, readShard } from '../../../../conformance/options.ts'

function result(id: string, changes: Partial<CaseResult> = {}): CaseResult {
  return {
    id,
    title: `title of ${id}`,
    stands: `sentence of ${id}`,
    mark: 'any-runtime',
    verdict: 'passed',
    milliseconds: 10,
    commands: [],
    output: [],
    ...changes,
  }
}

function file(name: string, cases: CaseResult[], changes: Partial<ResultFile> = {}): ResultFile {
  return {
    format: resultFormat,
    runtime: { name, version: `${name} version 1.0` },
    host: { name: 'Linux', system: 'Linux 6.1' },
    date: '2026-01-02T03:04:05.000Z',
    cases,
    ...changes,
  }
}

const directory = mkdtempSync(join(tmpdir(), 'cf-report-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('a result file', () => {
  it('a result file is read as it was written', () => {
    const path = join(directory, 'one.json')
    const command = {
      words: ['a', 'b c'],
      status: null,
      ended: 'SIGKILL',
      stdout: 'x',
      stderr: '',
      milliseconds: 1,
    }
    const written = file('runc', [
      result('state.x', { commands: [command], output: [{ name: 'out', text: 'y' }] }),
    ])
    writeResults(path, written)
    expect(readResults(path)).toEqual(written)
  })

  it('a result file of another form is an error that names the file', () => {
    const path = join(directory, 'bad.json')
    for (const text of ['{}', '[1]', 'no json', JSON.stringify({ ...file('x', []), format: 'other/2' })]) {
      writeFileSync(path, text)
      expect(() => readResults(path), text).toThrow(/^\S*bad\.json: /)
    }
    writeFileSync(path, JSON.stringify(file('x', [{ ...result('a.b'), verdict: 'maybe' as 'passed' }])))
    expect(() => readResults(path)).toThrow(/no result file of the form/)
  })
})

describe('the short form of a result file', () => {
  const whole = file('runc', [
    result('state.x', { commands: [{ words: ['a'], status: 0, stdout: 'x', stderr: '', milliseconds: 1 }] }),
    result('state.y', { verdict: 'failed', reason: 'the first line\nand its details' }),
    result('state.z', { verdict: 'skipped', skip: 'host', reason: 'no racct' }),
  ])

  it('the short form keeps verdicts and the first lines of reasons, and draws the same table of features', () => {
    const short = verdictsOf(whole)
    expect(short.cases).toEqual([
      { id: 'state.x', verdict: 'passed' },
      { id: 'state.y', verdict: 'failed', reason: 'the first line' },
      { id: 'state.z', verdict: 'skipped', reason: 'no racct', skip: 'host' },
    ])
    expect(featuresTable(columnsOf([short]))).toBe(featuresTable(columnsOf([whole])))
  })

  it('the short form is read from its own file and from a whole result file', () => {
    const path = join(directory, 'short.json')
    writeFileSync(path, verdictsText(verdictsOf(whole)))
    expect(readVerdicts(path)).toEqual(verdictsOf(whole))
    writeResults(path, whole)
    expect(readVerdicts(path)).toEqual(verdictsOf(whole))
  })

  it('a file that is neither a result file nor its short form is an error that names the file', () => {
    const path = join(directory, 'bad.json')
    const short = verdictsOf(whole)
    for (const text of ['no json', '{}', JSON.stringify({ ...short, cases: [{ id: 'a' }] })]) {
      writeFileSync(path, text)
      expect(() => readVerdicts(path), text).toThrow(/^\S*bad\.json: /)
    }
  })
})

describe('shards', () => {
  it('M shards cover every case once, whatever M is', () => {
    const cases = Array.from({ length: 11 }, (_, n) => n)
    for (const of of [1, 2, 3, 12]) {
      const parts = Array.from({ length: of }, (_, n) => ofShard(cases, { part: n + 1, of }))
      expect(parts.flat().sort((a, b) => a - b)).toEqual(cases)
    }
  })

  it('a shard is refused unless it is N/M with N from 1 to M', () => {
    expect(readShard('2/3')).toEqual({ part: 2, of: 3 })
    for (const text of ['0/3', '4/3', '1', '1/0', 'a/b', '1/2/3', '-1/2'])
      expect(() => readShard(text), text).toThrow(`--shard: ${text} is not N/M`)
  })

  it('shards of one runtime on one host become one column, and two runtimes become two columns', () => {
    const columns = columnsOf([
      file('runc', [result('state.x')], { shard: '1/2' }),
      file('runc', [result('state.y')], { shard: '2/2', date: '2026-02-02T03:04:05.000Z' }),
      file('crun', [result('state.y', { verdict: 'failed' })]),
    ])
    expect(columns.map(({ runtime, date, cases }) => [runtime, date.slice(0, 7), [...cases.keys()]])).toEqual(
      [
        ['runc 1.0', '2026-02', ['state.x', 'state.y']],
        ['crun 1.0', '2026-01', ['state.y']],
      ],
    )
    const rows = groupsOf(columns)[0]?.rows.map(row => [row.id, row.answers.map(one => one?.verdict)])
    expect(rows).toEqual([
      ['state.x', ['passed', undefined]],
      ['state.y', ['passed', 'failed']],
    ])
  })
})

describe('two files with one case', () => {
  it('the later verdict counts, unless its host lacked what the case needs', () => {
    const later = { verdict: 'skipped', skip: 'host' } as const
    const [column] = columnsOf([
      file('runc', [result('limits.a'), result('limits.b'), result('limits.c', later)]),
      file('runc', [result('limits.a', later), result('limits.b', { verdict: 'failed' })]),
      file('runc', [result('limits.c')]),
    ])
    expect([...(column?.cases.values() ?? [])].map(one => one.verdict)).toEqual([
      'passed',
      'failed',
      'passed',
    ])
  })
})

describe('the page', () => {
  const hostile = `</pre><script>alert(1)</script><img src=x onerror='alert("2")'>&amp;\u001b[31m\u202eevil\u0000`
  const everywhere = file(
    hostile,
    [
      result('state.created', {
        title: hostile,
        stands: hostile,
        verdict: 'failed',
        reason: hostile,
        commands: [
          {
            words: [hostile, hostile],
            status: 1,
            stdout: hostile,
            stderr: hostile,
            log: hostile,
            milliseconds: 1,
          },
          { words: ['x'], status: null, ended: hostile, stdout: '', stderr: '', milliseconds: 1 },
        ],
        output: [{ name: hostile, text: hostile }],
      }),
    ],
    { host: { name: hostile, system: hostile }, date: hostile, runtime: { name: hostile, version: hostile } },
  )

  it('the page shows the output of a runtime or a container as text, never as markup', () => {
    const page = htmlReport([everywhere, file('runc', [result('state.created')])])
    expect(page).not.toMatch(/<script|<img|<\/pre><s/i)
    // Every tag is one that the report itself makes, without an attribute that could run something.
    const tags = [...page.matchAll(/<([a-z0-9]+)((?:[^>"]|"[^"]*")*)>/gi)]
    expect(tags.length).toBeGreaterThan(50)
    for (const [, name = '', attributes = ''] of tags) {
      expect(name).toMatch(
        /^(html|head|meta|title|style|body|header|h[123]|p|code|main|div|article|i|strong|time|table|thead|tr|th|td|tbody|a|br|span|fieldset|legend|label|input|section|small|details|summary|blockquote|pre|footer)$/,
      )
      expect(attributes).not.toMatch(/\son\w+\s*=\s*(?![^"]*"[^"]*$)/i)
    }
    for (const invisible of ['\u001b', '\u202e', '\u0000']) expect(page).not.toContain(invisible)
    expect(page).toContain('&lt;U+001B&gt;[31m&lt;U+202E&gt;evil&lt;U+0000&gt;')
  })

  it('the page forbids scripts and other files by its own policy', () => {
    const page = htmlReport([everywhere])
    expect(page).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'`,
    )
    expect(page).not.toMatch(/(?:src|href)="(?!#)/)
  })

  it('the page has the sentence, the verdict of each runtime and the commands for each case', () => {
    const command = {
      words: ['runc', 'state', 'a b'],
      status: 0,
      stdout: 'said',
      stderr: '',
      milliseconds: 1,
      times: 3,
    }
    const page = htmlReport([
      file('runc', [result('state.x', { commands: [command] })]),
      file('crun', [result('state.x', { verdict: 'failed', reason: 'why it failed' })]),
    ])
    expect(page).toContain('<blockquote>sentence of state.x</blockquote>')
    expect(page).toContain('<details class="case failed differs">')
    expect(page).toContain('runc state &#39;a b&#39;')
    expect(page).toContain('status 0, 0.00 s, 3 times')
    expect(page).toContain('<pre>why it failed</pre>')
  })

  it('escapeHtml escapes what ends an attribute, and leaves letters of other scripts alone', () => {
    expect(escapeHtml(`"'<&>`)).toBe('&quot;&#39;&lt;&amp;&gt;')
    expect(escapeHtml('ü 日本 \u{1f980}\n\t')).toBe('ü 日本 \u{1f980}\n\t')
    expect(escapeHtml('\ud800')).toBe('&lt;U+D800&gt;')
  })
})

describe('the table of features', () => {
  const table = featuresTable(
    columnsOf([
      file('runc', [
        result('pause.a'),
        result('pause.b'),
        result('exec.a'),
        result('exec.b', { verdict: 'failed' }),
        result('terminal.a', { verdict: 'failed' }),
        result('limits.a', { verdict: 'skipped', skip: 'host' }),
        result('hooks.fails-x', { verdict: 'skipped', skip: 'runtime' }),
      ]),
    ]),
  )
  const line = (feature: string) => table.split('\n').find(one => one.startsWith(`| ${feature}`))

  it('the table of features says yes, no, or N of M, and a dash when no case was tried', () => {
    expect(line('pause and resume')).toBe('| pause and resume | yes |')
    expect(line('exec')).toBe('| exec | 1 of 2 |')
    expect(line('terminals')).toMatch(/\| no \|$/)
    expect(line('resource limits of the container')).toMatch(/\| - \|$/)
  })

  it('in the table of features a runtime that is known to differ lacks the feature', () => {
    expect(line('hooks: failures')).toMatch(/\| no \|$/)
  })

  it('the table of features goes to the file that is named, or else to the printer', () => {
    const lines: string[] = []
    writeFeatures([file('runc', [])], undefined, text => lines.push(text))
    expect(lines.join('\n')).toMatch(/^\| feature \| runc 1\.0, Linux \|\n\| --- \| --- \|/)
    const path = join(directory, 'features.md')
    writeFeatures([file('runc', [])], path, () => {
      throw new Error('printed')
    })
    expect(readFileSync(path, 'utf8').trimEnd()).toBe(lines.join('\n'))
  })
})
