import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { commands, specOf } from '../../src/cli/commands.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const pages = ['man/jailwright.8', 'man/jailwright-config.5']

function mandoc(...args: string[]) {
  return spawnSync('mandoc', args, { cwd: root, encoding: 'utf8' })
}

const installed = mandoc('-T', 'lint', '/dev/null').error === undefined
if (!installed) console.error('skipped: no mandoc here to check the manual pages')

test('the manual pages are generated from the current tables', () => {
  const { stderr, status } = spawnSync(process.execPath, ['scripts/generate-man.mjs', '--check'], {
    cwd: root,
    encoding: 'utf8',
  })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
})

test.runIf(installed).each(pages)('mandoc has no warning about %s', page => {
  const { stdout, status } = mandoc('-T', 'lint', '-W', 'warning', page)
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 })
})

test('every placeholder of the manual pages is filled', () => {
  for (const page of pages)
    expect(readFileSync(`${root}/${page}`, 'utf8')).not.toMatch(/@[A-Z]+@|undefined|\[object/)
})

test.runIf(installed)('jailwright(8) documents every command and every option that has an effect', () => {
  // Bold is a letter, a backspace and the letter again.
  const struck = new RegExp(`.${String.fromCharCode(8)}`, 'g')
  const text = mandoc('-T', 'ascii', 'man/jailwright.8').stdout.replace(struck, '')
  for (const name of Object.keys(commands) as (keyof typeof commands)[]) {
    expect(text).toMatch(new RegExp(`^ {5}${name}( |$)`, 'm'))
    for (const [option, { ignored, alias }] of Object.entries(specOf(name).options)) {
      if (ignored) continue
      expect(text).toMatch(new RegExp(`^ +${alias ? `-${alias}, ` : ''}--${option}( |$)`, 'm'))
    }
  }
})
