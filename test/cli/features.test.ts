import { expect, test } from 'vitest'
import validateFeatures from '../../src/bundle/generated/validate-features.js'
import { features, unsafeAnnotations } from '../../src/cli/features.ts'
import { annotationRows } from '../../src/translate/disposition/disposition.ts'
import { valuedMountOptions } from '../../src/translate/mounts/options.ts'
import { errors, plan } from '../translate/support.ts'

function isUnsafe(name: string): boolean {
  return unsafeAnnotations.some(unsafe => (unsafe.endsWith('.') ? name.startsWith(unsafe) : name === unsafe))
}

test('the features document fits the schema of features.md', () => {
  expect(validateFeatures(features())).toBe(true)
  expect(features()).toMatchObject({ ociVersionMin: '1.0.0', ociVersionMax: '1.3.0' })
})

test('the features document names the mount options that callers write', () => {
  const written = [
    'ro',
    'rw',
    'nosuid',
    'nodev',
    'noexec',
    'bind',
    'rbind',
    'rprivate',
    'tmpcopyup',
    'notmpcopyup',
  ]
  expect(features().mountOptions).toEqual(expect.arrayContaining(written))
  expect(features().mountOptions).not.toContain('remount')
  expect(features().mountOptions).not.toContain('')
})

test('the features document names mount options with a value by file system type, and each is accepted there', () => {
  const values: Readonly<Record<string, string>> = { ruleset: '4', rule: 'path null unhide', mode: '755' }
  for (const [type, names] of Object.entries(valuedMountOptions)) {
    expect(features().annotations?.[`org.jailwright.mountOptions.${type}`]).toBe(names.join(','))
    const mount = (name: string) => ({
      destination: type === 'devfs' ? '/dev' : '/tmp',
      type,
      source: type,
      options: [`${name}=${values[name] ?? '64'}`],
    })
    for (const name of names) {
      const { fates } = plan({ mounts: [mount(name)] })
      expect(
        fates.find(({ property }) => property === 'mounts[0].options[0]'),
        name,
      ).toMatchObject({ fate: expect.stringMatching(/applied|translated/) })
    }
    expect(errors({ mounts: [mount('nosuch')] })).toHaveLength(1)
    expect(features().mountOptions?.filter(word => names.includes(word))).toEqual([])
  }
})

test('the features document lists the annotations that are applied and those that are refused', () => {
  const { annotations = {} } = features()
  const taken = annotations['org.jailwright.annotations']?.split(',') ?? []
  const refused = annotations['org.jailwright.annotations.refused']?.split(',') ?? []
  expect(taken).toEqual(
    expect.arrayContaining([
      'org.freebsd.parentJail',
      'org.freebsd.jail.allow.*',
      'org.freebsd.jail.*',
      'org.jailwright.net.<n>.bridge',
      'org.jailwright.limits.<resource>',
    ]),
  )
  expect(refused).toEqual(
    expect.arrayContaining(['org.freebsd.jail.exec.*', 'org.freebsd.jail.mount', 'org.jailwright.*']),
  )
  const rows = annotationRows.filter(([, { fate }]) => fate !== 'ignored').map(([name]) => name)
  expect([...taken, ...refused].sort()).toEqual(rows.sort())
})

test('the features document names each annotation that has an effect as potentially unsafe', () => {
  const effective = annotationRows.filter(([, { fate }]) => fate === 'translated' || fate === 'applied')
  expect(effective.length).toBeGreaterThan(20)
  expect(effective.map(([name]) => name).filter(name => !isUnsafe(name))).toEqual([])
})

test.each([
  'allow.mount',
  'allow.mount.nullfs',
  'allow.vmm',
  'allow.chflags',
  'children.max',
  'any.module.parameter',
])('the features document names org.freebsd.jail.%s as potentially unsafe', parameter => {
  expect(isUnsafe(`org.freebsd.jail.${parameter}`)).toBe(true)
})
