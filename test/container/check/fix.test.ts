/** `check --fix` and `--unfix`: one file, shown first, and taken back. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { beforeEach, expect, it } from 'vitest'
import { dropInText, isDropIn } from '../../../src/container/check/drop-in.ts'
import { fix, unfix } from '../../../src/container/check/fix.ts'
import { unifiedDiff } from '../../../src/container/check/unified-diff.ts'

let etc = ''
let directory = ''
let file = ''

beforeEach(() => {
  etc = tmp.dirSync({ unsafeCleanup: true }).name
  directory = join(etc, 'containers.conf.d')
  file = join(directory, 'jailwright.conf')
})

it('the drop-in of check --fix is the file that the package installs as a sample', () => {
  expect(dropInText()).toBe(readFileSync('packaging/containers.conf.d/jailwright.conf', 'utf8'))
})

it('check --fix shows its change first and writes one file, and --unfix takes it back without a trace', () => {
  const change = fix(directory)
  expect(change.diff).toMatch(/^--- \/dev\/null\n\+\+\+ .*jailwright\.conf\n@@ -0,0 \+1,\d+ @@\n\+# Makes/)
  expect(existsSync(directory)).toBe(false)
  change.apply()
  expect(readdirSync(directory)).toEqual(['jailwright.conf'])
  expect(readFileSync(file, 'utf8')).toBe(dropInText())
  expect(fix(directory).diff).toBe('')
  unfix(directory).apply()
  expect(readdirSync(etc)).toEqual([])
  expect(unfix(directory).diff).toBe('')
})

it('a drop-in for an executable elsewhere is recognised, replaced and removed', () => {
  fix(directory, '/opt/bin/jailwright').apply()
  expect(isDropIn(readFileSync(file, 'utf8'))).toBe(true)
  const change = fix(directory)
  expect(change.diff.split('\n').filter(line => /^[-+][^-+]/.test(line))).toEqual([
    '-jailwright = ["/opt/bin/jailwright"]',
    '+jailwright = ["/usr/local/bin/jailwright"]',
  ])
  change.apply()
  writeFileSync(join(directory, 'other.conf'), '')
  unfix(directory).apply()
  expect(readdirSync(directory)).toEqual(['other.conf'])
})

it.each([
  ['a file of others', () => writeFileSync(file, '[engine]\nruntime = "ocijail"\n')],
  ['a file of ours that was changed', () => writeFileSync(file, `${dropInText()}# mine\n`)],
])('check --fix writes nothing over %s, and --unfix does not remove it', (_, put) => {
  mkdirSync(directory)
  put()
  const before = readFileSync(file, 'utf8')
  const refusal = expect.objectContaining({ code: 'HOST', message: `${file} was not written by jailwright` })
  expect(() => fix(directory).apply()).toThrow(refusal as Error)
  expect(() => unfix(directory).apply()).toThrow(refusal as Error)
  expect(readFileSync(file, 'utf8')).toBe(before)
})

it('check --fix follows no link in the place of the file', () => {
  mkdirSync(directory)
  writeFileSync(join(etc, 'target'), dropInText())
  symlinkSync('../target', file)
  expect(() => fix(directory)).toThrow('was not written by jailwright')
  expect(() => unfix(directory)).toThrow('was not written by jailwright')
})

it('the diff of check --fix shows the differences with three lines around them', () => {
  const text = (...lines: string[]) => lines.map(line => `${line}\n`).join('')
  expect(unifiedDiff('f', text('1', '2', '3', '4', '5', '6'), text('1', '2', '3', '4', 'x', '6'))).toBe(
    text('--- f', '+++ f', '@@ -2,5 +2,5 @@', ' 2', ' 3', ' 4', '-5', '+x', ' 6'),
  )
  expect(unifiedDiff('f', 'a\n', undefined)).toBe(text('--- f', '+++ /dev/null', '@@ -1,1 +0,0 @@', '-a'))
})
