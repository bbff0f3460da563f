import { describe, expect, it } from 'vitest'
import type { CommandAnswer } from '../../../../conformance/harness/run/command.ts'
import { longestText, Transcript } from '../../../../conformance/harness/run/transcript.ts'

function answer(changes: Partial<CommandAnswer>): CommandAnswer {
  return {
    status: 0,
    stdout: '',
    stderr: '',
    signal: undefined,
    timedOut: false,
    notStarted: undefined,
    ...changes,
  }
}

describe('the transcript of a case', () => {
  it('a transcript counts a repeated command with the same answer, and lists one with another answer anew', () => {
    const transcript = new Transcript('/w/1')
    transcript.add('runc', ['state', 'a'], answer({ stdout: 'created' }), 5)
    transcript.add('runc', ['state', 'a'], answer({ stdout: 'created' }), 7)
    transcript.add('runc', ['state', 'a'], answer({ stdout: 'running' }), 1)
    expect(transcript.list().map(({ stdout, times, milliseconds }) => [stdout, times, milliseconds])).toEqual(
      [
        ['created', 2, 12],
        ['running', undefined, 1],
      ],
    )
  })

  it('a transcript shows the directory of the case by a name, in words and in outputs', () => {
    const transcript = new Transcript('/w/1')
    transcript.add('runc', ['--root', '/w/1/state'], answer({ stderr: 'no /w/1/b1' }), 5)
    expect(transcript.list()[0]).toMatchObject({
      words: ['runc', '--root', '$CASE/state'],
      stderr: 'no $CASE/b1',
    })
  })

  it('a transcript keeps the beginning of a long output, and says how much it leaves out', () => {
    const transcript = new Transcript('/w/1')
    transcript.add('x', [], answer({ stdout: 'y'.repeat(longestText + 3) }), 5)
    expect(transcript.list()[0]?.stdout).toBe(`${'y'.repeat(longestText)}\n[3 more characters]`)
  })

  it('a transcript has no status for a command that was killed, and no command of the clean-up', () => {
    const transcript = new Transcript('/w/1')
    transcript.add('x', [], answer({ status: 128, signal: 'SIGSEGV' }), 5)
    transcript.close()
    transcript.add('y', [], answer({}), 5)
    expect(transcript.list().map(({ words, status, ended }) => [words, status, ended])).toEqual([
      [['x'], null, 'SIGSEGV'],
    ])
  })
})
