/** The lines of key=value in the parameters meta and env of a jail (sys/kern/kern_jailmeta.c). The tests need no host. */
import { describe, expect, it } from 'vitest'
import { changeMeta, metaName, metaValue } from '../../conformance/simhost/kernel/jails/meta.ts'

describe('meta and env', () => {
  it('a new line of meta comes first and replaces the old line of its key', () => {
    expect(
      changeMeta('a=1', [
        ['c', '3'],
        ['b', '2'],
      ]),
    ).toBe('b=2\nc=3\na=1')
    expect(
      changeMeta('b=2\nc=3\na=1', [
        ['a', 'A'],
        ['c', 'C'],
      ]),
    ).toBe('c=C\na=A\nb=2')
    expect(changeMeta('ab=1\na=2', [['a', null]])).toBe('ab=1')
  })

  it('the whole text of meta and single keys are applied in their order', () => {
    expect(
      changeMeta('x=1', [
        ['a', '1'],
        [undefined, 'ttt'],
        ['b', '='],
      ]),
    ).toBe('b==\nttt')
    expect(changeMeta('x=1', [[undefined, '']])).toBe('')
    expect(changeMeta('', [['a', '']])).toBe('a=')
  })

  it('a missing key of meta is empty, and only the first = separates key and value', () => {
    expect(metaValue('b==\nttt', 'b')).toBe('=')
    expect(metaValue('b==\nttt', 'ttt')).toBe('')
    expect(metaName('meta.a.b')).toEqual({ text: 'meta', key: 'a.b' })
    expect(metaName('metadata')).toBeUndefined()
  })

  it('meta holds at most 4096 bytes with the NUL', () => {
    expect(changeMeta('', [[undefined, 'x'.repeat(4095)]])).toHaveLength(4095)
    expect(() => changeMeta('', [[undefined, 'x'.repeat(4096)]])).toThrow(
      expect.objectContaining({ errno: 'EFBIG' }),
    )
    expect(() => changeMeta('a=1', [['b', 'x'.repeat(4090)]])).toThrow(
      expect.objectContaining({ errno: 'EFBIG' }),
    )
    expect(() => changeMeta('', [['', 'x']])).toThrow(expect.objectContaining({ errno: 'EINVAL' }))
  })
})
