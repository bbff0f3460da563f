import { join } from 'node:path'
import tmp from 'tmp'
import { expect, it } from 'vitest'
import { Journal } from '../../src/container/journal.ts'
import { takeRuleset } from '../../src/container/rulesets.ts'
import { rulesetInput } from '../../src/translate/ruleset-input.ts'
import { fakeHost } from './fake-host.ts'

it('writes numbered lines, the owner first, none empty', () => {
  expect(rulesetInput('web', ['hide', 'path null unhide'])).toBe(
    '1 path jailwright-of-web\n100 hide\n200 path null unhide\n',
  )
})

it('goes on to the next number when one is taken', () => {
  const host = fakeHost()
  host.answers.set('devfs rule -s 1000 add -', {
    status: 1,
    stdout: '',
    stderr: 'devfs rule: ioctl: File exists\n',
  })
  const journal = new Journal(join(tmp.dirSync({ unsafeCleanup: true }).name, 'j'))
  const step = { kind: 'ruleset', name: 'ruleset', preferred: 1000, rules: ['hide'] } as const
  expect(takeRuleset(host, journal, step, 'web')).toBe(1001)
})
