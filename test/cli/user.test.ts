import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseGids, parseUser } from '../../src/cli/user.ts'

describe('--user', () => {
  test.each([
    ['0', { uid: 0, gid: undefined }],
    ['1001:1002', { uid: 1001, gid: 1002 }],
    ['4294967294:0', { uid: 4294967294, gid: 0 }],
  ])('%s', (text, user) => {
    expect(parseUser(text)).toEqual(user)
  })

  test.each(['1000:', ':5', '1:x'])('tells all of what it does not take: %s', text => {
    expect(() => parseUser(text)).toThrow(`not ${JSON.stringify(text)}`)
  })

  test('takes nothing else: what is misread would run as somebody else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9: x+-]{1,12}$/)), text => {
        const fine =
          /^\d{1,10}(:\d{1,10})?$/.test(text) && text.split(':').every(id => Number(id) <= 0xfffffffe)
        if (fine) expect(parseUser(text).uid).toBe(Number(text.split(':')[0]))
        else expect(() => parseUser(text)).toThrow('--user must be')
      }),
    )
  })
})

test('--additional-gids may be repeated and may be lists', () => {
  expect(parseGids([])).toEqual([])
  expect(parseGids(['5', '44,0'])).toEqual([5, 44, 0])
  for (const bad of ['', '5,', 'video', '-1', '1.5', '0x10']) expect(() => parseGids([bad])).toThrow('GID')
})
