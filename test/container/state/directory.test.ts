import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { expect, it } from 'vitest'
import { hasDirectory } from '../../../src/container/state/directory.ts'
import { layout } from '../../../src/container/state/paths.ts'

it('the directory of a container is recognised, and anything else at its place is reported and left', () => {
  const dir = tmp.dirSync({ unsafeCleanup: true }).name
  mkdirSync(join(dir, 'web'))
  expect(hasDirectory(layout(dir, 'web'))).toBe(true)
  expect(hasDirectory(layout(dir, 'none'))).toBe(false)
  expect(hasDirectory(layout(join(dir, 'none'), 'none'))).toBe(false)
  writeFileSync(join(dir, 'file'), '')
  expect(hasDirectory(layout(join(dir, 'file'), 'below-a-file'))).toBe(false)
  symlinkSync('web', join(dir, 'link'))
  symlinkSync('nowhere', join(dir, 'dangling'))
  for (const name of ['file', 'link', 'dangling'])
    expect(() => hasDirectory(layout(dir, name))).toThrow(`${join(dir, name)} was not made by jailwright`)
  expect(readdirSync(dir).sort()).toEqual(['dangling', 'file', 'link', 'web'])
})
