import { expect, test } from 'vitest'
import validateFeatures from '../../src/bundle/generated/validate-features.js'
import { features, unsafeAnnotations } from '../../src/cli/features.ts'
import { annotationRows } from '../../src/translate/disposition.ts'

function isUnsafe(name: string): boolean {
  return unsafeAnnotations.some(unsafe => (unsafe.endsWith('.') ? name.startsWith(unsafe) : name === unsafe))
}

test('the document is what the schema of features asks for', () => {
  expect(validateFeatures(features())).toBe(true)
  expect(features()).toMatchObject({ ociVersionMin: '1.0.0', ociVersionMax: '1.3.0' })
})

test('mount options that callers write are among those named', () => {
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

test('each annotation that has an effect is named as potentially unsafe', () => {
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
])('org.freebsd.jail.%s is potentially unsafe', parameter => {
  expect(isUnsafe(`org.freebsd.jail.${parameter}`)).toBe(true)
})
