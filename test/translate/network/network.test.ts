import { describe, expect, it } from 'vitest'
import { planText } from '../../../src/translate/text/plan-text.ts'
import { commands, errors, fate, parameters, plan, steps } from '../support.ts'

const net = (values: Record<string, string>) => ({
  annotations: Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`org.jailwright.net.${name}`, value]),
  ),
})
const LO0 = ['ifconfig -j c1 lo0 inet 127.0.0.1/8 up', 'ifconfig -j c1 lo0 inet6 ::1/128']

describe('a stack of its own', () => {
  it('a network stack of its own has lo0 up, and nothing else', () => {
    expect(commands(plan({ annotations: { 'org.freebsd.jail.vnet': 'new' } }))).toEqual(LO0)
  })

  it('a network stack of its own has no IPv6 loopback on a kernel without IPv6', () => {
    const facts = { jailParams: { ip6: undefined } }
    expect(commands(plan({ annotations: { 'org.freebsd.jail.vnet': 'new' } }, { facts }))).toEqual([LO0[0]])
  })

  it('a network stack of its own is changed only after the jail is made', () => {
    const kinds = plan({
      annotations: { 'org.freebsd.jail.vnet': 'new', 'org.freebsd.jail.vnet.interface': 'em1, em2' },
    })
    expect(kinds.steps.map(step => step.kind)).toEqual([
      'jail',
      'loopback',
      'move-interface',
      'move-interface',
    ])
  })
})

describe('an epair of its own', () => {
  it('each step of an epair names the annotation that it comes from', () => {
    const made = plan(
      net({
        '0.bridge': 'bridge0',
        '0.address': '10.0.0.11/24',
        '0.gateway': '10.0.0.1',
        '0.name': 'eth0',
        '0.mtu': '1400',
        '0.mac': '02:00:00:00:00:11',
      }),
    )
    const key = (origin: string) => /net\.0\.(\w+)/.exec(origin)?.[1]
    const origins = steps(made, 'run').map(({ call, origin }) => [call.args.at(-2), key(origin)])
    expect(origins).toEqual([
      ['description', 'bridge'],
      ['name', 'bridge'],
      ['name', 'bridge'],
      ['mtu', 'mtu'],
      ['addm', 'bridge'],
      ['e0a_c1', 'bridge'],
      ['vnet', 'bridge'],
      ['name', 'name'],
      ['ether', 'mac'],
      ['mtu', 'mtu'],
      ['10.0.0.11/24', 'address'],
      ['eth0', 'bridge'],
      ['default', 'gateway'],
    ])
    const bare = steps(plan(net({ '0.bridge': 'bridge0' })), 'run')
    expect(new Set(bare.map(({ origin }) => key(origin)))).toEqual(new Set(['bridge']))
  })

  it('an epair is made, named, bridged, moved, renamed, given addresses and routes, in this order', () => {
    const made = plan(
      net({
        '0.bridge': 'bridge0',
        '0.address': '10.0.0.11/24, fd00::11/64',
        '0.gateway': '10.0.0.1,fd00::1',
        '0.name': 'eth0',
        '0.mtu': '1400',
        '0.mac': '02:00:00:00:00:11',
      }),
    )
    expect(parameters(made)).toContain('vnet=new')
    expect(commands(made)).toEqual([
      ...LO0,
      'ifconfig epair create description jailwright c1 eth0',
      'ifconfig %{epair0} name e0a_c1',
      'ifconfig %{epair0:b} name e0b_c1',
      'ifconfig e0a_c1 mtu 1400',
      'ifconfig bridge0 addm e0a_c1',
      'ifconfig e0a_c1 up',
      'ifconfig e0b_c1 vnet c1',
      'ifconfig -j c1 e0b_c1 name eth0',
      'ifconfig -j c1 eth0 ether 02:00:00:00:00:11',
      'ifconfig -j c1 eth0 mtu 1400',
      'ifconfig -j c1 eth0 inet6 no_dad',
      'ifconfig -j c1 eth0 inet 10.0.0.11/24 alias',
      'ifconfig -j c1 eth0 inet6 fd00::11/64 alias',
      'ifconfig -j c1 eth0 up',
      'route -j c1 add default 10.0.0.1',
      'route -j c1 -6 add default fd00::1',
    ])
  })

  it('an epair is destroyed by its description, under whatever name, and its absence is no failure', () => {
    const create = steps(plan(net({ '0.bridge': 'bridge0' })), 'run')[0]
    expect(create?.capture).toBe('epair0')
    expect(create?.undo).toEqual([
      {
        tool: 'ifconfig',
        args: ['%{interface}', 'destroy'],
        ignore: expect.arrayContaining(['does not exist']),
        forDescription: 'jailwright c1 vnet0',
      },
    ])
  })

  it('an epair has a default name and MAC address, and a VLAN when one is asked for', () => {
    const made = commands(plan(net({ '3.bridge': 'br', '3.vlan': '20' })))
    expect(made).toContain('ifconfig br addm e3a_c1 untagged 20')
    expect(made).toContain('ifconfig -j c1 e3b_c1 name vnet3')
    expect(made.find(line => line.includes(' ether '))).toMatch(/ether 02(:[0-9a-f]{2}){5}$/)
  })

  it('several epairs may be used together, each with names of its own', () => {
    const made = commands(plan(net({ '0.bridge': 'a', '1.bridge': 'b' }), { id: 'a-very-long-container-id' }))
    const names = made.flatMap(line => / name (\S+)/.exec(line)?.[1] ?? [])
    expect(new Set(names).size).toBe(6)
    for (const name of names) expect(name.length).toBeLessThanOrEqual(15)
  })

  it.each([
    ['0.bridge', 'no such name', /is no interface$/],
    ['0.name', 'a-name-that-is-too-long', /is no name for an interface/],
    ['0.name', 'lo0', /lo0 is the loopback interface of every network stack$/],
    ['0.name', '0net', /is no name for an interface \(a letter first/],
    ['0.dad', 'on', /must be off or wait$/],
    ['0.options', 'mtu', /mtu: must be words of ifconfig\(8\)/],
    ['0.gateway', '10.0.0.1%vnet0', /only a link-local address/],
    ['0.address', 'dhcp', /dhcp: nothing outside the container can keep a lease/],
    ['0.address', '10.0.0.1', /must be ADDRESS\/PREFIX$/],
    ['0.address', '10.0.0.1/33', /must be ADDRESS\/PREFIX$/],
    ['0.gateway', '10.0.0.1/24', /must be an address$/],
    ['0.gateway', '10.0.0.1,10.0.0.2', /two for IPv4$/],
    ['0.mtu', '71', /must be from 72 to 65535$/],
    ['0.vlan', '4095', /must be from 1 to 4094$/],
    ['0.mac', '03:00:00:00:00:01', /must be a unicast MAC address$/],
    ['0.mac', '00:00:00:00:00:00', /must be a unicast MAC address$/],
    ['0.mac', 'x', /must be a unicast MAC address$/],
    ['0.bogus', 'x', /must be org\.jailwright\.net\.<number>\./],
    ['x.bridge', 'x', /must be org\.jailwright\.net\.<number>\./],
  ])('an epair refuses %s=%s', (name, value, text) => {
    const messages = errors(net({ '0.bridge': 'bridge0', [name]: value }))
    expect(messages).toEqual([expect.stringMatching(text)])
    expect(messages[0]).toContain(`annotations["org.jailwright.net.${name}"]`)
  })

  it('an epair without a bridge, two of one name, and an epair in a jail that shares its stack are refused', () => {
    expect(errors(net({ '0.address': '10.0.0.1/24' }))).toEqual([
      expect.stringContaining('missing: the bridge'),
    ])
    expect(errors(net({ '0.bridge': 'a', '0.name': 'x0', '1.bridge': 'a', '1.name': 'x0' }))).toEqual([
      'annotations["org.jailwright.net.1.name"]: x0 is the name of interface 0 already',
    ])
    const shared = { ...net({ '0.bridge': 'a' }).annotations, 'org.freebsd.jail.vnet': 'inherit' }
    expect(errors({ annotations: shared })).toEqual([expect.stringContaining('needs vnet=new')])
  })
})

describe('default routes', () => {
  const gateway = (n: number) => `annotations["org.jailwright.net.${n}.gateway"]`

  it('a default route needs an address of its family', () => {
    expect(
      errors(net({ '0.bridge': 'a', '0.address': '10.0.0.2/24', '0.gateway': '10.0.0.1, fd00::1' })),
    ).toEqual([
      `${gateway(0)}: fd00::1: no interface of annotations["org.jailwright.net.*"] has an IPv6 address to reach it by`,
    ])
    const other = { '0.bridge': 'a', '0.gateway': '10.9.0.1', '1.bridge': 'a', '1.address': '10.0.0.2/24' }
    expect(errors(net(other))).toEqual([
      `${gateway(0)}: 10.9.0.1: it is in no network of the interfaces (10.0.0.2/24), and vnet0 has no IPv4 address`,
    ])
  })

  it('a router that is in no network of the interface gets a host route, as providers of single addresses need it', () => {
    const made = plan(
      net({
        '0.bridge': 'a',
        '0.address': '203.0.113.7/32,2001:db8::7/128',
        '0.gateway': '198.51.100.1,2001:db8:ff::1',
      }),
    )
    expect(commands(made).slice(-4)).toEqual([
      'route -j c1 add -host 198.51.100.1 -iface vnet0',
      'route -j c1 add default 198.51.100.1',
      'route -j c1 -6 add -host 2001:db8:ff::1 -iface vnet0',
      'route -j c1 -6 add default 2001:db8:ff::1',
    ])
    expect(made.warnings).toEqual([])
    expect(fate(made, gateway(0))).toBe('translated: a host route over vnet0, then the default route')
  })

  it('a router outside a network of more than one address is a warning, because the gateway may be mistyped', () => {
    const made = plan(net({ '0.bridge': 'a', '0.address': '10.0.0.2/24', '0.gateway': '192.168.77.1' }))
    expect(commands(made).at(-2)).toBe('route -j c1 add -host 192.168.77.1 -iface vnet0')
    expect(made.warnings).toEqual([
      `${gateway(0)}: 192.168.77.1 is in no network of the interfaces (10.0.0.2/24): a route over vnet0 leads to it`,
    ])
  })

  it('a default route may go over another interface of the container', () => {
    const made = plan(
      net({
        '0.bridge': 'a',
        '0.address': '10.0.0.2/24',
        '0.gateway': '10.1.0.1',
        '1.bridge': 'b',
        '1.address': '10.1.0.2/24',
      }),
    )
    expect(commands(made).at(-1)).toBe('route -j c1 add default 10.1.0.1')
  })

  it("a default route over IPv6's link or lo0 needs no address of the interface", () => {
    const made = plan(net({ '0.bridge': 'a', '0.gateway': '127.0.0.1,fe80::1' }))
    expect(commands(made).slice(-2)).toEqual([
      'route -j c1 add default 127.0.0.1',
      'route -j c1 -6 add default fe80::1%vnet0',
    ])
    expect(commands(made)).toContain('ifconfig -j c1 vnet0 inet6 -ifdisabled no_dad')
  })

  it('a default route over a link-local address names the interface of its zone, which has to be one of the container', () => {
    const two = {
      '0.bridge': 'a',
      '0.address': 'fd00::2/64',
      '1.bridge': 'b',
      '1.name': 'wan',
      '1.address': '10.0.0.2/24',
    }
    expect(commands(plan(net({ ...two, '0.gateway': 'fe80::1%wan' }))).at(-1)).toBe(
      'route -j c1 -6 add default fe80::1%wan',
    )
    expect(errors(net({ ...two, '0.gateway': 'fe80::1%em0' }))).toEqual([
      `${gateway(0)}: fe80::1%em0: em0 is no interface of annotations["org.jailwright.net.*"]`,
    ])
  })

  it('there is one default route for each family over all interfaces', () => {
    const two = {
      '0.bridge': 'a',
      '0.address': '10.0.0.2/24,fd00::2/64',
      '0.gateway': '10.0.0.1',
      '1.bridge': 'a',
      '1.address': '10.1.0.2/24',
    }
    expect(errors(net({ ...two, '1.gateway': '10.1.0.1' }))).toEqual([
      `${gateway(1)}: 10.1.0.1: the default route for IPv4 is that of ${gateway(0)}`,
    ])
    expect(commands(plan(net({ ...two, '1.gateway': 'fd00::1' }))).slice(-2)).toEqual([
      'route -j c1 add default 10.0.0.1',
      'route -j c1 -6 add default fd00::1',
    ])
  })

  it('a default route is not judged by an address that is wrong itself', () => {
    expect(errors(net({ '0.bridge': 'a', '0.address': '10.0.0.2', '0.gateway': '10.0.0.1' }))).toEqual([
      expect.stringContaining('must be ADDRESS/PREFIX'),
    ])
  })
})

describe('duplicate address detection', () => {
  const six = { '0.bridge': 'a', '0.address': 'fd00::2/64' }

  it('duplicate address detection is switched off before the first IPv6 address, so that bind(2) works at once', () => {
    const made = commands(plan(net(six)))
    expect(made.indexOf('ifconfig -j c1 vnet0 inet6 no_dad')).toBe(
      made.indexOf('ifconfig -j c1 vnet0 inet6 fd00::2/64 alias') - 1,
    )
    expect(commands(plan(net({ '0.bridge': 'a', '0.address': '10.0.0.2/24' }))).join(' ')).not.toMatch(
      /no_dad/,
    )
  })

  it('on request, the last step waits until no address is tentative', () => {
    const made = plan(net({ ...six, '0.dad': 'wait' }))
    expect(commands(made).join(' ')).not.toMatch(/no_dad/)
    expect(steps(made, 'run').at(-1)).toMatchObject({
      call: { tool: 'ifconfig', args: ['-j', 'c1', 'vnet0', 'inet6'] },
      until: { without: 'tentative', never: 'duplicated' },
    })
    expect(planText(made)).toContain('while ifconfig -j c1 vnet0 inet6 | grep -q tentative; do sleep 1; done')
  })

  it('no step waits for addresses on a kernel without IPv6', () => {
    expect(steps(plan(net({ '0.bridge': 'a', '0.dad': 'wait' })), 'run').some(({ until }) => until)).toBe(
      false,
    )
  })
})

describe('addresses that routers advertise', () => {
  it('address=slaac accepts addresses that routers advertise, beside addresses that the config gives', () => {
    const made = plan(net({ '0.bridge': 'a', '0.address': 'slaac, 10.0.0.2/24', '0.gateway': '10.0.0.1' }))
    expect(commands(made)).toContain('ifconfig -j c1 vnet0 inet6 -ifdisabled no_dad accept_rtadv')
    expect(commands(made)).toContain('ifconfig -j c1 vnet0 inet 10.0.0.2/24 alias')
  })

  it('an interface with address=slaac gets its default route from the router', () => {
    expect(errors(net({ '0.bridge': 'a', '0.address': 'slaac', '0.gateway': 'fe80::1' }))).toEqual([
      expect.stringContaining('the default route for IPv6 is the one that routers advertise'),
    ])
  })
})

describe('capabilities of the epair', () => {
  it('capabilities are switched on both ends of an epair, on the host end before it joins the bridge', () => {
    const made = commands(plan(net({ '0.bridge': 'a', '0.options': '-txcsum -txcsum6, -lro' })))
    expect(made.indexOf('ifconfig e0a_c1 -txcsum -txcsum6 -lro')).toBe(
      made.indexOf('ifconfig a addm e0a_c1') - 1,
    )
    expect(made).toContain('ifconfig -j c1 vnet0 -txcsum -txcsum6 -lro')
  })
})

describe('further addresses of lo0', () => {
  it('further addresses of lo0 are aliases in a jail with a network stack of its own, which they ask for', () => {
    const made = plan(net({ 'lo0.address': '127.0.1.1/32, fd00::53/128' }))
    expect(parameters(made)).toContain('vnet=new')
    expect(commands(made)).toEqual([
      ...LO0,
      'ifconfig -j c1 lo0 inet 127.0.1.1/32 alias',
      'ifconfig -j c1 lo0 inet6 fd00::53/128 alias',
    ])
  })

  it('a further address of lo0 needs a prefix, and lo0 takes no other property', () => {
    expect(errors(net({ 'lo0.address': '127.0.1.1' }))).toEqual([
      expect.stringContaining('must be ADDRESS/PREFIX'),
    ])
    expect(errors(net({ 'lo0.mtu': '1500' }))).toEqual([
      expect.stringContaining('or org.jailwright.net.lo0.address'),
    ])
  })
})

describe('MAC addresses', () => {
  const mac = '02:00:00:00:00:11'
  const of = (made: ReturnType<typeof plan>) => commands(made).find(line => line.includes(' ether '))

  it("the MAC addresses of a container depend on the host's UUID, or else on its name", () => {
    const made = (sysctls: Record<string, string>) =>
      of(plan(net({ '0.bridge': 'a' }), { facts: { sysctls } }))
    const zero = '00000000-0000-0000-0000-000000000000'
    const all = [
      made({ 'kern.hostuuid': '4c4c4544-0042-4b10-8051-c4c04f503132' }),
      made({ 'kern.hostuuid': '4c4c4544-0042-4b10-8051-c4c04f503133' }),
      made({ 'kern.hostuuid': zero, 'kern.hostname': 'one' }),
      made({ 'kern.hostuuid': zero, 'kern.hostname': 'two' }),
    ]
    expect(new Set(all).size).toBe(4)
  })

  it('a MAC address that is given twice on one bridge is refused, and on two bridges it is accepted', () => {
    const two = { '0.bridge': 'a', '0.mac': mac, '1.bridge': 'a', '1.mac': mac }
    expect(errors(net(two))).toEqual([
      `annotations["org.jailwright.net.1.mac"]: ${mac} is the address of interface 0 on a already`,
    ])
    expect(() => plan(net({ ...two, '1.bridge': 'b' }))).not.toThrow()
  })

  it("a MAC address of another container on the bridge, or of the bridge, is refused; the container's own is accepted", () => {
    const facts = (whose: string) => ({ facts: { onBridge: { a: { [mac]: whose } } } })
    const one = net({ '0.bridge': 'a', '0.mac': mac })
    for (const whose of ['container web', 'the bridge'])
      expect(errors(one, facts(whose))).toEqual([
        `annotations["org.jailwright.net.0.mac"]: ${mac} on a is the address of ${whose} already`,
      ])
    expect(() => plan(one, facts('container c1'))).not.toThrow()
    expect(() => plan(net({ '0.bridge': 'b', '0.mac': mac }), facts('the bridge'))).not.toThrow()
  })
})

describe('IP addresses', () => {
  const warnings = (patch: object, over: object) => plan(patch, over).warnings
  const at = (index: number, key: string) => `annotations["org.jailwright.net.${index}.${key}"]`

  it('an address that two interfaces of the container have is refused, a link-local one is not', () => {
    const two = (one: string, other: string) =>
      net({ '0.bridge': 'a', '0.address': one, '1.bridge': 'b', '1.address': other })
    expect(errors(two('10.0.0.7/24', '10.0.1.7/24,10.0.0.7/25'))).toEqual([
      `${at(1, 'address')}: 10.0.0.7 is an address of interface 0 already`,
    ])
    expect(errors(two('fd00::7/64', 'fd00:0::7/64'))).toEqual([
      `${at(1, 'address')}: fd00:0::7 is an address of interface 0 already`,
    ])
    expect(() => plan(two('fe80::7/64', 'fe80::7/64'))).not.toThrow()
  })

  it('an address of the container is no gateway of it', () => {
    expect(errors(net({ '0.bridge': 'a', '0.address': '10.0.0.1/24', '0.gateway': '10.0.0.1' }))).toEqual([
      `${at(0, 'gateway')}: 10.0.0.1 is an address of the container itself`,
    ])
  })

  it('an address of another container on the bridge, or of the bridge, is warned of', () => {
    const one = net({ '0.bridge': 'a', '0.address': '10.0.0.7/24' })
    const facts = (owner: string) => ({ facts: { onBridge: { a: { '10.0.0.7': owner } } } })
    for (const owner of ['container web', 'the bridge'])
      expect(warnings(one, facts(owner))).toEqual([
        `${at(0, 'address')}: 10.0.0.7 on a is an address of ${owner} too: packets reach one or the other`,
      ])
    expect(warnings(one, facts('container c1'))).toEqual([])
  })
})

describe('names inside', () => {
  const jail = (names: string[]) => ({ freebsd: { jail: { vnet: 'new' as const, vnetInterfaces: names } } })
  const moved = (n: number) => `freebsd.jail.vnetInterfaces[${n}]`

  it('two interfaces, moved ones included, may not have one name inside', () => {
    const own = net({ '0.bridge': 'bridge0', '0.name': 'vtnet0', '1.bridge': 'bridge0' })
    expect(errors({ ...own, ...jail(['vtnet0', 'vnet1', 'em0', 'lo0']) })).toEqual([
      `${moved(0)}: vtnet0 cannot be moved in: it is the name of the interface of annotations["org.jailwright.net.0.name"]`,
      `${moved(1)}: vnet1 cannot be moved in: it is the name of the interface of annotations["org.jailwright.net.1.bridge"]`,
      `${moved(3)}: lo0 cannot be moved in: every network stack has one`,
    ])
  })

  it('one name inside may not be given twice', () => {
    expect(errors(jail(['epair0b', 'epair0b']))).toEqual([
      `${moved(1)}: epair0b cannot be moved in: ${moved(0)} names it already`,
    ])
    const annotations = { 'org.freebsd.jail.vnet': 'new', 'org.freebsd.jail.vnet.interface': 'em0,em0' }
    expect(errors({ annotations })).toHaveLength(1)
  })
})

describe('an MTU that the bridge does not have', () => {
  const of = (mtu: string, bridges: Record<string, { mtu: number; members: number }>) =>
    plan(net({ '0.bridge': 'bridge0', '0.mtu': mtu }), { facts: { bridges } })
  const path = 'annotations["org.jailwright.net.0.mtu"]'

  it('an MTU above that of the bridge is a warning, because packets are lost', () => {
    const made = of('9000', { bridge0: { mtu: 1500, members: 1 } })
    expect(made.warnings).toEqual([
      `${path}: 9000 inside, but every member of bridge0 has its MTU of 1500: larger packets are lost`,
    ])
    expect(fate(made, path)).toBe("translated: inside; the end on bridge0 has the bridge's, 1500")
  })

  it('an MTU is no warning when it is smaller, the same, or that of the first member', () => {
    expect(of('1400', { bridge0: { mtu: 1500, members: 1 } }).warnings).toEqual([])
    expect(of('9000', { bridge0: { mtu: 9000, members: 1 } }).warnings).toEqual([])
    expect(of('9000', { bridge0: { mtu: 1500, members: 0 } }).warnings).toEqual([])
    expect(of('9000', {}).warnings).toEqual([])
  })

  it('an MTU may be that of an interface of the same container', () => {
    const two = { '0.bridge': 'b', '0.mtu': '1400', '1.bridge': 'b', '1.mtu': '9000' }
    expect(plan(net(two)).warnings).toEqual([expect.stringContaining('net.1.mtu"]: 9000 inside')])
    const plain = { '0.bridge': 'b', '1.bridge': 'b', '1.mtu': '9000' }
    expect(plan(net(plain)).warnings).toEqual([expect.stringContaining('MTU of 1500')])
  })
})

describe("annotations beside FreeBSD's", () => {
  const meant = (name: string) => plan({ annotations: { [name]: 'x' } }).warnings

  it.each([
    ['org.freebsd.parentjail', 'org.freebsd.parentJail'],
    ['org.freebsd.parenJail', 'org.freebsd.parentJail'],
    ['org.freebsd.parentJial', 'org.freebsd.parentJail'],
    ['org.freebsd.parentsJail', 'org.freebsd.parentJail'],
    ['org.FreeBSD.parentJail', 'org.freebsd.parentJail'],
    ['org.freebsd.jails.vnet', 'org.freebsd.jail.vnet'],
    ['org.freebsd.Jail.allow.mlock', 'org.freebsd.jail.allow.mlock'],
    ['org.freebsd.jai.ip4.addr', 'org.freebsd.jail.ip4.addr'],
  ])('the mistyped annotation %s is a warning', (name, known) => {
    const text = `annotations["${name}"]: unknown, it has no effect; did you mean ${known}?`
    expect(meant(name)).toEqual([text])
    const made = plan({ annotations: { [name]: 'x' } })
    expect(fate(made, `annotations["${name}"]`)).toBe(`ignored: unknown; did you mean ${known}?`)
  })

  it.each([
    'org.freebsd.version',
    'org.freebsd.image.jail',
    'org.freebsd.ports',
    'org.freebsd',
    'org.freebsdx.jail',
  ])('the annotation %s belongs to another program and is kept', name => {
    expect(meant(name)).toEqual([])
  })
})

it('a mistyped org.jailwright annotation is refused', () => {
  expect(errors({ annotations: { 'org.jailwright.device.profile': 'gpu' } })).toEqual([
    'annotations["org.jailwright.device.profile"]: no annotation of this name is known',
  ])
})
