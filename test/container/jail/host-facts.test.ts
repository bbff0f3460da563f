import { expect, it } from 'vitest'
import { hostFacts } from '../../../src/container/jail/host-facts.ts'
import { SyscallError } from '../../../src/errors.ts'
import { fakeHost } from '../fake-host.ts'

it('the facts of the host tell rulesets that do not exist from those that may not be seen', () => {
  const host = fakeHost()
  host.rulesets.set(4, ['hide', 'path null unhide'])
  host.rulesets.set(5, [])
  const refused = 'ioctl DEVFSIO_RGETNEXT ruleset 6: Operation not permitted'
  host.rulesets.set(
    6,
    new SyscallError('ioctl DEVFSIO_RGETNEXT', 'EPERM', 'Operation not permitted', 'ruleset 6'),
  )
  const facts = hostFacts(host)
  expect(facts.rulesetExists(4)).toBe(true)
  expect(facts.rulesetRules?.(4)).toEqual(['hide', 'path null unhide'])
  expect(facts.rulesetExists(5)).toBe(false)
  expect(() => facts.rulesetExists(6)).toThrow(refused)
  expect(() => facts.rulesetRules?.(6)).toThrow(refused)
})
