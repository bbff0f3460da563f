import { join } from 'node:path'
import tmp from 'tmp'
import { expect, it } from 'vitest'
import { takeRuleset } from '../../../src/container/jail/devfs-rulesets.ts'
import { Journal } from '../../../src/container/journal/journal.ts'
import { SyscallError } from '../../../src/errors.ts'
import { markerRule, rulesetInput } from '../../../src/translate/devices/ruleset-input.ts'
import { fakeHost } from '../fake-host.ts'

it('a ruleset is numbered lines with the owner first and none empty', () => {
  expect(rulesetInput('web', ['hide', 'path null unhide'])).toBe(
    '1 path jailwright-of-web\n100 hide\n200 path null unhide\n',
  )
})

it("a ruleset's marker shortens a name that no pattern can hold, and still tells two names apart", () => {
  const [a, b] = ['a', 'b'].map(last => markerRule('x'.repeat(200) + last))
  expect(a).toHaveLength('path '.length + 199)
  expect(a).not.toBe(b)
  expect(markerRule('x'.repeat(185))).toBe(`path jailwright-of-${'x'.repeat(185)}`)
})

it('rulesets of others are left alone, and the first rule is not added to them', () => {
  const host = fakeHost()
  for (const set of [4, 1000, 1001]) host.rulesets.set(set, ['hide'])
  const journal = new Journal(join(tmp.dirSync({ unsafeCleanup: true }).name, 'j'))
  const step = { kind: 'ruleset', name: 'ruleset', preferred: 1000, rules: ['hide'] } as const
  expect(takeRuleset(host, journal, step, 'web')).toBe(1002)
  expect(host.calls).toEqual([
    'devfs rule -s 1002 add 1 path jailwright-of-web',
    'devfs rule -s 1002 add 100 hide',
  ])
  expect(journal.pending()).toMatchObject([{ undo: { op: 'ruleset', number: 1002 } }])
})

/** A host that refuses a rule of ruleset 1000. */
function refusing(rule: string, error: SyscallError) {
  const host = fakeHost()
  host.refusals.set(`devfs rule -s 1000 add ${rule}`, error)
  return { host, journal: new Journal(join(tmp.dirSync({ unsafeCleanup: true }).name, 'j')) }
}

it('a ruleset takes the next number when one is taken', () => {
  const { host, journal } = refusing(
    '1 path jailwright-of-web',
    new SyscallError('ioctl DEVFSIO_RADD', 'EEXIST', 'File exists'),
  )
  const step = { kind: 'ruleset', name: 'ruleset', preferred: 1000, rules: ['hide'] } as const
  expect(takeRuleset(host, journal, step, 'web')).toBe(1001)
})

it('a refused devfs rule is reported with the mount option that holds the refused word', () => {
  const { host, journal } = refusing(
    '200 path null user nobodyhere unhide',
    new SyscallError('devfs rule', 'EINVAL', 'error converting to integer: nobodyhere'),
  )
  const rules = ['path null user root unhide', 'path null user nobodyhere unhide']
  const options = rules.map((rule, index) => ({ rule, property: `mounts[0].options[${index}]` }))
  expect(() =>
    takeRuleset(host, journal, { kind: 'ruleset', name: 'ruleset', preferred: 1000, rules, options }, 'web'),
  ).toThrow(/^mounts\[0\]\.options\[1\]: devfs rule: error converting to integer: nobodyhere$/)
})
