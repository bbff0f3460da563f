import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseGids, parseUser } from '../../src/cli/user.ts'

describe('--user', () => {
  test.each([
    ['0', { uid: 0, gid: undefined }],
    ['1001:1002', { uid: 1001, gid: 1002 }],
    ['4294967294:0', { uid: 4294967294, gid: 0 }],
  ])('--user %s is read as %j', (text, user) => {
    expect(parseUser(text)).toEqual(user)
  })

  test.each(['1000:', ':5', '1:x'])('--user %s is refused, and the whole value is quoted', text => {
    expect(() => parseUser(text)).toThrow(`not ${JSON.stringify(text)}`)
  })

  test('--user refuses every other text, because a misread one would run the program as another user', () => {
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

test('--additional-gids may be repeated, and each may be a comma list', () => {
  expect(parseGids([])).toEqual([])
  expect(parseGids(['5', '44,0'])).toEqual([5, 44, 0])
  for (const bad of ['', '5,', 'video', '-1', '1.5', '0x10']) expect(() => parseGids([bad])).toThrow('GID')
})
