import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkId,
  epairNames,
  fullJailName,
  idOfJailName,
  isInterfaceName,
  jailNameOf,
  macOf,
} from '../../../src/translate/core/names.ts'

/** Ids that checkId accepts. */
const ids = fc.stringMatching(/^[A-Za-z0-9_+][A-Za-z0-9_+.-]{0,40}$/)

describe('container ids', () => {
  it.each(['a', 'web.1', 'a+b', '_x', '0', 'A-b_c', 'a..', 'x'.repeat(255)])(
    'checkId accepts the id %s',
    id => {
      expect(() => checkId(id)).not.toThrow()
    },
  )

  it.each(['', '.', '..', '.lock', '..a', '-a', 'a/b', '../x', 'a b', 'a:b', 'ä', 'a\n', 'x'.repeat(256)])(
    'checkId refuses the id %j',
    id => {
      expect(() => checkId(id)).toThrow(/invalid container id/)
    },
  )
})

describe('jail names', () => {
  it.each([
    ['web', 'web'],
    ['0a1b', '0a1b'],
    ['_x-Y', '_x-Y'],
    ['web.1', 'j-web_2e1'],
    ['123', 'j-123'],
    ['a+b', 'j-a_2bb'],
    ['j-web', 'j-j-web'],
    ['a_b.c', 'j-a_5fb_2ec'],
  ])('the jail of the container %s is named %s', (id, name) => {
    expect(jailNameOf(id)).toBe(name)
    expect(idOfJailName(name)).toBe(id)
  })

  it('every jail name is legal for the kernel and leads back to its id', () => {
    fc.assert(
      fc.property(ids, id => {
        const name = jailNameOf(id)
        expect(name).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]*$/)
        expect(name).not.toMatch(/^[0-9]+$/)
        expect(idOfJailName(name)).toBe(id)
      }),
    )
  })

  it('idOfJailName gives no id for a name that no id gives', () => {
    expect(idOfJailName('123')).toBeUndefined()
    expect(idOfJailName('j-web')).toBeUndefined()
    expect(idOfJailName('with space')).toBeUndefined()
  })

  it("a jail name has at most 255 characters together with its parent's", () => {
    expect(fullJailName('b', 'a')).toBe('a.b')
    expect(() => fullJailName('x'.repeat(200), 'y'.repeat(60))).toThrow(/longer than 255/)
  })
})

describe('interface names and MAC addresses', () => {
  it('interface names have at most 15 characters and differ between containers and between interfaces', () => {
    fc.assert(
      fc.property(ids, ids, fc.nat(99), (a, b, index) => {
        const names = epairNames(a, index)
        for (const name of Object.values(names)) expect(isInterfaceName(name)).toBe(true)
        expect(names.host).not.toBe(names.jail)
        if (a !== b) expect(epairNames(b, index)).not.toEqual(names)
      }),
    )
  })

  it('an interface name contains the id when the id fits', () => {
    expect(epairNames('web', 0)).toEqual({ host: 'e0a_web', jail: 'e0b_web' })
    expect(epairNames('a-long-container-name', 1).host).toMatch(/^e1a_alon[0-9a-z]{7}$/)
  })

  it('a MAC address is unicast, locally administered and always the same for a container', () => {
    expect(macOf('h1', 'web', 0)).toMatch(/^02(:[0-9a-f]{2}){5}$/)
    expect(macOf('h1', 'web', 0)).toBe(macOf('h1', 'web', 0))
    expect(macOf('h1', 'web', 0)).not.toBe(macOf('h1', 'web', 1))
  })

  it('the MAC addresses of a container differ from host to host', () => {
    expect(macOf('h1', 'web', 0)).not.toBe(macOf('h2', 'web', 0))
    expect(macOf('', 'web', 0)).not.toBe(macOf('h1', 'web', 0))
  })
})
