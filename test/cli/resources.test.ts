import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Invocation } from '../../src/cli/commands.ts'
import { fastParse } from '../../src/cli/fast-parse.ts'
import {
  ignoredOptions,
  parseSize,
  resourcesFromFile,
  resourcesFromOptions,
} from '../../src/cli/resources.ts'
import { running } from '../../src/cli/table/running.ts'
import { toInvocation } from '../../src/cli/values.ts'
import { disposition } from '../../src/translate/disposition/disposition.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'jailwright-resources-'))
})
afterAll(() => rmSync(dir, { recursive: true }))

function options(line: string): Invocation<'update'>['options'] {
  const { raw, words } = fastParse(['update', ...line.split(' ').filter(Boolean), 'web'])!
  return (toInvocation('update', raw, words) as Invocation<'update'>).options
}

test.each([
  ['0', 0],
  ['268435456', 268435456],
  ['256m', 268435456],
  ['1G', 2 ** 30],
  ['2KiB', 2048],
  ['3tb', 3 * 2 ** 40],
  ['-1', -1],
])('the size %s of update is %s bytes', (text, bytes) => {
  expect(parseSize(text, 'memory')).toBe(bytes)
})

test.each(['', '1.5g', '-2', '1 k', 'm', '99999999999999t', '0x10'])(
  '"%s" is refused as a size of update',
  text => {
    expect(() => parseSize(text, 'memory')).toThrow('--memory must be a number of bytes')
  },
)

test("a single option of update replaces the file's value, property by property", () => {
  const file = join(dir, 'limits.json')
  writeFileSync(file, '{"memory":{"limit":1000,"reservation":5},"pids":{"limit":7},"cpu":{"shares":2}}')
  expect(resourcesFromOptions(options('--memory 1m --cpuset-cpus=0-3'), resourcesFromFile(file))).toEqual({
    memory: { limit: 1048576, reservation: 5 },
    pids: { limit: 7 },
    cpu: { shares: 2, cpus: '0-3' },
  })
})

test('every option of update has its property in linux.resources', () => {
  const line =
    '--memory 1k --memory-swap=-1 --cpu-quota 50000 --cpu-period 100000 --cpuset-cpus 1 --pids-limit 9 --read-bps 1m --write-bps 2m --read-iops 3 --write-iops 4'
  const rate = (value: number) => [{ major: 0, minor: 0, rate: value }]
  expect(resourcesFromOptions(options(line), {})).toEqual({
    memory: { limit: 1024, swap: -1 },
    cpu: { quota: 50000, period: 100000, cpus: '1' },
    pids: { limit: 9 },
    blockIO: {
      throttleReadBpsDevice: rate(1048576),
      throttleWriteBpsDevice: rate(2097152),
      throttleReadIOPSDevice: rate(3),
      throttleWriteIOPSDevice: rate(4),
    },
  })
  expect(resourcesFromOptions(options(''), {})).toEqual({})
})

test('every option of update without effect is reported, and its property is ignored in a config too', () => {
  const names = Object.entries(running.update.options).flatMap(([name, spec]) =>
    'ignored' in spec ? [`--${name}`] : [],
  )
  const found = ignoredOptions(options(names.map(name => `${name}=1`).join(' ')))
  expect(found.map(({ option }) => option).sort()).toEqual(names.sort())
  for (const { property } of found) expect(disposition(property)?.fate).toBe('ignored')
  expect(ignoredOptions(options('--memory 1m'))).toEqual([])
})

test('a resources file of update is checked like linux.resources of a bundle', () => {
  const file = join(dir, 'bad.json')
  writeFileSync(file, '{"memory":{"limit":"lots"}}')
  expect(() => resourcesFromFile(file)).toThrow()
  writeFileSync(file, 'not json')
  expect(() => resourcesFromFile(file)).toThrow(file)
})

test('a resources file that is larger than any real one is refused before it fills the memory', () => {
  const file = join(dir, 'huge')
  writeFileSync(file, '')
  truncateSync(file, 17 * 1024 * 1024)
  expect(() => resourcesFromFile(file)).toThrow(`${file}: larger than 16 MiB`)
  expect(() => resourcesFromFile('/dev/zero')).toThrow('/dev/zero: larger than 16 MiB')
})
