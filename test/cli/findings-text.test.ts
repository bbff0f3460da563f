import { expect, it } from 'vitest'
import { findingsText } from '../../src/cli/findings-text.ts'

it('the findings of check are printed with aligned subjects and messages, and hints below the messages', () => {
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

it('the findings of check show line ends and escapes of a file as their numbers', () => {
  const text = findingsText([{ subject: 'a', status: 'warning', message: 'take x\ny', hint: 'in \x1b[2J' }])
  expect(text).toBe('warning  a  take x\\x0ay\n            -> in \\x1b[2J\n')
})
