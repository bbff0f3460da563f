import { expect, it } from 'vitest'
import { findingsText } from '../../src/cli/findings-text.ts'

it('lines up subjects and messages, with hints below the messages', () => {
  const text = findingsText([
    { subject: 'root', status: 'ok', message: 'running as root' },
    { subject: 'devfs rulesets', status: 'missing', message: 'not loaded', hint: 'service devfs restart' },
  ])
  expect(text).toBe(
    [
      'ok       root            running as root',
      'missing  devfs rulesets  not loaded',
      '                         -> service devfs restart',
      '',
    ].join('\n'),
  )
})
