import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import {
  mountsBelow,
  readProcesses,
  readSections,
  sectionsScript,
} from '../../../../conformance/harness/host/snapshot.ts'

describe('the snapshot of a host', () => {
  it('one shell runs all tools, and each output comes back under its name', async () => {
    const script = sectionsScript({
      one: 'echo first; echo second',
      none: 'echo bad >&2; false',
      two: 'echo third',
    })
    const { stdout } = await execa('/bin/sh', ['-c', script, 'sh', '@7@'])
    const sections = readSections(`${stdout}\n`, '@7@')
    expect(sections.get('one')).toBe('first\nsecond')
    expect(sections.get('none')).toBe('')
    expect(sections.get('two')).toBe('third')
  })

  it('a script that does not come to its end is an error, not an empty host', async () => {
    const { stdout } = await execa('/bin/sh', ['-c', sectionsScript({ one: 'exit 1' }), 'sh', '@7@'], {
      reject: false,
    })
    expect(() => readSections(stdout, '@7@')).toThrow(/did not come to their end/)
  })

  it('the list of processes is read without the zombies', () => {
    const text = '    1 Is   /sbin/init\n  812 Z    <defunct>\n 4711 S+J  sleep 100 200\n'
    expect(readProcesses(text)).toEqual([
      { pid: 1, words: '/sbin/init' },
      { pid: 4711, words: 'sleep 100 200' },
    ])
  })

  it("a mount whose path begins like a directory's name is not below the directory", () => {
    const snapshot = { mounts: ['/a/b', '/a/bc', '/a/b/c'], jails: [], processes: [], objects: [] }
    expect(mountsBelow(snapshot, '/a/b')).toEqual(['/a/b', '/a/b/c'])
  })
})
