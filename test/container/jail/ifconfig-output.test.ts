import { expect, it } from 'vitest'
import { addressesByInterface, bridgeFacts } from '../../../src/container/jail/ifconfig-output.ts'

// As ifconfig(8) prints them: one interface that is down, addresses with a zone, an epair without any.
const text = `lo0: flags=1008049<UP,LOOPBACK,RUNNING,MULTICAST,LOWER_UP> metric 0 mtu 16384
	options=680003<RXCSUM,TXCSUM,LINKSTATE,RXCSUM_IPV6,TXCSUM_IPV6>
	inet 127.0.0.1 netmask 0xff000000
	inet6 ::1 prefixlen 128
	inet6 fe80::1%lo0 prefixlen 64 scopeid 0x2
	groups: lo
jails0: flags=1008802<BROADCAST,SIMPLEX,MULTICAST> metric 0 mtu 1500
	inet 10.0.0.1 netmask 0xffffff00 broadcast 10.0.0.255
	inet 10.0.0.10 netmask 0xffffffff broadcast 10.0.0.10
	inet6 fd6a:6169:6c77::1 prefixlen 64
e0a_one: flags=1008943<UP,BROADCAST,RUNNING> metric 0 mtu 1500
	description: jailwright one inet 1.2.3.4
`

it('the addresses of every interface are read, also of one that is down', () => {
  expect(Object.fromEntries(addressesByInterface(text))).toEqual({
    lo0: ['127.0.0.1', '::1', 'fe80::1'],
    jails0: ['10.0.0.1', '10.0.0.10', 'fd6a:6169:6c77::1'],
    e0a_one: [],
  })
})

it('an empty output of ifconfig(8) yields no addresses', () => {
  expect(addressesByInterface('').size).toBe(0)
})

it('no address is forgotten because a description pretends to be the same interface', () => {
  const forged = 'em1: flags=8843<UP>\n\tdescription: x\nem0: flags=8843<UP>\n\tether 02:00:00:00:00:01\n'
  const found = addressesByInterface(`em0: flags=8843<UP>\n\tinet 10.0.0.1 netmask 0xffffff00\n${forged}`)
  expect(found.get('em0')).toEqual(['10.0.0.1'])
})

it('the MTU and the number of members of a bridge are read', () => {
  const bridge = `bridge0: flags=1008843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST,LOWER_UP> metric 0 mtu 9000
	description: member: none mtu 1
	ether 58:9c:fc:10:ff:93
	id 00:00:00:00:00:00 priority 32768 hellotime 2 fwddelay 15
	member: epair1a flags=143<LEARNING,DISCOVER,AUTOEDGE,AUTOPTP>
	        port 5 priority 128 path cost 2000
	member: e0a_one flags=143<LEARNING,DISCOVER,AUTOEDGE,AUTOPTP>
	groups: bridge
`
  expect(bridgeFacts(bridge)).toEqual({ mtu: 9000, members: 2 })
  expect(bridgeFacts(text.slice(text.indexOf('jails0')))).toEqual({ mtu: 1500, members: 0 })
  expect(bridgeFacts('')).toBeUndefined()
})
