import { beforeEach, describe, expect, it } from 'vitest'
import { modelOnly } from '../../conformance/simhost/rules/net/backend.ts'
import { ifconfigTool, type NetCaller } from '../../conformance/simhost/rules/net/ifconfig.ts'
import { NetKernel } from '../../conformance/simhost/rules/net/kernel.ts'

let kernel: NetKernel
let clock = 0

function caller(jid = 0): NetCaller {
  return {
    kernel,
    vnet: kernel.vnets.get(jid) ?? kernel.host,
    privileged: true,
    root: true,
    routing: true,
    sees: () => true,
    jail: name => {
      const at = Number(name)
      const vnet = kernel.vnets.get(at)
      return vnet === undefined ? undefined : { jid: at, vnet, routing: true }
    },
  }
}

function run(words: string, jid = 0) {
  return ifconfigTool(words.split(' '), caller(jid))
}

beforeEach(() => {
  clock = 0
  kernel = new NetKernel(
    {
      backend: modelOnly,
      loadModule: () => true,
      tunnelChanged: () => undefined,
      memberAddresses: () => true,
      detectsDuplicates: () => false,
      now: () => clock,
    },
    '8f3f0bb4-0000-11ee-9c2a-589cfc000001',
  )
  kernel.boot()
})

describe('clones', () => {
  it('ifconfig create prints a name only when it is not the one that was typed', () => {
    expect(run('epair create').stdout).toBe('epair0a\n')
    expect(run('epair create name ct1h').stdout).toBe('ct1h\n')
    expect(run('-l').stdout).toBe('vtnet0 lo0 epair0a epair0b ct1h epair1b\n')
    expect(run('bridge7 create')).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(run('bridge7 create up')).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(run('bridge7 create').stderr).toBe('ifconfig: interface bridge7 already exists\n')
  })

  it('ifconfig create prints the name of the interface although a later word fails', () => {
    expect(run('epair create name averyveryverylongname')).toEqual({
      status: 1,
      stdout: 'epair0a\n',
      stderr: 'ifconfig: ioctl SIOCSIFNAME (set name): File name too long\n',
    })
  })

  it('ifconfig destroy removes both ends of an epair, and the unit is used again', () => {
    run('epair create')
    run('epair create')
    expect(run('epair0b destroy').status).toBe(0)
    expect(run('-l').stdout).toBe('vtnet0 lo0 epair1a epair1b\n')
    expect(run('epair create').stdout).toBe('epair0a\n')
    expect(run('vtnet0 destroy').stderr).toBe('ifconfig: SIOCIFDESTROY: Invalid argument\n')
  })
})

describe('vnets', () => {
  it('an interface moves into a vnet and back, and returns late under the name that it has', () => {
    run('epair create')
    kernel.createVnet(3, 'web', '00000000-0000-0000-0000-000000000000')
    run('epair0b inet 10.0.0.1/24 up')
    run('epair0b vnet 3')
    expect(run('epair0b vnet 3').stderr).toBe('ifconfig: interface epair0b does not exist\n')
    expect(run('-l', 3).stdout).toBe('lo0 epair0b\n')
    expect(run('epair0b', 3).stdout).not.toMatch(/inet |<UP/)
    expect(run('epair0b name eth0', 3).stdout).toBe('eth0\n')
    expect(run('epair0b -vnet 3').stderr).toBe('ifconfig: SIOCSIFRVNET(3, epair0b): Device not configured\n')
    let released = false
    kernel.destroyVnet(3, () => {
      released = true
    })
    kernel.settle()
    expect(run('-l').stdout).toBe('vtnet0 lo0 epair0a\n')
    clock = 1000
    kernel.settle()
    expect(released).toBe(true)
    expect(run('-l').stdout).toBe('vtnet0 lo0 epair0a eth0\n')
  })

  it('an interface that was made inside is destroyed with the jail, and so is its end outside', () => {
    kernel.createVnet(3, 'web', '')
    run('epair create', 3)
    kernel.moveTo(kernel.find(kernel.vnets.get(3)!, 'epair0b')!, kernel.host)
    expect(run('-l').stdout).toBe('vtnet0 lo0 epair0b\n')
    kernel.destroyVnet(3, () => undefined)
    kernel.settle(true)
    expect(run('-l').stdout).toBe('vtnet0 lo0\n')
  })
})

describe('addresses', () => {
  it('ifconfig replaces the first address without alias, and adds an address with it', () => {
    run('vtnet0 inet 10.0.0.1/24')
    run('vtnet0 inet 10.0.0.2/24')
    run('vtnet0 inet 10.0.0.3/32 alias')
    expect(run('vtnet0 inet').stdout.match(/inet .*/g)).toEqual([
      'inet 10.0.0.2 netmask 0xffffff00 broadcast 10.0.0.255',
      'inet 10.0.0.3 netmask 0xffffffff broadcast 10.0.0.3',
    ])
    expect(run('-f inet:cidr vtnet0 inet').stdout).toContain('inet 10.0.0.2/24 broadcast')
  })

  it('ifconfig refuses the addresses that FreeBSD refuses', () => {
    run('vtnet0 inet 10.0.0.1/24')
    run('epair create')
    expect(run('epair0a inet 10.0.0.1/24 alias').stderr).toBe('ifconfig: ioctl (SIOCAIFADDR): File exists\n')
    expect(run('vtnet0 inet 10.0.0.9 -alias').stderr).toBe(
      "ifconfig: ioctl (SIOCDIFADDR): Can't assign requested address\n",
    )
    expect(run('vtnet0 inet 10.0.0.9 alias').stderr).toBe(
      'ifconfig: ERROR: setting interface address without mask is no longer supported.\n',
    )
    expect(run('vtnet0 inet 10.0.0.999/24').stderr).toBe('ifconfig: 10.0.0.999: bad value\n')
    const jailed = ifconfigTool(['lo0', 'inet', '127.0.0.9/32', 'alias'], { ...caller(), privileged: false })
    expect(jailed.stderr).toBe('ifconfig: ioctl (SIOCAIFADDR): permission denied\n')
  })

  it('ifconfig switches IPv6 on with the first address, and adds a link-local one', () => {
    run('epair create')
    run('epair0a inet6 fd00::11/64')
    const text = run('epair0a').stdout
    expect(text).toMatch(
      /\tinet6 fd00::11 prefixlen 64\n\tinet6 fe80::5a9c:fcff:fe10:\w+%epair0a prefixlen 64 scopeid 0x3\n/,
    )
    expect(text).toContain('nd6 options=21<PERFORMNUD,AUTO_LINKLOCAL>')
  })
})

describe('link-level addresses and formats', () => {
  it('a link-level address that link_addr(3) cannot read is refused, and the kernel refuses one of another length', () => {
    run('epair create')
    expect(run('epair0a ether zz').stderr).toBe('ifconfig: malformed link-level address\n')
    expect(run('epair0a ether 02:00:00').stderr).toBe('ifconfig: ioctl (SIOCAIFADDR): Invalid argument\n')
    expect(run('epair0a ether 2:0:0:0:0:9').status).toBe(0)
    expect(run('epair0a').stdout).toContain('\tether 02:00:00:00:00:09\n')
  })

  it('ifconfig ignores a format that it does not know', () => {
    const made = run('-f bogus,inet:cidr lo0')
    expect(made).toMatchObject({
      status: 0,
      stderr: 'ifconfig: Skipping invalid format specification: bogus\n\n',
    })
    expect(made.stdout).toContain('inet 127.0.0.1/8\n')
  })
})

describe('vlans', () => {
  it('a vlan is made with its tag and its parent, or not at all (sbin/ifconfig/ifvlan.c)', () => {
    run('epair create')
    expect(run('vlan create vlan 5 vlandev epair0a').stdout).toBe('vlan0\n')
    for (const [words, text] of [
      ['vlan create vlan 7', 'must specify a parent device for vlan create'],
      ['vlan create vlandev epair0a', 'must specify a tag for vlan create'],
      ['vlan create vlan 7 vlandev nosuch', 'SIOCIFCREATE2 (vlan): Device not configured'],
      ['vlan create vlan 0 vlandev epair0a', 'SIOCIFCREATE2 (vlan): Invalid argument'],
      ['vlan create vlan 5 vlandev epair0a', 'interface vlan already exists'],
    ] as const)
      expect(run(words)).toEqual({ status: 1, stdout: '', stderr: `ifconfig: ${text}\n` })
    expect(run('-l').stdout).toBe('vtnet0 lo0 epair0a epair0b vlan0\n')
    expect(run('vlan0 -vlandev').status).toBe(0)
  })
})

describe('bridges', () => {
  it('a bridge lists its members, and its errors have the words of FreeBSD 15', () => {
    run('bridge create')
    run('bridge create')
    run('epair create')
    run('bridge0 addm epair0a up')
    expect(run('bridge0').stdout).toMatch(/\tmember: epair0a flags=143<LEARNING,DISCOVER,AUTOEDGE,AUTOPTP>\n/)
    expect(run('bridge1 addm epair0a').stderr).toBe(
      'ifconfig: BRDGADD epair0a: Device busy (Interface is already a member of another bridge)\n',
    )
    expect(run('bridge1 addm lo0').stderr).toBe(
      'ifconfig: BRDGADD lo0: Invalid argument (Unsupported interface type)\n',
    )
    expect(run('epair0a mtu 9000').stderr).toBe(
      'ifconfig: ioctl SIOCSIFMTU (set mtu): Operation not supported\n',
    )
    run('epair0a destroy')
    expect(run('bridge0').stdout).not.toContain('member')
  })

  it('a bridge has VLANs and flags for itself and its members (sbin/ifconfig/ifbridge.c)', () => {
    run('bridge create')
    run('epair create')
    expect(run('bridge0 addm epair0a untagged 5 tagged 7,10-12 vlanfilter up').status).toBe(0)
    expect(run('bridge0 private epair0a').status).toBe(0)
    const { stdout } = run('bridge0')
    expect(stdout).toContain('\tbridge flags=1<VLANFILTER>\n')
    expect(stdout).toContain('\tmember: epair0a flags=943<LEARNING,DISCOVER,AUTOEDGE,AUTOPTP,PRIVATE>\n')
    expect(stdout).toContain(' vlan protocol 802.1q untagged 5 tagged 7,10-12\n')
    run('bridge0 -private epair0a ifuntagged epair0a 9 +iftagged epair0a 13 -iftagged epair0a 7')
    expect(run('bridge0').stdout).toContain(' untagged 9 tagged 10-13\n')
    run('bridge0 deletem epair0a addm epair0a')
    expect(run('bridge0').stdout).toContain(' vlan protocol 802.1q\n')
  })

  it('a bridge refuses interfaces that cannot be members', () => {
    run('bridge create')
    run('epair create')
    for (const [words, text] of [
      ['bridge0 addm', 'usage: addm <interface> [opts ...]'],
      ['bridge0 addm epair0a untagged 4095', 'invalid VLAN identifier: 4095'],
      ['bridge0 addm epair0a tagged 5-3', 'invalid vlan set: 5-3'],
      [
        'bridge0 stp epair0a',
        'unable to get bridge flags: No such file or directory (Interface is not a bridge member)',
      ],
      ['bridge0 ifuntagged epair0a', "'ifuntagged' requires 2 arguments"],
      ['bridge0 maxaddr x', 'invalid value: x'],
      ['epair0a addm epair0b', 'BRDGADD epair0b: Invalid argument'],
    ] as const)
      expect(run(words)).toMatchObject({ status: 1, stderr: `ifconfig: ${text}\n` })
    expect(run('bridge0').stdout).not.toContain('member')
  })
})
