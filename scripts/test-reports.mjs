/** What the reports of Vitest and of the conformance harness say of a run of tests, and the second run of those that failed. */
import path from 'node:path'

/**
 * @typedef {object} Outcome
 * @property {number} passed how many tests passed
 * @property {string[]} failed the name of each test that failed, and the name of each file of tests that cannot be loaded
 * @property {string[]} [again] words of a command line that choose the failed tests alone, for Vitest their files; missing where
 *   a second run would tell nothing
 */

/**
 * How many failed tests are run once more. The tests run real processes, so a pause of a loaded machine can fail one that is
 * sound; more failures than these have another reason.
 */
const SECOND_TRIES = 3

/**
 * Runs tests, and once more those that failed, when they are few. A test that passes in the second run only is no failure, but
 * is told by name, because it depends on chance and is to be mended.
 *
 * @param {string} name what is run, for the line that tells of a second run
 * @param {readonly string[]} words words of the command line for the first run
 * @param {(words: readonly string[]) => Promise<Outcome>} run runs the tests that the words choose
 * @returns {Promise<{ passed: number, failed: string[], unsteady: string[] }>}
 */
export async function runTwice(name, words, run) {
  const { passed, failed, again } = await run(words)
  const once = { passed, failed, unsteady: [] }
  if (again === undefined || failed.length === 0 || failed.length > SECOND_TRIES) return once
  console.log(`\n== ${name}, once more: ${failed.join(', ')}`)
  const second = await run(again)
  if (second.again === undefined) return once
  return {
    passed: passed + failed.length - second.failed.length,
    failed: second.failed,
    unsteady: failed.filter(one => !second.failed.includes(one)),
  }
}

/** The lines that tell of tests which passed in their second run only. */
export const unsteadyLines = names =>
  names.map(name => `passed in the second run only, and is to be mended: ${name}`)

/**
 * Reads the report that Vitest's reporter `json` has written.
 *
 * @param {string} text the report
 * @param {string} root the directory that the names of files are told from
 * @returns {Outcome}
 */
export function readVitestReport(text, root) {
  const { numPassedTests, testResults } = JSON.parse(text)
  const failed = testResults.flatMap(({ name, status, assertionResults }) => {
    const file = path.relative(root, name)
    const tests = assertionResults.filter(test => test.status === 'failed')
    // A file that cannot be loaded has no test that failed, and a hook of a file can fail while its tests pass.
    if (tests.length === 0) return status === 'failed' ? [{ file, name: file }] : []
    return tests.map(test => ({ file, name: `${file} > ${test.fullName}` }))
  })
  return {
    passed: numPassedTests,
    failed: failed.map(({ name }) => name),
    again: [...new Set(failed.map(({ file }) => file))],
  }
}

/**
 * Reads the file that the conformance harness has written for `--results`.
 *
 * @param {string} text the file
 * @returns {Outcome}
 */
export function readConformanceResults(text) {
  const { cases } = JSON.parse(text)
  const of = verdict => cases.filter(one => one.verdict === verdict).map(({ id }) => id)
  const failed = of('failed')
  const pattern = failed.map(id => id.replaceAll(/[^\w]/g, '\\$&')).join('|')
  return { passed: of('passed').length, failed, again: ['--filter', `^(?:${pattern})$`] }
}
