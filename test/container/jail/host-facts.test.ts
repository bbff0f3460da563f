import { expect, it } from 'vitest'
import { hostFacts } from '../../../src/container/jail/host-facts.ts'
import { fakeHost } from '../fake-host.ts'

it('tells rulesets that are not there from those that may not be seen', () => {
  const host = fakeHost()
  host.answers.set('devfs rule -s 4 show', {
    status: 0,
    stdout: '100 hide\n200 path null unhide\n',
    stderr: '',
  })
  host.answers.set('devfs rule -s 5 show', { status: 0, stdout: '', stderr: '' })
  const refused = 'devfs rule: ioctl DEVFSIO_RGETNEXT: Operation not permitted'
  host.answers.set('devfs rule -s 6 show', { status: 1, stdout: '', stderr: `${refused}\n` })
  const facts = hostFacts(host)
  expect(facts.rulesetExists(4)).toBe(true)
  expect(facts.rulesetRules?.(4)).toEqual(['hide', 'path null unhide'])
  expect(facts.rulesetExists(5)).toBe(false)
  expect(() => facts.rulesetExists(6)).toThrow(refused)
  expect(() => facts.rulesetRules?.(6)).toThrow(refused)
})
