import { join } from 'node:path'
import tmp from 'tmp'
import { expect, it } from 'vitest'
import { takeRuleset } from '../../../src/container/jail/devfs-rulesets.ts'
import { Journal } from '../../../src/container/journal/journal.ts'
import { markerRule, rulesetInput } from '../../../src/translate/devices/ruleset-input.ts'
import { fakeHost } from '../fake-host.ts'

it('writes numbered lines, the owner first, none empty', () => {
  expect(rulesetInput('web', ['hide', 'path null unhide'])).toBe(
    '1 path jailwright-of-web\n100 hide\n200 path null unhide\n',
  )
})

it('cuts a name that no pattern can hold, and still tells two names apart', () => {
  const [a, b] = ['a', 'b'].map(last => markerRule('x'.repeat(200) + last))
  expect(a).toHaveLength('path '.length + 199)
  expect(a).not.toBe(b)
  expect(markerRule('x'.repeat(185))).toBe(`path jailwright-of-${'x'.repeat(185)}`)
})

it('lets sets of others alone, into which its first rule would go', () => {
  const host = fakeHost()
  host.answers.set('devfs rule showsets', { status: 0, stdout: '4\n1000\n1001\n', stderr: '' })
  const journal = new Journal(join(tmp.dirSync({ unsafeCleanup: true }).name, 'j'))
  const step = { kind: 'ruleset', name: 'ruleset', preferred: 1000, rules: ['hide'] } as const
  expect(takeRuleset(host, journal, step, 'web')).toBe(1002)
  expect(host.calls.map(call => call.split(' <<<')[0])).toEqual([
    'devfs rule showsets',
    'devfs rule -s 1002 add -',
  ])
  expect(journal.pending()).toMatchObject([{ undo: { op: 'ruleset', number: 1002 } }])
})

/** A host that refuses ruleset 1000 with this message. */
function refusing(stderr: string) {
  const host = fakeHost()
  host.answers.set('devfs rule -s 1000 add -', { status: 1, stdout: '', stderr })
  return { host, journal: new Journal(join(tmp.dirSync({ unsafeCleanup: true }).name, 'j')) }
}

it('goes on to the next number when one is taken', () => {
  const { host, journal } = refusing('devfs rule: ioctl: File exists\n')
  const step = { kind: 'ruleset', name: 'ruleset', preferred: 1000, rules: ['hide'] } as const
  expect(takeRuleset(host, journal, step, 'web')).toBe(1001)
})

it('puts the option in front whose word devfs(8) does not take', () => {
  const { host, journal } = refusing('devfs rule: error converting to integer: nobodyhere\n')
  const rules = ['path null user root unhide', 'path null user nobodyhere unhide']
  const options = rules.map((rule, index) => ({ rule, property: `mounts[0].options[${index}]` }))
  expect(() =>
    takeRuleset(host, journal, { kind: 'ruleset', name: 'ruleset', preferred: 1000, rules, options }, 'web'),
  ).toThrow(/^mounts\[0\]\.options\[1\]: devfs rule: error converting to integer: nobodyhere$/)
})
