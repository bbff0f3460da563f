import { describe, expect, it } from 'vitest'
import { commands, errors, parameters, plan, steps } from './support.ts'

const net = (values: Record<string, string>) => ({
  annotations: Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`org.jailwright.net.${name}`, value]),
  ),
})
const LO0 = ['ifconfig -j c1 lo0 inet 127.0.0.1/8 up', 'ifconfig -j c1 lo0 inet6 ::1/128']

describe('a stack of its own', () => {
  it('has lo0 up, and nothing else', () => {
    expect(commands(plan({ annotations: { 'org.freebsd.jail.vnet': 'new' } }))).toEqual(LO0)
  })

  it('has no IPv6 loopback on a kernel without IPv6', () => {
    const facts = { jailParams: { ip6: undefined } }
    expect(commands(plan({ annotations: { 'org.freebsd.jail.vnet': 'new' } }, { facts }))).toEqual([LO0[0]])
  })

  it('is touched only once the jail is there', () => {
    const kinds = plan({
      annotations: { 'org.freebsd.jail.vnet': 'new', 'org.freebsd.jail.vnet.interface': 'em1, em2' },
    })
    expect(kinds.steps.map(step => step.kind)).toEqual([
      'jail',
      'run',
      'run',
      'move-interface',
      'move-interface',
    ])
  })
})

describe('an epair of its own', () => {
  it('is made, named, bridged, moved, named again, addressed and routed, in this order', () => {
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
      'ifconfig -j c1 eth0 inet 10.0.0.11/24 alias',
      'ifconfig -j c1 eth0 inet6 fd00::11/64 alias',
      'ifconfig -j c1 eth0 up',
      'route -j c1 add default 10.0.0.1',
      'route -j c1 -6 add default fd00::1',
    ])
  })

  it('is destroyed by its description, under whatever name, and its absence is no failure', () => {
    const create = steps(plan(net({ '0.bridge': 'bridge0' })), 'run')[2]
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

  it('has defaults for name and MAC, and a VLAN where one is asked for', () => {
    const made = commands(plan(net({ '3.bridge': 'br', '3.vlan': '20' })))
    expect(made).toContain('ifconfig br addm e3a_c1 untagged 20')
    expect(made).toContain('ifconfig -j c1 e3b_c1 name vnet3')
    expect(made.find(line => line.includes(' ether '))).toMatch(/ether 02(:[0-9a-f]{2}){5}$/)
  })

  it('may stand beside others, each with names of its own', () => {
    const made = commands(plan(net({ '0.bridge': 'a', '1.bridge': 'b' }), { id: 'a-very-long-container-id' }))
    const names = made.flatMap(line => / name (\S+)/.exec(line)?.[1] ?? [])
    expect(new Set(names).size).toBe(6)
    for (const name of names) expect(name.length).toBeLessThanOrEqual(15)
  })

  it.each([
    ['0.bridge', 'no such name', /is no interface$/],
    ['0.name', 'a-name-that-is-too-long', /is no name for an interface/],
    ['0.name', 'lo0', /is no name for an interface/],
    ['0.address', '10.0.0.1', /must be ADDRESS\/PREFIX$/],
    ['0.address', '10.0.0.1/33', /must be ADDRESS\/PREFIX$/],
    ['0.gateway', '10.0.0.1/24', /must be an address$/],
    ['0.gateway', '10.0.0.1,10.0.0.2', /two for IPv4$/],
    ['0.mtu', '9', /must be from 68 to 65535$/],
    ['0.vlan', '4095', /must be from 1 to 4094$/],
    ['0.mac', '03:00:00:00:00:01', /must be a unicast MAC address$/],
    ['0.mac', '00:00:00:00:00:00', /must be a unicast MAC address$/],
    ['0.mac', 'x', /must be a unicast MAC address$/],
    ['0.bogus', 'x', /must be org\.jailwright\.net\.<number>\./],
    ['x.bridge', 'x', /must be org\.jailwright\.net\.<number>\./],
  ])('refuses %s=%s', (name, value, text) => {
    const messages = errors(net({ '0.bridge': 'bridge0', [name]: value }))
    expect(messages).toEqual([expect.stringMatching(text)])
    expect(messages[0]).toContain(`annotations["org.jailwright.net.${name}"]`)
  })

  it('refuses one without a bridge, two of one name, and a jail that shares its stack', () => {
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

it('an annotation of ours with a mistyped name is refused', () => {
  expect(errors({ annotations: { 'org.jailwright.device.profile': 'gpu' } })).toEqual([
    'annotations["org.jailwright.device.profile"]: no annotation of this name is known',
  ])
})
