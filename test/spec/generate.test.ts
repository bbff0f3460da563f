import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const generated = path.join('src', 'bundle', 'generated')
const generate = () => execFileSync(process.execPath, ['scripts/generate-spec.mjs'], { stdio: 'pipe' })
const times = () =>
  fs.readdirSync(generated).map(name => [name, fs.statSync(path.join(generated, name)).mtimeMs])

test('a second run of the generator writes nothing', () => {
  generate()
  const before = times()
  expect(before.length).toBeGreaterThanOrEqual(14)
  generate()
  expect(times()).toEqual(before)
})

test('generated validators import nothing, so that no library is in the program', () => {
  for (const name of fs.readdirSync(generated).filter(entry => entry.endsWith('.js'))) {
    const code = fs.readFileSync(path.join(generated, name), 'utf8')
    expect(code).not.toMatch(/\brequire\(|\bimport\b/)
  }
})

test('the generator makes a type for every shared object, once', () => {
  const text = fs.readFileSync(path.join(generated, 'config.ts'), 'utf8')
  const names = [...text.matchAll(/^export (?:interface|type) (\w+)/gm)].map(match => match[1])
  expect(names).toEqual(
    expect.arrayContaining(['Config', 'Process', 'Mount', 'Hook', 'FreeBsdJail', 'LinuxResources']),
  )
  // The generator gives a second copy of a type a name with a number at its end.
  expect(names.filter(name => /\d$/.test(name ?? ''))).toEqual([])
})
