import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { lastingDirectory, lastingRecord, recordNames } from '../../../src/container/state/lasting.ts'
import { layout } from '../../../src/container/state/paths.ts'

it('a root below /var/run, which is emptied at boot, has its records at the same place below /var/db', () => {
  expect(lastingDirectory('/var/run/jailwright')).toBe('/var/db/jailwright')
  expect(lastingDirectory('/var/run/no/such')).toBe('/var/db/no/such')
  expect(lastingRecord(layout('/var/run/jailwright', 'web'))).toBe('/var/db/jailwright/web')
})

it('a root elsewhere needs no records, because nothing removes its journals', () => {
  for (const root of ['/var/run', '/var/running/x', '/var/db/x', '/'])
    expect(lastingDirectory(root)).toBeUndefined()
  expect(lastingRecord(layout('/srv/x', 'web'))).toBeUndefined()
})

it('a directory of records that does not exist has none', () => {
  const directory = mkdtempSync(join(tmpdir(), 'lasting-'))
  expect(recordNames(join(directory, 'none'))).toEqual([])
  expect(recordNames(directory)).toEqual([])
  rmSync(directory, { recursive: true })
})
