/** The host layer in a process of its own, whose answers are the same from Node and from the native program. */
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { dirSync } from 'tmp'
import { describe, expect, it } from 'vitest'
import { hasZig } from '../../scripts/native.mjs'
import { fixtureCommand, nativeFixture } from './run-fixture.ts'

const engines: readonly ('node' | 'native')[] = hasZig() ? ['node', 'native'] : ['node']

describe.each(engines)('the host layer under %s', engine => {
  it('the host layer makes files, starts programs, and waits for signals and for time as the system does', async () => {
    const [program, args] = engine === 'native' ? [await nativeFixture('host'), []] : fixtureCommand('host')
    const directory = dirSync({ unsafeCleanup: true }).name
    const { status, stdout, stderr } = spawnSync(program, [...args, directory], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, GIVEN_TO_TEST: 'ä=b' },
      timeout: 120_000,
    })
    expect(stderr).toBe('')
    expect(status).toBe(7)
    const { files, processes, ...rest } = JSON.parse(stdout)
    expect(rest).toEqual({
      bytes: ['61c3a4e282acf09f9880efbfbd', '\ufeffa\ufffd', 'Hello!'],
      ids: [true, true, 'ä=b', 2],
      signals: { own: 'HUP', from: 'TERM', sender: true },
      time: { slept: true, until: true, never: false },
    })
    expect(files).toEqual({
      text: ['file', 0o4711, 18_000, 2, process.getuid?.(), true],
      same: [true, false, true],
      link: ['link', 'text', true],
      null: ['char', String(statSync('/dev/null').rdev)],
      entries: [
        'dir 62',
        'fifo 6669666f',
        'file 61ffc3e28241efbfbdf09f9880eda080',
        'file 7365636f6e64',
        'file 74657874',
        'link 64616e676c696e67',
        'link 6c696e6b',
      ],
      content: 15_000,
      odd: 'odd',
      missing: [null, null, false],
      errors: ['ENOENT', 'EEXIST', 'EEXIST', 'ENOTDIR', 'ENOTEMPTY', 'EISDIR', 'ENOENT', null, 'EBADF'],
      left: ['masked', 'third'],
      masked: 0o750,
      here: 'masked',
      above: true,
    })
    expect(processes).toEqual({
      status: ['a=b/\n', 3],
      argv0: ['called', 0],
      signal: ['', 143],
      descriptors: '0 1 2 3 ',
      signals: 'SigBlk:0000000000000000SigIgn:0000000000000000',
      session: 2,
      group: 2,
      exchanged: 'one\ntwo\n',
      killed: { status: 137, signal: 9 },
      gone: 'ECHILD',
      poll: [[], [true], [true]],
      errors: ['ENOENT', 'EACCES', 'ENOENT', 'ESRCH'],
    })
  })
})
