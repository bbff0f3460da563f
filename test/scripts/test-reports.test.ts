import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execaSync } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConformanceResults, readVitestReport, runTwice } from '../../scripts/test-reports.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'reports-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/** Runs Vitest on files of tests with these texts, and gives what its report says. */
function ofVitest(files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text)
  const report = join(dir, 'report.json')
  const words = ['run', '--root', dir, '--reporter=json', `--outputFile.json=${report}`]
  execaSync(join(root, 'node_modules/.bin/vitest'), words, { reject: false, cwd: root })
  return readVitestReport(readFileSync(report, 'utf8'), dir)
}

const head = `import { expect, it } from '${join(root, 'node_modules/vitest/dist/index.js')}'\n`

describe('the report of Vitest', () => {
  it('failed tests are named with their file, and each file is run again once', () => {
    const fails =
      "it('one', () => expect(1).toBe(2))\nit('two', () => expect(1).toBe(3))\nit('three', () => {})\n"
    expect(ofVitest({ 'a.test.ts': head + fails, 'b.test.ts': `${head}it('four', () => {})\n` })).toEqual({
      passed: 2,
      failed: ['a.test.ts > one', 'a.test.ts > two'],
      again: ['a.test.ts'],
    })
  })

  it('a file of tests that cannot be loaded is a failure', () => {
    expect(ofVitest({ 'a.test.ts': "throw new Error('no')\n" })).toEqual({
      passed: 0,
      failed: ['a.test.ts'],
      again: ['a.test.ts'],
    })
  })

  it('a run in which all passes has nothing to run again', () => {
    expect(ofVitest({ 'a.test.ts': `${head}it('one', () => {})\n` })).toEqual({
      passed: 1,
      failed: [],
      again: [],
    })
  })
})

describe('the results of the conformance harness', () => {
  const one = (id: string, verdict: string) => ({ id, verdict })

  it('the failed cases alone are chosen for the second run, by their whole names', () => {
    const cases = [one('a.b', 'failed'), one('a.bc', 'passed'), one('d-e', 'failed'), one('f', 'skipped')]
    const { passed, failed, again } = readConformanceResults(JSON.stringify({ cases }))
    expect([passed, failed, again[0]]).toEqual([1, ['a.b', 'd-e'], '--filter'])
    const chosen = ['a.b', 'a.bc', 'axb', 'd-e', 'xd-e'].filter(id => new RegExp(again[1] ?? '').test(id))
    expect(chosen).toEqual(['a.b', 'd-e'])
  })
})

describe('the second run of failed tests', () => {
  /** Runs twice with these outcomes; gives the verdict and the words of each run. */
  async function verdictOf(...outcomes: { passed: number; failed: string[]; again?: string[] }[]) {
    const runs: (readonly string[])[] = []
    const verdict = await runTwice('tests', ['--all'], async words => {
      const outcome = outcomes[runs.push(words) - 1]
      if (outcome === undefined) throw new Error('there is no further run')
      return outcome
    })
    return { ...verdict, runs }
  }

  it('a test that passes in the second run is counted as passed and told by name, one that fails again has failed', async () => {
    expect(
      await verdictOf(
        { passed: 10, failed: ['a', 'b'], again: ['a', 'b'] },
        { passed: 1, failed: ['b'], again: ['b'] },
      ),
    ).toEqual({ passed: 11, failed: ['b'], unsteady: ['a'], runs: [['--all'], ['a', 'b']] })
  })

  it('tests are not run again when many failed, nor when none failed', async () => {
    const many = ['a', 'b', 'c', 'd']
    expect(await verdictOf({ passed: 10, failed: many, again: many })).toEqual({
      passed: 10,
      failed: many,
      unsteady: [],
      runs: [['--all']],
    })
    expect(await verdictOf({ passed: 10, failed: [], again: [] })).toMatchObject({ runs: [['--all']] })
  })

  it('a second run that breaks off leaves the failures of the first', async () => {
    expect(
      await verdictOf({ passed: 10, failed: ['a'], again: ['a'] }, { passed: 0, failed: ['tests'] }),
    ).toMatchObject({ passed: 10, failed: ['a'], unsteady: [] })
  })
})
