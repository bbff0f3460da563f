import { describe, expect, it } from 'vitest'
import { commands, errors, fate, parameters, plan, steps } from '../support.ts'

const annotations = (values: Record<string, string>) => ({
  annotations: Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`org.freebsd.jail.${name}`, value]),
  ),
})
const PARENT = { 'org.freebsd.parentJail': 'pod' }

describe('defaults', () => {
  it("without a freebsd section the defaults are ocijail's", () => {
    expect(parameters(plan({ hostname: 'h', domainname: 'd.example' }))).toEqual([
      'persist',
      'host=new',
      'host.hostname=h',
      'host.domainname=d.example',
      'ip4=inherit',
      'ip6=inherit',
      'enforce_statfs=1',
      'allow.chflags',
      'allow.raw_sockets',
    ])
  })

  it("with a freebsd section the defaults are the specification's, and what jail(8) has on by default stays on", () => {
    expect(parameters(plan({ freebsd: {} }))).toEqual([
      'persist',
      'host=new',
      'enforce_statfs=2',
      'sysvmsg=new',
      'sysvsem=new',
      'sysvshm=new',
    ])
  })

  it('the defaults set no addresses in a jail with a network stack of its own', () => {
    expect(parameters(plan(annotations({ vnet: 'new' })))).toEqual([
      'persist',
      'host=new',
      'vnet=new',
      'enforce_statfs=1',
      'allow.chflags',
      'allow.raw_sockets',
    ])
  })

  it('the defaults leave out what the parent jail cannot grant', () => {
    const pod = {
      'children.max': '5',
      'children.cur': '0',
      'allow.chflags': 'false',
      'allow.raw_sockets': 'true',
      enforce_statfs: '2',
    }
    const made = plan({ annotations: PARENT }, { facts: { jails: { pod } } })
    expect(parameters(made)).toContain('enforce_statfs=2')
    expect(parameters(made)).toContain('allow.raw_sockets')
    expect(parameters(made)).not.toContain('allow.chflags')
  })
})

it('the defaults inherit no address family that the kernel lacks', () => {
  const made = plan({}, { facts: { jailParams: { ip6: undefined } } })
  expect(parameters(made)).toContain('ip4=inherit')
  expect(parameters(made)).not.toContain('ip6=inherit')
})

describe('defaults in a host that is a jail itself', () => {
  const of = (sysctls: Record<string, string>) =>
    parameters(plan({}, { facts: { sysctls } })).filter(name => !/^(persist|host|ip)/.test(name))

  it('on a host that is a jail itself, the defaults leave out what that jail may not do', () => {
    const outer = {
      'security.jail.allow_raw_sockets': '1',
      'security.jail.chflags_allowed': '0',
      'security.jail.enforce_statfs': '2',
    }
    expect(of({ ...outer, 'security.jail.jailed': '1' })).toEqual(['enforce_statfs=2', 'allow.raw_sockets'])
    // On a real host these sysctls are the defaults of jail(2), which have no effect here.
    expect(of({ ...outer, 'security.jail.jailed': '0' })).toEqual([
      'enforce_statfs=1',
      'allow.chflags',
      'allow.raw_sockets',
    ])
  })
})

describe('the freebsd section', () => {
  it('every key of the freebsd section becomes a parameter', () => {
    const jail = {
      host: 'new',
      ip4: 'new',
      ip6: 'disable',
      ip4Addr: ['10.0.0.7', '10.0.0.8'],
      sysvmsg: 'inherit',
      sysvsem: 'disable',
      sysvshm: 'new',
      enforceStatfs: 1,
      allow: {
        setHostname: false,
        rawSockets: true,
        chflags: true,
        mount: ['tmpfs', 'nullfs'],
        quotas: true,
        socketAf: true,
        mlock: true,
        reservedPorts: false,
        suser: false,
      },
    } as const
    const mutable = structuredClone(jail) as unknown as NonNullable<
      Parameters<typeof plan>[0]['freebsd']
    >['jail']
    expect(parameters(plan({ freebsd: { jail: mutable } }))).toEqual([
      'persist',
      'host=new',
      'ip4=new',
      'ip4.addr=10.0.0.7,10.0.0.8',
      'ip6=disable',
      'enforce_statfs=1',
      'sysvmsg=inherit',
      'sysvsem=disable',
      'sysvshm=new',
      'allow.chflags',
      'allow.mlock',
      'allow.mount',
      'allow.mount.nullfs',
      'allow.mount.tmpfs',
      'allow.quotas',
      'allow.raw_sockets',
      'allow.reserved_ports=false',
      'allow.set_hostname=false',
      'allow.socket_af',
      'allow.suser=false',
    ])
  })

  it('host=inherit takes no names from the config', () => {
    const made = plan({ hostname: 'h', freebsd: { jail: { host: 'inherit' } } })
    expect(parameters(made)).toContain('host=inherit')
    expect(parameters(made).join()).not.toContain('host.hostname')
    expect(fate(made, 'hostname')).toMatch(/^ignored: host=inherit/)
  })

  it('an error names a type of file system that this kernel lets no jail mount', () => {
    expect(errors({ freebsd: { jail: { allow: { mount: ['tmpfs', 'nosuchfs'] } } } })).toEqual([
      'freebsd.jail.allow.mount[1]: this kernel has no jail parameter allow.mount.nosuchfs',
    ])
  })

  it('interfaces are moved into a stack of the container only', () => {
    const made = plan({ freebsd: { jail: { vnet: 'new', vnetInterfaces: ['em1', 'em2'] } } })
    expect(steps(made, 'move-interface').map(step => [step.interface, step.jail, step.origin])).toEqual([
      ['em1', 'c1', 'freebsd.jail.vnetInterfaces[0]'],
      ['em2', 'c1', 'freebsd.jail.vnetInterfaces[1]'],
    ])
    expect(errors({ freebsd: { jail: { vnetInterfaces: ['em1'] } } })).toEqual([
      'freebsd.jail.vnetInterfaces[0]: the container has no network stack of its own to move it into (vnet=new)',
    ])
  })
})

describe('annotations', () => {
  it('annotations set parameters of every type, and booleans in all spellings', () => {
    const made = plan(
      annotations({
        'allow.mlock': 'true',
        'allow.quotas': '1',
        'allow.raw_sockets': 'false',
        'allow.set_hostname': '0',
        sysvshm: 'new',
        securelevel: '2',
        'children.max': '3',
        osrelease: '14.0-RELEASE',
        osreldate: '1400097',
        'host.hostuuid': '00000000-0000-0000-0000-000000000001',
        'linux.osrelease': '5.15.0',
        'allow.mount.nullfs': 'true',
        enforce_statfs: '0',
        devfs_ruleset: '4',
      }),
    )
    expect(parameters(made)).toEqual(
      expect.arrayContaining([
        'allow.mlock',
        'allow.quotas',
        'allow.raw_sockets=false',
        'allow.set_hostname=false',
        'sysvshm=new',
        'securelevel=2',
        'children.max=3',
        'osrelease=14.0-RELEASE',
        'osreldate=1400097',
        'host.hostuuid=00000000-0000-0000-0000-000000000001',
        'linux.osrelease=5.15.0',
        'allow.mount.nullfs',
        'enforce_statfs=0',
        'devfs_ruleset=4',
      ]),
    )
  })

  it.each([
    ['enforce_statfs', '3', 'a number from 0 to 2'],
    ['devfs_ruleset', '70000', 'a number from 0 to 65535'],
    ['securelevel', 'high', 'a number from -1 to 3'],
    ['vnet', 'disable', 'new, inherit'],
    ['sysvmsg', 'sometimes', 'disable, new, inherit'],
    ['allow.mlock', 'yes', 'true, false, 1 or 0'],
    ['osrelease', '', 'from 1 to 30 bytes'],
    ['osrelease', 'x'.repeat(31), 'at most 30 bytes'],
    ['children.max', '999999', 'a number from 0 to 999998'],
    ['linux.osrelease', '5', 'a version like 5.15.0'],
    ['linux.osrelease', '0.9.1', 'a version like 5.15.0'],
    ['linux.osrelease', '5.15.0-', 'a version like 5.15.0'],
    ['host.hostname', 'x'.repeat(256), 'at most 255 bytes'],
    ['host.hostid', '18446744073709551616', 'a number from 0 to 18446744073709551615'],
    ['host.hostid', '-1', 'a number from 0 to 18446744073709551615'],
  ])('an annotation refuses the value %s=%s', (name, value, allowed) => {
    expect(errors(annotations({ [name]: value }))).toEqual([
      `annotations["org.freebsd.jail.${name}"]: ${JSON.stringify(value)}: must be ${allowed}`,
    ])
  })

  it.each([
    'path',
    'name',
    'jid',
    'persist',
    'command',
    'exec.start',
    'exec.prestart',
    'exec.clean',
    'mount',
    'mount.fstab',
    'mount.devfs',
    'mount.procfs',
    'depend',
    'stop.timeout',
    'ip_hostname',
    'zfs.dataset',
    'allow.dying',
    'parent',
    'children.cur',
    'cpuset.id',
    'dying',
  ])('the annotation of the parameter %s is always refused', name => {
    expect(errors(annotations({ [name]: 'true' }))).toEqual([
      expect.stringMatching(
        `^annotations\\["org\\.freebsd\\.jail\\.${name.replace('.', '\\.')}"\\]: refused: `,
      ),
    ])
  })

  it.each(['exec', 'exec.nosuch', 'mount.nosuch'])(
    'the unknown parameter %s is not refused as a command or mount',
    name => {
      expect(errors(annotations({ [name]: 'true' }))).toEqual([
        `annotations["org.freebsd.jail.${name}"]: this kernel has no jail parameter ${name}`,
      ])
    },
  )

  it('an annotation of an unknown allow.* is a warning, and one of any other unknown parameter is an error', () => {
    const made = plan(annotations({ 'allow.vmm': 'true' }))
    expect(made.warnings).toEqual([expect.stringContaining('this kernel has no jail parameter allow.vmm')])
    expect(parameters(made).join()).not.toContain('vmm')
    expect(errors(annotations({ nosuch: '1' }))).toEqual([
      'annotations["org.freebsd.jail.nosuch"]: this kernel has no jail parameter nosuch',
    ])
  })

  it.each([
    ['allow_mlock', 'allow.mlock'],
    ['Allow.mlock', 'allow.mlock'],
    ['enforceStatfs', 'enforce_statfs'],
    ['ip4_addr', 'ip4.addr'],
    ['ip4.addr+', 'ip4.addr'],
    ['children-max', 'children.max'],
    ['secure.level', 'securelevel'],
    ['sysvshn', 'sysvshm'],
  ])('the unknown parameter %s is refused with the name that it was meant for, %s', (name, meant) => {
    const failed = { errors: [expect.objectContaining({ hint: `did you mean ${meant}?` })] }
    expect(() => plan(annotations({ [name]: '1' }))).toThrow(expect.objectContaining(failed))
    expect(errors(annotations({ [name]: '1' }))[0]).toContain(`this kernel has no jail parameter ${name}`)
  })

  it.each([
    ['allow.rawsockets', 'allow.raw_sockets'],
    ['allow.mlok', 'allow.mlock'],
  ])('the warning of the unknown permission %s names %s', (name, meant) => {
    expect(plan(annotations({ [name]: 'true' })).warnings).toEqual([
      expect.stringContaining(`no jail parameter ${name}; ignored (did you mean ${meant}?)`),
    ])
  })

  it('words of values may be in upper case, as in jail(8)', () => {
    const given = { 'allow.mlock': 'TRUE', 'allow.raw_sockets': 'False', vnet: 'NEW', sysvshm: 'New' }
    expect(parameters(plan(annotations(given)))).toEqual(
      expect.arrayContaining(['allow.mlock', 'allow.raw_sockets=false', 'vnet=new', 'sysvshm=new']),
    )
  })

  describe("in jail(8)'s negative form", () => {
    const path = (name: string) => `annotations["org.freebsd.jail.${name}"]`

    it.each([
      ['allow.noraw_sockets', 'true', 'allow.raw_sockets=false'],
      ['allow.noraw_sockets', '1', 'allow.raw_sockets=false'],
      ['allow.noraw_sockets', '', 'allow.raw_sockets=false'],
      ['allow.nochflags', ' true ', 'allow.chflags=false'],
      ['allow.noset_hostname', 'true', 'allow.set_hostname=false'],
      ['allow.nomlock', 'false', 'allow.mlock'],
      ['allow.nomlock', '0', 'allow.mlock'],
      ['allow.nomount', 'true', 'allow.mount=false'],
      ['allow.mount.notmpfs', 'true', 'allow.mount.tmpfs=false'],
      ['allow.mount.nonullfs', 'true', 'allow.mount.nullfs=false'],
      ['ip4.nosaddrsel', 'true', 'ip4.saddrsel=false'],
    ])("the annotation %s=%j in jail(8)'s negative form is %s", (name, value, parameter) => {
      const made = plan(annotations({ [name]: value }))
      const [positive] = parameter.split('=')
      expect(parameters(made).filter(word => word.split('=')[0] === positive)).toEqual([parameter])
      expect(fate(made, path(name))).toBe(`translated: ${parameter}`)
      expect(made.warnings).toEqual([])
    })

    it('a negative form has no effect, with a warning, when this kernel lacks the permission', () => {
      const made = plan(annotations({ 'allow.novmm': 'true' }))
      expect(made.warnings).toEqual([expect.stringContaining('no jail parameter allow.novmm; ignored')])
      expect(parameters(made).join()).not.toContain('vmm')
    })

    it('only booleans have a negative form, and a parameter of that name comes first', () => {
      for (const name of ['novnet', 'nosysvshm', 'noosrelease', 'host.nohostname', 'no'])
        expect(errors(annotations({ [name]: 'true' }))).toEqual([
          `${path(name)}: this kernel has no jail parameter ${name}`,
        ])
      const own = plan(annotations({ 'allow.nothing': 'true', 'env.nothing': 'false' }), {
        facts: { jailParams: { 'allow.nothing': 'bool', 'allow.thing': 'bool' } },
      })
      expect(parameters(own)).toEqual(expect.arrayContaining(['allow.nothing', 'env.nothing=false']))
    })

    it.each(['nopersist', 'nodying', 'allow.nodying', 'exec.noclean', 'mount.nodevfs'])(
      'the negative form is refused where the positive one is: %s',
      name => {
        expect(errors(annotations({ [name]: 'true' }))).toEqual([
          expect.stringContaining(`${path(name)}: refused: `),
        ])
      },
    )

    it('the value of a negative form is checked like that of the positive one', () => {
      expect(errors(annotations({ 'allow.noraw_sockets': 'yes' }))).toEqual([
        `${path('allow.noraw_sockets')}: "yes": must be true, false, 1 or 0`,
      ])
    })

    it('a negative form overrides the section', () => {
      const made = plan({
        ...annotations({ 'allow.nomlock': 'true' }),
        freebsd: { jail: { allow: { mlock: true } } },
      })
      expect(parameters(made)).toContain('allow.mlock=false')
      expect(fate(made, 'freebsd.jail.allow.mlock')).toBe(`ignored: overridden by ${path('allow.nomlock')}`)
    })

    it('a negative form may not contradict the positive one, in either order', () => {
      const both = { 'allow.mlock': 'true', 'allow.nomlock': 'true' }
      expect(errors(annotations(both))).toEqual([
        `${path('allow.nomlock')}: contradicts ${path('allow.mlock')}`,
      ])
      const turned = Object.fromEntries(Object.entries(both).reverse())
      expect(errors(annotations(turned))).toEqual([
        `${path('allow.mlock')}: contradicts ${path('allow.nomlock')}`,
      ])
      expect(parameters(plan(annotations({ ...both, 'allow.mlock': 'false' })))).toContain(
        'allow.mlock=false',
      )
      expect(errors(annotations({ 'ip6.add': 'fd00::5', 'ip6.addr': 'fd00::6' }))).toEqual([
        `${path('ip6.addr')}: contradicts ${path('ip6.add')}`,
      ])
    })
  })

  it('annotations override the section, and the plan says so', () => {
    const made = plan({ ...annotations({ enforce_statfs: '1' }), freebsd: { jail: { enforceStatfs: 2 } } })
    expect(parameters(made)).toContain('enforce_statfs=1')
    expect(fate(made, 'freebsd.jail.enforceStatfs')).toBe(
      'ignored: overridden by annotations["org.freebsd.jail.enforce_statfs"]',
    )
  })

  it('annotations set keys of meta and env', () => {
    expect(parameters(plan(annotations({ 'meta.owner': 'x', 'env.A': 'b c' })))).toEqual(
      expect.arrayContaining(['meta.owner=x', 'env.A=b c']),
    )
  })

  it('the text true is a value of a parameter of text, and stands for a flag by its name alone', () => {
    const made = plan({ hostname: 'true', ...annotations({ 'env.DEBUG': 'true', 'allow.chflags': 'true' }) })
    expect(parameters(made)).toEqual(
      expect.arrayContaining(['host.hostname=true', 'env.DEBUG=true', 'allow.chflags', 'persist']),
    )
  })

  it('a warning says that mounting inside is allowed but enforce_statfs forbids it', () => {
    const parts = { freebsd: { jail: { allow: { mount: ['tmpfs'] } } } }
    expect(plan(parts).warnings).toEqual([expect.stringContaining('needs enforce_statfs below 2')])
    expect(plan({ ...parts, ...annotations({ enforce_statfs: '1' }) }).warnings).toEqual([])
  })

  it('a warning says that a type of file system may be mounted but mounting itself may not, or the reverse', () => {
    const path = (name: string) => `annotations["org.freebsd.jail.${name}"]`
    const warnings = (values: Record<string, string>, more: object = {}) =>
      plan({ ...annotations(values), ...more }).warnings
    expect(warnings({ 'allow.mount.tmpfs': '1' })).toEqual([
      `${path('allow.mount.tmpfs')}: allow.mount.tmpfs has no effect without allow.mount`,
    ])
    expect(warnings({ 'allow.mount.tmpfs': '1', 'allow.mount': '0' })).toHaveLength(1)
    expect(warnings({ 'allow.mount.procfs': '1' }, { freebsd: {} })).toEqual([
      `${path('allow.mount.procfs')}: allow.mount.procfs has no effect without allow.mount and enforce_statfs below 2`,
    ])
    expect(warnings({ 'allow.mount': '1' })).toEqual([
      `${path('allow.mount')}: mounting inside needs allow.mount.TYPE of a type of file system as well`,
    ])
    expect(warnings({ 'allow.mount.tmpfs': '1', 'allow.mount': '1' })).toEqual([])
    expect(warnings({ 'allow.mount.tmpfs': '0', 'allow.nomount': '1' })).toEqual([])
  })

  it("ocijail's old annotation ip6.add is understood", () => {
    expect(parameters(plan(annotations({ 'ip6.add': 'fd00::5' })))).toContain('ip6.addr=fd00::5')
  })
})

describe('addresses', () => {
  it('every address is checked for its family', () => {
    expect(errors(annotations({ 'ip4.addr': '300.1.1.1,10.0.0.1,::1', 'ip6.addr': 'zz::1' }))).toEqual([
      'annotations["org.freebsd.jail.ip4.addr"]: not an IPv4 address: 300.1.1.1',
      'annotations["org.freebsd.jail.ip4.addr"]: not an IPv4 address: ::1',
      'annotations["org.freebsd.jail.ip6.addr"]: not an IPv6 address: zz::1',
    ])
  })

  it('the addresses of a classic jail become aliases of the interface, and the undo removes them', () => {
    const made = plan(annotations({ 'ip4.addr': '10.0.0.7', 'ip6.addr': 'fd00::7', interface: 'em0' }))
    expect(commands(made)).toEqual([
      'ifconfig em0 inet 10.0.0.7/32 alias',
      'ifconfig em0 inet6 fd00::7/128 alias',
    ])
    expect(steps(made, 'run')[0]?.undo).toEqual([
      { tool: 'ifconfig', args: ['em0', 'inet', '10.0.0.7', '-alias'], ignore: expect.any(Array) },
    ])
    expect(parameters(made).join()).not.toContain('interface')
    expect(parameters(made)).toEqual(expect.arrayContaining(['ip4.addr=10.0.0.7', 'ip6.addr=fd00::7']))
    expect(parameters(made).join()).not.toMatch(/ip[46]=/)
  })

  it('addresses of one family give no addresses of the other', () => {
    expect(parameters(plan(annotations({ 'ip4.addr': '10.0.0.7' }))).join()).not.toContain('ip6')
  })

  it('an address may name its own interface and mask', () => {
    const made = plan(annotations({ 'ip4.addr': 'em1|10.1.0.7/24,10.0.0.8', interface: 'em0' }))
    expect(commands(made)).toEqual([
      'ifconfig em1 inet 10.1.0.7/24 alias',
      'ifconfig em0 inet 10.0.0.8/32 alias',
    ])
    expect(parameters(made)).toContain('ip4.addr=10.1.0.7,10.0.0.8')
  })

  it('an address that the host has already is not added to the interface', () => {
    const facts = { addresses: { em0: ['10.0.0.7'] } }
    expect(commands(plan(annotations({ 'ip4.addr': '10.0.0.7', interface: 'em0' }), { facts }))).toEqual([])
  })

  it('ip4 and ip6 are left out beside vnet, because the kernel refuses them even with default values', () => {
    const shared = parameters(
      plan({ freebsd: { jail: { vnet: 'inherit', ip4: 'inherit', ip6: 'disable' } } }),
    )
    expect(shared).toContain('ip4=inherit')
    expect(shared).toContain('ip6=disable')
    expect(shared.filter(word => word.startsWith('vnet'))).toEqual([])
    const own = parameters(plan({ freebsd: { jail: { vnet: 'new', ip4: 'inherit', ip6: 'inherit' } } }))
    expect(own).toContain('vnet=new')
    expect(own.filter(word => word.startsWith('ip'))).toEqual([])
    expect(errors({ freebsd: { jail: { vnet: 'new', ip6: 'disable' } } })).toEqual([
      'freebsd.jail.ip6: ip6=disable cannot be with vnet=new; allowed is inherit, or nothing',
    ])
  })

  it('an error names the addresses that the kernel refuses without a message', () => {
    for (const [name, value, text] of [
      ['ip4.addr', '10.0.0.7,10.0.0.7', '10.0.0.7 is there twice'],
      ['ip6.addr', 'fd00::7,fd00:0::7', 'fd00:0::7 is there twice'],
      ['ip4.addr', '0.0.0.0', '0.0.0.0 cannot be the address of a jail'],
      ['ip4.addr', '255.255.255.255', '255.255.255.255 cannot be the address of a jail'],
      ['ip6.addr', '0::0', '0::0 cannot be the address of a jail'],
    ] as const) {
      expect(errors(annotations({ [name]: value }))).toEqual([
        `annotations["org.freebsd.jail.${name}"]: ${text}`,
      ])
    }
  })

  it('addresses contradict a family that is switched off or unrestricted', () => {
    expect(errors(annotations({ ip6: 'inherit', 'ip6.addr': 'fd00::7' }))).toEqual([
      'annotations["org.freebsd.jail.ip6"]: ip6=inherit, but annotations["org.freebsd.jail.ip6.addr"] gives addresses',
    ])
    expect(parameters(plan(annotations({ ip4: 'new', 'ip4.addr': '10.0.0.7', ip6: 'inherit' })))).toEqual(
      expect.arrayContaining(['ip4=new', 'ip4.addr=10.0.0.7', 'ip6=inherit']),
    )
    expect(errors({ freebsd: { jail: { ip4: 'disable', ip4Addr: ['10.0.0.7'] } } })).toEqual([
      'freebsd.jail.ip4: ip4=disable, but freebsd.jail.ip4Addr gives addresses',
    ])
  })

  it('addresses cannot restrict a vnet jail', () => {
    expect(errors(annotations({ vnet: 'new', 'ip4.addr': '10.0.0.7' }))).toEqual([
      expect.stringContaining('vnet jails cannot have IP address restrictions'),
    ])
  })
})

describe('a devfs that the jail may mount itself', () => {
  const mount = { freebsd: { jail: { allow: { mount: ['devfs'] } } } }

  it('a devfs that the jail mounts itself shows what ruleset 4 shows, unless another ruleset is named', () => {
    expect(parameters(plan(mount))).toContain('devfs_ruleset=4')
    expect(parameters(plan(annotations({ 'allow.mount.devfs': 'true' })))).toContain('devfs_ruleset=4')
    expect(parameters(plan({ ...mount, ...annotations({ devfs_ruleset: '5' }) }))).toContain(
      'devfs_ruleset=5',
    )
    expect(parameters(plan(annotations({ 'allow.mount.tmpfs': 'true' }))).join()).not.toContain('ruleset')
  })

  it('a devfs that the jail mounts itself shows everything only on request, with a warning', () => {
    const made = plan({ ...mount, ...annotations({ devfs_ruleset: '0' }) })
    expect(parameters(made)).toContain('devfs_ruleset=0')
    expect(made.warnings).toContain(
      'annotations["org.freebsd.jail.devfs_ruleset"]: a /dev that the jail mounts shows every device of the host',
    )
  })

  it('the ruleset for a devfs that the jail mounts itself has to exist', () => {
    expect(errors(annotations({ devfs_ruleset: '77' }))).toEqual([
      'annotations["org.freebsd.jail.devfs_ruleset"]: devfs ruleset 77 does not exist on this host; a missing ruleset would show every device',
    ])
  })

  it('inside a jail, a devfs that the new jail mounts has the ruleset of the surrounding jail', () => {
    const facts = { sysctls: { 'security.jail.jailed': '1' } }
    expect(parameters(plan(mount, { facts })).join()).not.toContain('devfs_ruleset')
  })
})

describe('vnet beside ip4 and ip6, which the kernel refuses whatever their values', () => {
  it('vnet beside ip4 and ip6 is left out when it only states the default', () => {
    const made = plan(annotations({ vnet: 'inherit' }))
    expect(parameters(made)).toContain('ip4=inherit')
    expect(parameters(made).join()).not.toContain('vnet')
    expect(fate(made, 'annotations["org.freebsd.jail.vnet"]')).toBe('applied: the default of jail(8)')
    const section = plan({ freebsd: { jail: { vnet: 'inherit', ip4: 'inherit', ip6: 'disable' } } })
    expect(parameters(section)).toEqual(expect.arrayContaining(['ip4=inherit', 'ip6=disable']))
    expect(parameters(section).join()).not.toContain('vnet')
  })

  it('ip4 and ip6 beside vnet are left out when they restrict nothing', () => {
    const made = plan({ freebsd: { jail: { vnet: 'new', ip4: 'inherit', ip6: 'inherit' } } })
    expect(parameters(made)).toContain('vnet=new')
    expect(parameters(made).join()).not.toMatch(/ip[46]/)
    expect(fate(made, 'freebsd.jail.ip6')).toBe('applied: a jail with vnet=new has a stack of its own')
  })

  it('ip4 and ip6 beside vnet are an error when they restrict the jail', () => {
    expect(
      errors({ freebsd: { jail: { vnet: 'new', ip4: 'disable' } }, ...annotations({ ip6: 'new' }) }),
    ).toEqual([
      'freebsd.jail.ip4: ip4=disable cannot be with vnet=new; allowed is inherit, or nothing',
      'annotations["org.freebsd.jail.ip6"]: ip6=new cannot be with vnet=new; allowed is inherit, or nothing',
    ])
  })
})

describe('a parent jail', () => {
  it("the parent jail gives its name to the child, and its children.max is left alone: the kernel counts against the creator's jails", () => {
    const made = plan({ annotations: PARENT }, { facts: { jails: { pod: { 'children.max': '0' } } } })
    expect(made.jailName).toBe('pod.c1')
    expect(made.parentJail).toBe('pod')
    expect(made.steps.map(step => step.kind)).toEqual(['jail'])
  })

  it('a parent jail that may have no children accepts a container that asks for none itself', () => {
    const made = plan(
      { annotations: { ...PARENT, ...annotations({ 'children.max': '0' }).annotations } },
      { facts: { jails: { pod: { 'children.max': '0' } } } },
    )
    expect(parameters(made).join(' ')).not.toContain('children.max')
    expect(fate(made, 'annotations["org.freebsd.jail.children.max"]')).toMatch(/^applied: the default/)
  })

  it('the parent jail has to exist', () => {
    expect(errors({ annotations: PARENT }, { facts: { jails: {} } })).toEqual([
      'annotations["org.freebsd.parentJail"]: jail "pod" not found',
    ])
  })

  it('the parent jail of the annotation overrides that of the section', () => {
    const made = plan({ annotations: PARENT, freebsd: { jail: { parent: 'other' } } })
    expect(made.parentJail).toBe('pod')
    expect(fate(made, 'freebsd.jail.parent')).toMatch(/^ignored: overridden/)
  })
})

describe('what the parent jail cannot grant is refused by name', () => {
  const pod = {
    'children.max': '2',
    vnet: 'inherit',
    enforce_statfs: '2',
    securelevel: '1',
    ip4: 'disable',
    'ip4.addr': '10.0.0.7,10.0.0.8',
    ip6: 'disable',
    'ip6.addr': '',
    sysvshm: 'disable',
    'allow.mlock': 'false',
    'allow.unprivileged_proc_debug': 'false',
  }
  const below = (values: Record<string, string>, parent: Record<string, string> = pod) =>
    [
      { annotations: { ...PARENT, ...annotations(values).annotations } },
      { facts: { jails: { pod: parent } } },
    ] as const

  it.each([
    ['enforce_statfs', '1', 'must be at least 2, as the parent jail pod has'],
    ['securelevel', '0', 'must be at least 1, as the parent jail pod has'],
    ['children.max', '3', 'must be below 2, as the parent jail pod has children.max=2'],
    ['allow.mlock', '1', 'the parent jail pod has no allow.mlock that it could grant'],
    ['sysvshm', 'new', 'must be disable, as the parent jail pod has sysvshm=disable'],
    ['sysvshm', 'inherit', 'must be disable, as the parent jail pod has sysvshm=disable'],
    [
      'ip4.addr',
      '10.0.0.7,10.0.0.9',
      '10.0.0.9 is no address of the parent jail pod, which has 10.0.0.7, 10.0.0.8',
    ],
    ['ip6.addr', 'fd00::9', 'fd00::9 is no address of the parent jail pod, which has no ip6.addr'],
  ])('a value that the parent jail cannot grant is refused by name: %s=%s', (name, value, text) => {
    expect(errors(...below({ [name]: value }))).toEqual([`annotations["org.freebsd.jail.${name}"]: ${text}`])
  })

  it('a value of the section that the parent jail cannot grant is refused by name', () => {
    const jail = { parent: 'pod', ip4Addr: ['10.0.0.9'], sysvshm: 'new' as const, allow: { mlock: true } }
    expect(errors({ freebsd: { jail } }, { facts: { jails: { pod } } })).toEqual([
      'freebsd.jail.sysvshm: must be disable, as the parent jail pod has sysvshm=disable',
      'freebsd.jail.ip4Addr: 10.0.0.9 is no address of the parent jail pod, which has 10.0.0.7, 10.0.0.8',
      'freebsd.jail.allow.mlock: the parent jail pod has no allow.mlock that it could grant',
    ])
  })

  it.each([
    ['enforce_statfs', '2'],
    ['securelevel', '2'],
    ['children.max', '1'],
    ['allow.mlock', '0'],
    ['allow.unprivileged_proc_debug', '1'],
    ['sysvshm', 'disable'],
    ['ip4.addr', '10.0.0.8'],
  ])('a value that the parent jail can grant is accepted: %s=%s', (name, value) => {
    expect(parameters(plan(...below({ [name]: value }))).join(' ')).toContain(name)
  })

  it('the addresses of a stack that the parent jail does not restrict are accepted', () => {
    for (const parent of [
      { ...pod, vnet: 'new', 'ip4.addr': '' },
      { ...pod, ip4: 'inherit', 'ip4.addr': '' },
      {},
    ])
      expect(parameters(plan(...below({ 'ip4.addr': '10.0.0.9' }, parent)))).toContain('ip4.addr=10.0.0.9')
  })

  it('a value that the jail around this host cannot grant is refused, as far as that jail is known', () => {
    const sysctls = {
      'security.jail.jailed': '1',
      'security.jail.enforce_statfs': '2',
      'security.jail.allow_raw_sockets': '0',
    }
    expect(
      errors(annotations({ enforce_statfs: '1', 'allow.raw_sockets': '1' }), { facts: { sysctls } }),
    ).toEqual([
      expect.stringContaining('must be at least 2, as this host has'),
      expect.stringContaining('this host has no allow.raw_sockets that it could grant'),
    ])
    const secure = { facts: { sysctls: { 'kern.securelevel': '2' } } }
    expect(errors(annotations({ securelevel: '1' }), secure)).toEqual([
      'annotations["org.freebsd.jail.securelevel"]: must be at least 2, as this host has',
    ])
  })
})

describe('aliases below a parent with a stack of its own', () => {
  const config = (parent: string) => ({
    annotations: {
      'org.freebsd.parentJail': parent,
      ...annotations({ 'ip4.addr': '10.0.0.9/24,10.0.0.8/32', interface: 'vtnet0' }).annotations,
    },
  })
  const room = { 'children.max': '5' }
  const jails = { pod: { ...room, vnet: 'new' }, 'pod.in': { ...room, vnet: 'inherit' } }

  it.each(['pod', 'pod.in'])(
    'aliases below a parent with a network stack of its own are set in that stack: %s',
    parent => {
      const jailAddresses = { pod: { vtnet0: ['10.0.0.8'] } }
      const made = plan(config(parent), { facts: { jails, jailAddresses } })
      expect(commands(made)).toEqual(['ifconfig -j pod vtnet0 inet 10.0.0.9/24 alias'])
      expect(steps(made, 'run')[0]?.undo).toEqual([
        {
          tool: 'ifconfig',
          args: ['-j', 'pod', 'vtnet0', 'inet', '10.0.0.9', '-alias'],
          ignore: expect.arrayContaining(['does not exist', 'jail not found']),
        },
      ])
    },
  )

  it("aliases below a parent that shares the host's network stack are set on the host", () => {
    const facts = { jails: { pod: { ...room, vnet: 'inherit' } } }
    expect(commands(plan(config('pod'), { facts }))[0]).toBe('ifconfig vtnet0 inet 10.0.0.9/24 alias')
  })
})
