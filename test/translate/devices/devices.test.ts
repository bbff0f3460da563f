import { describe, expect, it } from 'vitest'
import { notTighter } from '../../../src/translate/devices/modes.ts'
import { DEVICE_PROFILES } from '../../../src/translate/devices/profiles.ts'
import { liveDeviceRules, matcher, parseRule } from '../../../src/translate/devices/rules.ts'
import { type FactOverrides, fixedFacts } from '../../../src/translate/offline-facts.ts'
import { DEV, errors, fate, mountOn, parameters, plan, rules, steps, words } from '../support.ts'

const BASE = ['include 1', 'include 2', 'include 3', 'include 4']
const dev = (...options: string[]) => ({ mounts: [{ ...DEV, options }] })
/** A graphics card with the nodes of drm-kmod in drm, and links to them in dri. */
const DRM: FactOverrides = {
  paths: {
    '/dev/dri': 'dir',
    '/dev/drm': 'dir',
    '/dev/drm/0': 'device',
    '/dev/drm/128': 'device',
    '/dev/dri/card0': 'device',
    '/dev/dri/renderD128': 'device',
  },
  owners: {
    '/dev/drm/128': { uid: 0, gid: 44, mode: 0o660 },
    '/dev/dri/renderD128': { uid: 0, gid: 44, mode: 0o660 },
  },
  links: { 'dri/card0': 'drm/0', 'dri/renderD128': 'drm/128' },
}
/** The same card with its nodes in dri, as before drm-kmod 5.15. */
const DRI: FactOverrides = {
  paths: { '/dev/dri': 'dir', '/dev/dri/card0': 'device', '/dev/dri/renderD128': 'device' },
  owners: { '/dev/dri/renderD128': { uid: 0, gid: 44, mode: 0o660 } },
}
const VMM: FactOverrides = {
  paths: { '/dev/vmmctl': 'device', '/dev/vmm': 'dir' },
  jailParams: { 'allow.vmm': 'bool' },
}

describe("an administrator's ruleset, of whose includes the kernel follows one level", () => {
  const ruleset = (rules: string[], ...options: string[]) =>
    plan(dev('ruleset=100', ...options), { facts: { rulesets: { 100: rules, 101: ['hide', 'include 3'] } } })

  it('a ruleset that hides nothing by itself but includes ruleset 4 hides everything all the same', () => {
    const made = ruleset(['include 4', 'path bpf unhide'])
    expect(rules(made)).toEqual([...BASE, 'path bpf unhide'])
    expect(words(mountOn(made, '/dev'))).toEqual(['ruleset=%{ruleset}'])
    expect(made.warnings).toEqual([expect.stringContaining('ruleset 100 by itself shows every device')])
    expect(rules(ruleset(['include 4'], 'rule=path zero hide'))).toEqual([...BASE, 'path zero hide'])
  })

  it.each([
    [['include 1', 'include 4', 'path bpf unhide']],
    [['hide', 'include 4']],
    [['path * hide', 'path bpf unhide']],
    [['include 101']],
  ])('a ruleset that hides by itself is used as it is: %j', own => {
    const made = ruleset(own)
    expect(steps(made, 'ruleset')).toEqual([])
    expect(words(mountOn(made, '/dev'))).toEqual(['ruleset=100'])
    expect(made.warnings).toEqual([])
  })

  it.each([[['path mem hide']], [["path 'bpf*' unhide"]], [['include 3']]])(
    'a ruleset that hides nothing to begin with is used as it is, with a warning that it shows every device: %j',
    own => {
      const made = ruleset(own)
      expect(words(mountOn(made, '/dev'))).toEqual(['ruleset=100'])
      expect(made.warnings).toEqual([
        'mounts[0].options[0]: ruleset 100 does not begin by hiding everything: it shows every device of the host that it does not hide (privileged)',
      ])
      // A rule of the mount can hide everything too.
      expect(ruleset(own, 'rule=hide', 'rule=path null unhide').warnings).toEqual([])
      expect(ruleset(own, 'rule=include 4').warnings).toEqual([])
    },
  )

  it.each([2, 3])(
    "FreeBSD's ruleset %i, which is made to be included only, gives a warning that it shows every device",
    number => {
      expect(plan(dev(`ruleset=${number}`)).warnings).toHaveLength(1)
    },
  )

  it('a device that a ruleset has shown before an include that would hide it stays shown', () => {
    expect(rules(ruleset(['hide', 'path bpf unhide', 'include 4'], 'rule=path zero hide'))).toEqual([
      'hide',
      'path bpf unhide',
      'include 2',
      'include 3',
      'include 4',
      'path zero hide',
    ])
    expect(rules(ruleset(['include 101'], 'rule=path zero hide'))).toEqual([
      'hide',
      'include 3',
      'path zero hide',
    ])
  })
})

describe('without devices of its own', () => {
  it('a container has the ruleset that its devfs names, and no other', () => {
    const made = plan(dev('ruleset=4'))
    expect(steps(made, 'ruleset')).toEqual([])
    expect(words(mountOn(made, '/dev'))).toEqual(['ruleset=4'])
  })

  it('a devfs that names no ruleset has ruleset 4, never none', () => {
    expect(words(mountOn(plan(dev()), '/dev'))).toEqual(['ruleset=4'])
  })

  it('ruleset 0 is accepted with a warning', () => {
    const made = plan(dev('ruleset=0', 'rule=path bpf unhide'))
    expect(words(mountOn(made, '/dev'))).toEqual(['ruleset=0'])
    expect(made.warnings).toEqual([
      'mounts[0].options[0]: ruleset 0 shows every device of the host (privileged)',
    ])
  })

  it.each(['ruleset=999', 'ruleset=abc', 'ruleset=70000', 'ruleset=-1'])(
    'the option %s of a devfs is refused',
    option => {
      expect(errors(dev(option))).toEqual([expect.stringMatching(/^mounts\[0\]\.options\[0\]: .*ruleset/)])
    },
  )

  it('a devfs elsewhere than /dev is checked likewise, and gets no rules of its own', () => {
    const other = (options: string[]) => ({ mounts: [{ destination: '/x/dev', type: 'devfs', options }] })
    expect(words(mountOn(plan(other([])), '/x/dev'))).toEqual(['ruleset=4'])
    expect(errors(other(['ruleset=9']))).toHaveLength(1)
    expect(errors(other(['rule=path bpf unhide']))).toHaveLength(1)
  })

  it('a second devfs on /dev is refused', () => {
    expect(errors({ mounts: [DEV, DEV] })).toEqual(['mounts[1]: /dev has a devfs already (mounts[0])'])
  })
})

describe('a set of its own', () => {
  it("a ruleset of the container's own includes all rulesets that its base includes, because the kernel resolves one level", () => {
    expect(rules(plan(dev('ruleset=4', 'rule=path bpf unhide')))).toEqual([
      ...BASE,
      'path bpf unhide',
      'path bpf0 unhide',
    ])
    expect(rules(plan(dev('ruleset=5', 'rule=path bpf unhide'))).slice(0, 5)).toEqual([...BASE, 'include 5'])
  })

  it('the rules of any other base are copied', () => {
    const facts = { rulesets: { 100: ['include 1', 'path null unhide'] } }
    expect(rules(plan(dev('ruleset=100', 'rule=path zero unhide'), { facts }))).toEqual([
      'include 1',
      'path null unhide',
      'path zero unhide',
    ])
  })

  it("the number of a container's own ruleset depends on the container and is above those of an administrator", () => {
    const number = (id: string) =>
      steps(plan(dev('ruleset=4', 'rule=path bpf unhide'), { id }), 'ruleset')[0]?.preferred
    expect(number('a')).toBe(number('a'))
    const numbers = new Set(Array.from({ length: 100 }, (_, index) => number(`c${index}`)))
    expect(numbers.size).toBeGreaterThan(95)
    for (const each of numbers) expect(each).toSatisfy((value: number) => value >= 1000 && value < 65_536)
  })

  it("the mount names the container's own ruleset", () => {
    expect(words(mountOn(plan(dev('ruleset=4', 'rule=path bpf unhide')), '/dev'))).toEqual([
      'ruleset=%{ruleset}',
    ])
  })
})

describe('rule= options', () => {
  it('a rule= option of podman for a render node adds parents and links, and keeps the bits that the group has on the host', () => {
    expect(rules(plan(dev('ruleset=4', 'rule=path drm/128 unhide mode 0600'), { facts: DRM }))).toEqual([
      ...BASE,
      'path drm unhide',
      'path drm/128 unhide mode 0660',
      'path dri unhide',
      'path dri/renderD128 unhide',
    ])
  })

  it('a rule= option with any other mode sets that mode exactly', () => {
    expect(rules(plan(dev('ruleset=4', 'rule=path zero unhide mode u=rw')))).toContain(
      'path zero unhide mode u=rw',
    )
    expect(rules(plan(dev('ruleset=4', 'rule=path zero unhide mode 0640')))).toContain(
      'path zero unhide mode 0640',
    )
  })

  it('a rule= option may hide, and may name a type, user and group', () => {
    const made = plan(
      dev(
        'ruleset=4',
        'rule=type tty unhide',
        'rule=path zero hide',
        'rule=path null unhide user root group 44',
      ),
    )
    expect(rules(made).slice(4)).toEqual([
      'type tty unhide',
      'path zero hide',
      'path null unhide user root group 44',
    ])
  })

  it('a rule= option for a device that is missing is a warning', () => {
    expect(plan(dev('ruleset=4', 'rule=path nosuch unhide')).warnings).toEqual([
      'mounts[0].options[1]: this host has no /dev/nosuch',
    ])
  })

  it('a rule= option may include a ruleset that exists', () => {
    expect(rules(plan(dev('ruleset=4', 'rule=include 5'))).slice(4)).toEqual([...BASE, 'include 5'])
    expect(errors(dev('ruleset=4', 'rule=include 77'))).toEqual([
      'mounts[0].options[1]: ruleset 77 does not exist on this host',
    ])
  })

  it.each([
    ['rule=', 'unexpected end of rulespec'],
    ['rule=path', 'expecting argument for path'],
    ['rule=path /dev/ unhide', 'expecting argument for path'],
    ['rule=path x frobnicate', 'unknown argument: frobnicate'],
    ['rule=path x mode 99', 'invalid mode: 99'],
    ['rule=type nosuch unhide', 'unknown type: nosuch'],
    ['rule=100 path x unhide', 'rules are numbered by the runtime: leave the number out'],
    ['rule=path x unhide\nhide', 'a rule is one line without comment'],
  ])('the rule= option %j is refused: %s', (option, text) => {
    expect(errors(dev('ruleset=4', option))).toEqual([`mounts[0].options[1]: ${text}`])
  })
})

describe('freebsd.devices', () => {
  it('a device of freebsd.devices has exactly the mode that the config names', () => {
    const made = plan({
      ...dev(),
      freebsd: { devices: [{ path: 'zero', mode: 0o600 }, { path: '/dev/bpf' }] },
    })
    expect(rules(made).slice(4)).toEqual([
      'path zero unhide mode 0600',
      'path bpf unhide',
      'path bpf0 unhide',
    ])
  })

  it('a directory in freebsd.devices is shown with its contents, on both sides of links', () => {
    expect(
      rules(plan({ ...dev(), freebsd: { devices: [{ path: 'dri' }] } }, { facts: DRM })).slice(4),
    ).toEqual([
      'path dri unhide',
      'path dri/* unhide',
      'path drm unhide',
      'path drm/0 unhide',
      'path drm/128 unhide',
    ])
  })

  it('a device of freebsd.devices that the host lacks is an error that names it', () => {
    expect(errors({ ...dev(), freebsd: { devices: [{ path: 'fuse' }] } })).toEqual([
      'freebsd.devices[0]: /dev/fuse: no such file or directory on this host',
    ])
  })

  it('the error for a device that the host lacks names the module that brings it, unless it is loaded already', () => {
    const hint = (path: string, facts: FactOverrides = {}) => {
      try {
        plan({ ...dev(), freebsd: { devices: [{ path }] } }, { facts })
      } catch (error) {
        return (error as { errors: { hint?: string }[] }).errors[0]?.hint
      }
      throw new Error('the device was there')
    }
    expect(hint('fuse')).toBe('kldload fusefs')
    expect(hint('vmm')).toBe('kldload vmm')
    expect(hint('vmm', { modules: { vmm: true } })).toMatch(/^vmm is loaded: .* while a virtual machine is/)
    expect(hint('dsp7', { modules: { snd_driver: true } })).toBe(
      'snd_driver is loaded, but there is no device of this name',
    )
    expect(hint('dri/card0')).toBe('kldload i915kms or amdgpu (package drm-kmod)')
    expect(hint('nosuch')).toBeUndefined()
  })

  it.each(['../mem', '', 'a b', '/etc/passwd', 'a//b'])('freebsd.devices refuses the path %j', path => {
    expect(errors({ ...dev(), freebsd: { devices: [{ path }] } })).toHaveLength(1)
  })

  it('freebsd.devices needs a devfs on /dev', () => {
    expect(errors({ freebsd: { devices: [{ path: 'bpf' }] } })).toEqual([
      'freebsd.devices[0]: a device needs a devfs mounted on /dev, and the config has none',
    ])
  })
})

describe('linux.devices', () => {
  const linux = (path: string, more = {}) => ({
    ...dev('ruleset=4'),
    linux: { devices: [{ type: 'c', path, ...more }] },
  })

  it('a device of linux.devices has the mode, user and group that the config names', () => {
    const made = plan(linux('/dev/dri/renderD128', { fileMode: 0o660, uid: 0, gid: 44 }), { facts: DRI })
    expect(rules(made).slice(4)).toEqual([
      'path dri unhide',
      'path dri/renderD128 unhide user 0 group 44 mode 0660',
    ])
  })

  it.each([
    ['/dev/net/tun', ['path tun* unhide', 'path tap* unhide']],
    ['/dev/ttyS0', ['path cuau0 unhide']],
    ['/dev/kvm', ['path vmmctl unhide', 'path vmm unhide', 'path vmm/* unhide']],
    ['/dev/zero', ['path zero unhide']],
  ])('linux.devices finds %s by name', (path, expected) => {
    expect(rules(plan(linux(path), { facts: VMM })).slice(4)).toEqual(expected)
  })

  it('linux.devices finds a device by its number when its name is unknown', () => {
    expect(rules(plan(linux('/dev/my-card', { major: 226, minor: 128 }), { facts: DRI })).slice(4)).toEqual([
      'path dri unhide',
      'path dri/renderD128 unhide',
    ])
  })

  it('a missing device of linux.devices is left out when all Linux runtimes add it, and is an error otherwise', () => {
    const paths = { '/dev/full': undefined }
    expect(fate(plan(linux('/dev/full'), { facts: { paths } }), 'linux.devices[0]')).toBe(
      'ignored: this host has no /dev/full',
    )
    // This device is not among them, because no runtime adds it by default; the hint names its module.
    for (const name of ['fuse', 'nosuch'])
      expect(errors(linux(`/dev/${name}`))).toEqual([
        `linux.devices[0]: /dev/${name}: no such file or directory on this host`,
      ])
    expect(errors(linux('/srv/null'))).toHaveLength(1)
  })

  it("linux.devices never shows the host's console, and makes no FIFO", () => {
    expect(rules(plan(linux('/dev/console', { major: 5, minor: 1 })))).toEqual([])
    expect(fate(plan(linux('/dev/initctl', { type: 'p' })), 'linux.devices[0]')).toMatch(/^ignored/)
  })

  it('a privileged Linux container gets those devices of linux.devices that the host has', () => {
    const made = plan({
      ...dev('ruleset=4'),
      linux: {
        resources: { devices: [{ allow: true, access: 'rwm' }] },
        devices: [
          { type: 'c', path: '/dev/btrfs-control', major: 10, minor: 234 },
          { type: 'c', path: '/dev/zero', major: 1, minor: 5 },
        ],
      },
    })
    expect(rules(made).slice(4)).toEqual(['path zero unhide'])
  })
})

describe('linux.resources.devices', () => {
  const cgroup = (...list: object[]) => ({
    ...dev('ruleset=4'),
    linux: { resources: { devices: list as { allow: boolean }[] } },
  })

  it('a rule of linux.resources.devices that denies everything changes nothing', () => {
    expect(rules(plan(cgroup({ allow: false, access: 'rwm' })))).toEqual([])
  })

  it('a rule of linux.resources.devices that allows a number shows the device, with its mode reduced to the access', () => {
    const rule = { allow: true, type: 'c', major: 226, minor: 128 }
    expect(rules(plan(cgroup({ ...rule, access: 'rwm' }), { facts: DRI })).slice(4)).toEqual([
      'path dri unhide',
      'path dri/renderD128 unhide',
    ])
    expect(rules(plan(cgroup({ ...rule, access: 'r' }), { facts: DRI }))).toContain(
      'path dri/renderD128 unhide mode 0440',
    )
  })

  const urandom = { type: 'c', major: 1, minor: 9 }

  it('a rule of linux.resources.devices that denies a part of the access takes it away, and shows nothing', () => {
    const owners = { '/dev/urandom': { uid: 0, gid: 0, mode: 0o666 } }
    const of = (...list: object[]) => rules(plan(cgroup(...list), { facts: { owners } })).slice(4)
    expect(of({ ...urandom, allow: false, access: 'w' })).toEqual(['path urandom mode 0444'])
    expect(of({ ...urandom, allow: false, access: 'rm' })).toEqual(['path urandom mode 0222'])
    expect(of({ ...urandom, allow: false, access: 'rw' })).toEqual(['path urandom hide'])
    expect(of({ ...urandom, allow: false })).toEqual(['path urandom hide'])
    // The access is taken from what an earlier rule has left, and a later rule can give it back.
    expect(
      of({ ...urandom, allow: true, access: 'r' }, { ...urandom, allow: false, access: 'r' }).at(-1),
    ).toBe('path urandom mode 0000')
    expect(of({ ...urandom, allow: false, access: 'w' }, { ...urandom, allow: true }).at(-1)).toBe(
      'path urandom unhide mode 0666',
    )
  })

  it.each([
    [true, 'm'],
    [false, 'm'],
    [false, ''],
  ])(
    'a rule of linux.resources.devices about making nodes only changes nothing: allow %j, access %j',
    (allow, access) => {
      const made = plan(cgroup({ ...urandom, allow, access }))
      expect(rules(made)).toEqual([])
      expect(fate(made, 'linux.resources.devices[0]')).toMatch(/^ignored: neither reading nor writing/)
    },
  )

  it('linux.resources.devices refuses unknown types and letters', () => {
    expect(
      errors(cgroup({ ...urandom, allow: true, type: 'x' }, { ...urandom, allow: true, access: 'rq' })),
    ).toEqual([
      'linux.resources.devices[0].type: "x": must be a, b, c, u or p',
      'linux.resources.devices[1].access: "rq": must be letters of r, w and m',
    ])
  })

  it('a rule that allows /dev/fuse changes nothing on a host without it', () => {
    expect(rules(plan(cgroup({ allow: true, type: 'c', major: 10, minor: 229 })))).toEqual([])
  })

  it('a rule of linux.resources.devices that denies a number hides the device, and a later rule wins', () => {
    const made = plan(
      cgroup({ allow: true, type: 'c', major: 226 }, { allow: false, type: 'c', major: 226, minor: 0 }),
      {
        facts: DRI,
      },
    )
    expect(rules(made).slice(4)).toEqual(['path dri unhide', 'path dri/* unhide', 'path dri/card0 hide'])
  })

  it('a rule that every runtime writes changes nothing, and a rule for an unknown number is a warning', () => {
    expect(rules(plan(cgroup({ allow: true, type: 'c', major: 10, minor: 200 })))).toEqual([])
    expect(rules(plan(cgroup({ allow: true, type: 'c', major: 5, minor: 1 })))).toEqual([])
    expect(plan(cgroup({ allow: true, type: 'c', major: 511, minor: 3 })).warnings).toEqual([
      'linux.resources.devices[0]: no FreeBSD device is known for c 511:3',
    ])
  })
})

describe('bind mounts from /dev', () => {
  const bind = (source: string, destination = source, options: string[] = ['bind']) => ({
    mounts: [DEV, { type: 'bind', source, destination, options }],
    linux: {},
  })

  it('a bind of all of /dev is made, with a warning that it shows every device of the host', () => {
    for (const destination of ['/dev', '/hostdev']) {
      const mounts = [{ type: 'bind', source: '/dev', destination, options: ['rbind', 'ro'] }]
      const made = plan({ mounts })
      expect(mountOn(made, destination)?.fstype).toBe('nullfs')
      expect(made.warnings).toEqual(['mounts[0].source: /dev shows every device of the host (privileged)'])
    }
  })

  it('a bind from /dev becomes a rule, as in the LXC recipe with its cgroup rule', () => {
    const made = plan(
      {
        ...bind('/dev/dri'),
        linux: { resources: { devices: [{ allow: true, type: 'c', major: 226, minor: 128 }] } },
      },
      { facts: DRI },
    )
    expect(steps(made, 'mount').map(step => step.destination)).toEqual(['/dev'])
    // card0 is in the directory too, but on Linux it could not be opened.
    expect(rules(made).slice(4)).toEqual(['path dri unhide', 'path dri/renderD128 unhide'])
  })

  it('a bind of a directory of /dev shows all that is in it when no cgroup rule says otherwise', () => {
    const made = plan(
      { ...bind('/dev/dri'), linux: { resources: { devices: [{ allow: false }] } } },
      { facts: DRI },
    )
    expect(rules(made).slice(4)).toEqual(['path dri unhide', 'path dri/* unhide'])
  })

  it('a read-only bind from /dev takes the write bits of the device away', () => {
    expect(rules(plan(bind('/dev/zero', '/dev/zero', ['ro'])))).toContain('path zero unhide mode 0444')
  })

  it('a bind from /dev keeps the name of the device', () => {
    expect(errors(bind('/dev/zero', '/dev/nought'))).toEqual([
      'mounts[1].destination: /dev/nought: a device has one name on FreeBSD; the destination of /dev/zero must be /dev/zero',
    ])
  })

  it('a bind of /dev/null over a file becomes an empty file', () => {
    expect(mountOn(plan(bind('/dev/null', '/etc/machine-id')), '/etc/machine-id')).toMatchObject({
      fstype: 'nullfs',
      source: '%{empty}',
      target: 'file',
      options: [['ro', undefined]],
    })
  })

  it("binds of the host's /dev/shm, /dev/pts and /dev/console are left out", () => {
    for (const source of ['/dev/shm', '/dev/pts', '/dev/console']) {
      expect(fate(plan(bind(source)), 'mounts[1]')).toMatch(/^ignored/)
    }
  })
})

describe('profiles', () => {
  const profile = (names: string) => ({ ...dev(), annotations: { 'org.jailwright.device.profiles': names } })

  it('the profile gpu-render shows render nodes and no card', () => {
    expect(rules(plan(profile('gpu-render'), { facts: DRM })).slice(4)).toEqual([
      'path dri unhide',
      'path dri/renderD* unhide',
      'path drm unhide',
      'path drm/128 unhide',
    ])
  })

  it('the profile bhyve sets allow.vmm', () => {
    const made = plan(profile('bhyve'), { facts: VMM })
    expect(parameters(made)).toContain('allow.vmm')
    expect(rules(made)).toEqual(
      expect.arrayContaining([
        'path vmm unhide',
        'path vmm/* unhide',
        'path nmdm* unhide',
        'path tap* unhide',
      ]),
    )
    expect(rules(made)).not.toContain('path mem unhide')
  })

  it.each(['bhyve', 'bhyve-passthrough'])('the profile %s gives a warning when nmdm is not loaded', name => {
    const about = (modules: Record<string, boolean>) =>
      plan(profile(name), { facts: { ...VMM, modules } }).warnings.filter(text => text.includes('nmdm'))
    expect(about({ vmm: true, nmdm: true })).toEqual([])
    expect(about({ vmm: true, nmdm: false })).toEqual([
      `annotations["org.jailwright.device.profiles"]: profile ${name}: module nmdm is not loaded, its devices cannot be opened (kldload nmdm)`,
    ])
    // When the host cannot be asked for its modules, no warning is given.
    expect(about({})).toEqual([])
  })

  it('the profile bhyve-passthrough shows the memory with a warning, and needs a low securelevel', () => {
    const made = plan(profile('bhyve-passthrough'), { facts: VMM })
    expect(rules(made)).toEqual(
      expect.arrayContaining(['path pci unhide', 'path io unhide', 'path mem unhide', 'path kmem unhide']),
    )
    expect(made.warnings.join()).toContain('shows the memory of the host')
    expect(
      errors(profile('bhyve-passthrough'), { facts: { ...VMM, sysctls: { 'kern.securelevel': '1' } } }),
    ).toEqual([expect.stringContaining('kern.securelevel is 1, it must be at most 0')])
  })

  it('an error about a profile says what the host lacks, or which profiles exist', () => {
    expect(errors(profile('bhyve'))).toEqual([
      'annotations["org.jailwright.device.profiles"]: profile bhyve: this host has no /dev/vmmctl',
    ])
    expect(errors(profile('nosuch,tun'))).toEqual([
      expect.stringContaining('unknown device profile "nosuch"; known are audio'),
    ])
  })

  it('several profiles can be used together', () => {
    expect(rules(plan(profile('tun, bpf'))).slice(4, 8)).toEqual([
      'path tun* unhide',
      'path tap* unhide',
      'path bpf unhide',
      'path bpf0 unhide',
    ])
  })

  it('the names of the profiles are the documented ones', () => {
    expect(Object.keys(DEVICE_PROFILES).sort()).toEqual(
      'audio bhyve bhyve-passthrough bpf fuse gpu gpu-render pf serial tun usb zfs'.split(' '),
    )
  })
})

describe('the grammar', () => {
  it.each([
    ['0600', 0o660, '0660'],
    ['0400', 0o660, '0440'],
    ['0600', 0o666, '0666'],
    ['0600', 0o600, '0600'],
    ['600', 0o640, '0640'],
    ['0660', 0o666, '0660'],
    ['u=rw', 0o666, 'u=rw'],
  ])('the mode %s, applied to a node of mode %o, gives %s', (asked, host, mode) => {
    expect(notTighter(asked, host)).toBe(mode)
  })

  it('matcher matches as fnmatch(3) with FNM_PATHNAME does', () => {
    expect(matcher('dri/*')('dri/card0')).toBe(true)
    expect(matcher('dri/*')('dri/by-path/x')).toBe(false)
    expect(matcher('bpf[0-9]*')('bpf12')).toBe(true)
    expect(matcher('bpf[!0-9]')('bpf1')).toBe(false)
    expect(matcher('tty?')('ttyv0')).toBe(false)
    expect(matcher('a.b')('axb')).toBe(false)
  })

  it('parseRule parses the rules that devfs(8) parses', () => {
    expect(parseRule('path /dev/bpf unhide mode 0600')).toMatchObject({
      path: 'bpf',
      unhides: true,
      mode: '0600',
    })
    expect(parseRule('path x unhide')).toMatchObject({ path: 'x' })
  })
})

describe('devices of a running container', () => {
  it('liveDeviceRules shows devices with parents and links, and hides them without hiding the directories', () => {
    const facts = fixedFacts(DRM)
    expect(liveDeviceRules(facts, ['dri/renderD128'], 'add')).toEqual({
      rules: ['path dri unhide', 'path dri/renderD128 unhide', 'path drm unhide', 'path drm/128 unhide'],
      missing: [],
    })
    expect(liveDeviceRules(facts, ['dri/renderD128', 'nosuch'], 'remove')).toEqual({
      rules: ['path dri/renderD128 hide', 'path drm/128 hide'],
      missing: ['nosuch'],
    })
  })
})
