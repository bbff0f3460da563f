import { expect, it } from 'vitest'
import { inNetwork, sameAddress } from '../../../src/translate/core/addresses.ts'
import { commands, fate, plan } from '../support.ts'

it('sameAddress knows an address by any of its spellings', () => {
  expect(sameAddress('10.0.0.1', '10.0.0.1')).toBe(true)
  expect(sameAddress('10.0.0.1', '10.0.0.10')).toBe(false)
  expect(sameAddress('fd6a:0:0::1', 'FD6A::1')).toBe(true)
  expect(sameAddress('fd6a::1', 'fd6a::10')).toBe(false)
  expect(sameAddress('::ffff:10.0.0.1', '10.0.0.1')).toBe(false)
})

it('an address that the interface had before is neither added nor removed', () => {
  const annotations = {
    'org.freebsd.jail.interface': 'jails0',
    'org.freebsd.jail.ip4.addr': '10.0.0.10/32',
    'org.freebsd.jail.ip6.addr': 'fd6a:0:0::10/128',
  }
  const before = { lo0: ['127.0.0.1'], jails0: ['10.0.0.1', 'fd6a::10'] }
  const made = plan({ annotations }, { facts: { addresses: before } })
  expect(commands(made)).toEqual(['ifconfig jails0 inet 10.0.0.10/32 alias'])
  expect(fate(made, 'annotations["org.freebsd.jail.ip6.addr"]')).toMatch(/jails0 has fd6a:0:0::10 already/)
})

it.each([
  ['10.0.0.1', '10.0.0.11/24', true],
  ['10.0.1.1', '10.0.0.11/24', false],
  ['10.0.1.1', '10.0.0.11/23', true],
  ['10.0.0.1', '10.0.0.1/32', true],
  ['10.0.0.1', '10.0.0.2/32', false],
  ['203.0.113.1', '10.0.0.1/0', true],
  ['fd00::1', 'fd00:0::11/64', true],
  ['fd00:0:0:1::1', 'fd00::11/64', false],
  ['FD00::ffff:1', 'fd00::/64', true],
  ['::1', '::1/128', true],
  ['10.0.0.1', 'fd00::1/0', false],
])('inNetwork tells whether %s is in the network of %s', (address, network, inside) => {
  expect(inNetwork(address, network)).toBe(inside)
})
