/** The comparisons of `inspect`: what is planned against what the host says. */
import { describe, expect, it } from 'vitest'
import { compareDevices, expectedDevices } from '../../../src/container/inspect/devices.ts'
import { expectedMounts } from '../../../src/container/inspect/expected-mounts.ts'
import { compareInterfaces, parseInterfaces } from '../../../src/container/inspect/interfaces.ts'
import type { Item } from '../../../src/container/inspect/item.ts'
import { compareLimits, plannedLimits } from '../../../src/container/inspect/limits.ts'
import { compareMounts } from '../../../src/container/inspect/mounts.ts'
import { compareParameters } from '../../../src/container/inspect/parameters.ts'
import { commandsByPid, compareProcesses } from '../../../src/container/inspect/processes.ts'
import { compareRules, idByName } from '../../../src/container/inspect/rules.ts'
import type { Entry } from '../../../src/container/journal/journal.ts'
import type { Plan, Step, ToolCall } from '../../../src/translate/core/plan.ts'

/** A line for each item, as short as it can be told. */
function told(items: readonly Item[]): string[] {
  return items.map(({ name, mark, planned, found, note }) =>
    [mark, name, planned ?? '-', found ?? '-', ...(note === undefined ? [] : [note])].join(' | '),
  )
}

describe('parameters of a jail', () => {
  const planned = {
    path: '/r',
    parameters: [
      ['persist', true],
      ['enforce_statfs', '2'],
      ['ip4.addr', '10.0.0.9,10.0.0.2'],
      ['allow.chflags', true],
      ['children.max', '3'],
    ] as const,
  }
  const found = {
    path: '/r',
    persist: 'true',
    enforce_statfs: '2',
    'ip4.addr': '10.0.0.9,10.0.0.2',
    'allow.chflags': 'true',
    'allow.set_hostname': 'true',
    'children.max': '3',
  }

  it('jail parameters that are as planned are no drift, whatever order the kernel keeps addresses in', () => {
    const sorted = { ...found, 'ip4.addr': '10.0.0.2,10.0.0.9' }
    expect(compareParameters(planned, sorted).filter(({ mark }) => mark !== 'ok')).toEqual([])
  })

  it.each([
    ['enforce_statfs', '1', 'drift | enforce_statfs | 2 | 1'],
    ['allow.chflags', 'false', 'drift | allow.chflags | true | false'],
    ['ip4.addr', '10.0.0.9', 'drift | ip4.addr | 10.0.0.9,10.0.0.2 | 10.0.0.9'],
    ['path', '/other', 'drift | path | /r | /other'],
    ['children.max', '4', 'drift | children.max | 3 | 4'],
    ['allow.mount', 'true', 'drift | allow.mount | - | true | not planned'],
    ['ip6.addr', 'fd00::1', 'drift | ip6.addr | - | fd00::1 | not planned'],
  ])('the changed jail parameter %s=%s is a drift', (name, value, line) => {
    expect(
      told(compareParameters(planned, { ...found, [name]: value }).filter(({ mark }) => mark !== 'ok')),
    ).toEqual([line])
  })

  it("jail parameters that a new jail has by the host's sysctls are no drift", () => {
    const items = compareParameters(planned, { ...found, 'allow.mount': 'true' }, new Set(['allow.mount']))
    expect(items.map(({ name }) => name)).not.toContain('allow.mount')
  })

  it('a jail parameter that the kernel does not know is unknown', () => {
    const { persist: _, ...rest } = found
    expect(told(compareParameters(planned, rest))).toContain(
      'unknown | persist | true | - | the kernel has no such parameter to be asked for',
    )
  })

  it('ip4=new and ip6=new are no drift as the kernel reports them, and inherited addresses are one', () => {
    const modes = { path: '/r', parameters: [['ip4', 'new'] as const, ['ip6', 'new'] as const] }
    const told = compareParameters(modes, { path: '/r', ip4: 'disable', ip6: 'inherit' })
    expect(told.map(({ name, mark }) => `${name} ${mark}`)).toEqual(['path ok', 'ip4 ok', 'ip6 drift'])
  })
})

describe('flags of mounts', () => {
  const step = (options: string[], more: object = {}) => ({
    kind: 'mount',
    ...{ destination: '/data', fstype: 'nullfs', source: '/vol', target: 'dir', origin: 'mounts[0]' },
    options: options.map(name => [name, undefined]),
    ...more,
  })
  const compare = (planned: object, flags: string[] | undefined, more: object = {}) => {
    const entry = { on: '/r/data', fstype: 'nullfs', from: '/vol', fsid: 'f2', ...more }
    const plan = { steps: [planned] } as unknown as Plan
    const places = { readonlyRoot: '/state/root', of: () => ['/r/data'] }
    return told(
      compareMounts(expectedMounts(plan, [], false, places), [{ ...entry, ...(flags && { flags }) }], '/r'),
    )
  }

  it('are no drift as they were asked for, and those that nobody asks for by name do not count', () => {
    expect(compare(step(['ro', 'nosuid', 'noatime']), ['ro', 'nosuid', 'ignore'])).toEqual([
      'ok | /r/data | nullfs from /vol (ro, nosuid) | nullfs from /vol (ro, nosuid)',
    ])
  })

  it('that were taken away or added are a drift', () => {
    expect(compare(step(['ro', 'nosuid']), ['nosuid', 'noexec'])).toEqual([
      'drift | /r/data | nullfs from /vol (ro, nosuid) | nullfs from /vol (noexec, nosuid) | not ro, noexec now',
    ])
  })

  it('that a dataset has by its properties, and those that no host tells, are no drift', () => {
    const zfs = { fstype: 'zfs', source: 'pool/data' }
    expect(compare(step([], zfs), ['nosuid'], { fstype: 'zfs', from: 'pool/data' })).toEqual([
      'ok | /r/data | zfs from pool/data | zfs from pool/data (nosuid)',
    ])
    expect(compare(step(['ro']), undefined)).toEqual([
      'ok | /r/data | nullfs from /vol (ro) | nullfs from /vol',
    ])
  })

  it.each([['mask'], ['readonlyCopy'], ['via']])('of a mount with %s are those of a read-only one', word => {
    expect(compare(step([], { [word]: true }), [])[0]).toMatch(/^drift .* not ro$/)
  })
})

describe('default routes', () => {
  const route = (...args: string[]) =>
    ({ kind: 'run', call: { tool: 'route', args }, undo: [], origin: 'x' }) as unknown as Step
  const steps = [
    route('-j', 'web', 'add', '-host', '10.9.9.1', '-iface', 'vnet0'),
    route('-j', 'web', 'add', 'default', '10.9.9.1'),
    route('-j', 'web', '-6', 'add', 'default', 'fe80::1%vnet0'),
  ]
  const compare = (gateways: Record<string, string | undefined> | undefined) =>
    told(
      compareInterfaces(steps, 'web', {
        ...{ inside: new Map(), outside: new Map() },
        ...(gateways && { gateways }),
      }),
    )

  it('are no drift while they lead to their gateways', () => {
    expect(compare({ '-4': '10.9.9.1', '-6': 'fe80::1%vnet0' })).toEqual([
      'ok | default route | gateway 10.9.9.1 | -',
      'ok | default route of IPv6 | gateway fe80::1%vnet0 | -',
    ])
  })

  it('are no drift where the kernel spells the address of a gateway in another way, unless the link is another one', () => {
    const to = (gateway: string, now: string) =>
      compareInterfaces([route('-j', 'web', '-6', 'add', 'default', gateway)], 'web', {
        ...{ inside: new Map(), outside: new Map(), gateways: { '-6': now } },
      })[0]?.mark
    expect(to('2001:DB8:0::1', '2001:db8::1')).toBe('ok')
    expect(to('FE80:0::1%vnet0', 'fe80::1%vnet0')).toBe('ok')
    expect(to('fe80::1%vnet0', 'fe80::1%vnet1')).toBe('drift')
    expect(to('fe80::1', '58:9c:fc:10:ff:93')).toBe('drift')
  })

  it('that lead elsewhere or are gone are a drift, and where nothing answers it cannot be told', () => {
    expect(compare({ '-4': '10.9.9.7', '-6': undefined })).toEqual([
      'drift | default route | gateway 10.9.9.1 | gateway 10.9.9.7',
      'drift | default route of IPv6 | gateway fe80::1%vnet0 | - | not there',
    ])
    expect(compare(undefined)).toEqual([
      'unknown | default route | gateway 10.9.9.1 | -',
      'unknown | default route of IPv6 | gateway fe80::1%vnet0 | -',
    ])
  })
})

describe('device nodes', () => {
  const compare = (planned: string[], updates: string[], there: string[], host = ['null', 'bpf', 'full']) =>
    told(
      compareDevices(expectedDevices(planned, updates), {
        ofHost: name => host.includes(name),
        ofContainer: name => there.includes(name),
      }),
    )

  it('are there or hidden as the last rule that names them says, the rules of updates after the plan', () => {
    expect(
      compare(['include 2', 'path bpf unhide mode 0660'], ['path full unhide'], ['bpf', 'full']),
    ).toEqual(['ok | /dev/bpf | there | there', 'ok | /dev/full | there | there'])
    expect(compare(['path bpf unhide'], ['path bpf hide'], ['bpf'])).toEqual([
      'drift | /dev/bpf | hidden | there | rule: path bpf hide',
    ])
    expect(compare(['path bpf unhide'], [], [])).toEqual([
      'drift | /dev/bpf | there | hidden | rule: path bpf unhide',
    ])
  })

  it('that the host has not are no drift, and a pattern that says the opposite leaves nothing to expect', () => {
    expect(compare(['path dri/card0 unhide'], [], [])).toEqual([
      'other | /dev/dri/card0 | there | - | the host has no such device',
    ])
    expect(compare(['path bpf unhide', 'path b* hide', 'path full unhide'], [], ['full'])).toEqual([
      'ok | /dev/full | there | there',
    ])
  })
})

describe('mounts', () => {
  const dev = { on: '/r/dev', fstype: 'devfs', from: 'devfs', fsid: 'f1' }
  const data = { on: '/r/data', fstype: 'nullfs', from: '/vol', fsid: 'f2' }
  const old = { on: '/r/zfs', fstype: 'zfs', from: 'pool/zfs', fsid: 'f0' }
  const unmount = (n: number, mount: typeof dev): Entry => ({
    n,
    undo: { op: 'unmount', path: mount.on, fstype: mount.fstype, from: mount.from, before: undefined },
    done: { fsid: mount.fsid },
  })
  const step = (destination: string, fstype: string, source: string, more: object = {}) => ({
    kind: 'mount',
    ...{
      destination,
      fstype,
      source,
      options: [],
      target: 'dir',
      origin: `mounts of ${destination}`,
      ...more,
    },
  })
  const plan = {
    steps: [
      step('/dev', 'devfs', 'devfs'),
      step('/data', 'nullfs', '/vol'),
      step('/proc/kcore', 'tmpfs', 'tmpfs', { mask: true, onlyIfExists: true }),
    ],
  } as unknown as Plan
  const places = {
    readonlyRoot: '/state/root',
    of: ({ destination }: { destination: string }) => [`/r${destination}`],
  }
  const entries = [unmount(2, data), unmount(1, dev)]
  const compare = (table: (typeof dev)[], told = entries, whole = true) =>
    compareMounts(expectedMounts(plan, told, whole, places), table, '/r')

  it('mounts that are as the journal records are no drift, and earlier mounts are no concern', () => {
    expect(told(compare([old, dev, data]))).toEqual([
      'ok | /r/dev | devfs | devfs',
      'ok | /r/data | nullfs from /vol | nullfs from /vol',
      'other | /r/zfs | - | zfs from pool/zfs | was there before the container',
    ])
  })

  it('mounts that were taken away, replaced, covered or added are drifts', () => {
    expect(told(compare([dev]))).toContain(
      'drift | /r/data | nullfs from /vol | - | not mounted (mounts of /data)',
    )
    const stranger = { ...data, from: '/etc', fsid: 'f9' }
    expect(told(compare([dev, stranger]))).toEqual([
      'ok | /r/dev | devfs | devfs',
      'drift | /r/data | nullfs from /vol | - | not mounted (mounts of /data)',
      'drift | /r/data | - | nullfs from /etc | mounted, not planned',
    ])
    expect(told(compare([dev, data, stranger]))).toEqual([
      'ok | /r/dev | devfs | devfs',
      'drift | /r/data | nullfs from /vol | nullfs from /vol | another mount lies on it',
      'drift | /r/data | - | nullfs from /etc | mounted, not planned',
    ])
  })

  it('mounts are found by place and type when the journal is lost', () => {
    expect(told(compare([dev, data], [], false))).toEqual([
      'ok | /r/dev | devfs | devfs',
      'ok | /r/data | nullfs from /vol | nullfs from /vol',
    ])
  })

  it("mounts of another container with the same root are that container's", () => {
    const other = { on: '/r/tmp', fstype: 'tmpfs', from: 'tmpfs', fsid: 'f7' }
    const expected = expectedMounts(plan, entries, true, places)
    const items = compareMounts(expected, [dev, data, other], '/r', fsid =>
      fsid === 'f7' ? 'db' : undefined,
    )
    expect(told(items).pop()).toBe("other | /r/tmp | - | tmpfs | is container db's")
  })
})

describe('devfs rules', () => {
  const ids = { user: idByName('root:*:0:0\noperator:*:2:5'), group: idByName('wheel:*:0:root\n') }

  it('devfs rules are compared by their meaning, because devfs(8) prints them in its own words', () => {
    const planned = ['path /dev/full mode 0660 group wheel unhide', 'path x mode u=rw,g=r', 'include 2']
    const found = ['path full unhide group 0 mode 660', 'path x mode 640', 'include 2']
    expect(compareRules(planned, found, ids).map(({ mark }) => mark)).toEqual(['ok', 'ok', 'ok'])
  })

  it('devfs rules that were removed, added or moved are drifts', () => {
    const planned = ['hide', 'path null unhide', 'path zero unhide']
    expect(told(compareRules(planned, ['hide', 'path zero unhide', 'path mem unhide'], ids))).toEqual([
      'ok | hide | hide | hide',
      'drift | path null unhide | path null unhide | - | not there',
      'ok | path zero unhide | path zero unhide | path zero unhide',
      'drift | path mem unhide | - | path mem unhide | not planned',
    ])
  })
})

describe('limits', () => {
  const rctl = (...args: string[]): ToolCall => ({ tool: 'rctl', args })
  const plan = [
    rctl('-r', 'jail:web'),
    rctl('-a', 'jail:web:maxproc:deny=50', 'jail:web:memoryuse:deny=1000', 'jail:web:readbps:throttle=5'),
  ]

  it('planned limits follow the plan and the updates since', () => {
    const updates = [
      rctl('-r', 'jail:web:memoryuse'),
      rctl('-a', 'jail:web:maxproc:deny=40'),
      { tool: 'cpuset', args: ['-l', '0-1,3', '-j', 'web'] } as const,
    ]
    expect(plannedLimits([...plan, ...updates], 'web')).toEqual({
      rules: ['readbps:throttle=5', 'maxproc:deny=40'],
      cpus: [0, 1, 3],
    })
  })

  it('limits that were removed, changed or added are drifts', () => {
    const found = { rules: ['jail:web:maxproc:deny=9', 'jail:web:openfiles:deny=7/jail'], cpus: [0] }
    expect(told(compareLimits(plannedLimits(plan, 'web'), found, 'web'))).toEqual([
      'drift | maxproc:deny | 50 | 9',
      'drift | memoryuse:deny | 1000 | - | not in force',
      'drift | readbps:throttle | 5 | - | not in force',
      'drift | openfiles:deny | - | 7 | not planned',
      'other | processors | - | 0',
    ])
  })

  it('limits are unknown when rctl(8) does not answer', () => {
    const [item] = compareLimits(plannedLimits(plan, 'web'), { rules: undefined, cpus: undefined }, 'web')
    expect(item).toMatchObject({ mark: 'unknown', planned: '50' })
  })
})

describe('interfaces', () => {
  const ifconfig = (...args: string[]): Step => ({
    ...{ kind: 'run', call: { tool: 'ifconfig', args }, undo: [], origin: 'x' },
  })
  const steps: Step[] = [
    { kind: 'loopback', jail: 'web', ipv6: false },
    ifconfig('bridge0', 'addm', 'e0a_web'),
    ifconfig('e0a_web', 'up'),
    ifconfig('e0b_web', 'vnet', 'web'),
    ifconfig('-j', 'web', 'vnet0', 'ether', '02:00:00:00:00:01'),
    ifconfig('-j', 'web', 'vnet0', 'mtu', '1400'),
    ifconfig('-j', 'web', 'vnet0', 'inet6', '-ifdisabled', 'no_dad'),
    ifconfig('-j', 'web', 'vnet0', 'inet', '10.0.0.2/24', 'alias'),
  ]
  const inside = parseInterfaces(
    [
      'lo0: flags=1008049<UP,LOOPBACK,RUNNING,MULTICAST> metric 0 mtu 16384',
      '\tinet 127.0.0.1 netmask 0xff000000',
      'vnet0: flags=1008843<UP,BROADCAST> metric 0 mtu 1500',
      '\tether 02:00:00:00:00:01',
      '\tinet 10.0.0.2 netmask 0xffffff00 broadcast 10.0.0.255',
      'tun0: flags=8010<POINTOPOINT> metric 0 mtu 1500',
    ].join('\n'),
  )
  const outside = parseInterfaces(
    [
      'bridge0: flags=8843<UP> metric 0 mtu 1500',
      '\tmember: e0a_web flags=143<LEARNING>',
      'e0a_web: flags=8842<BROADCAST> metric 0 mtu 1500',
    ].join('\n'),
  )

  it("interfaces are compared with what each step has set, and others' additions are no drift", () => {
    expect(told(compareInterfaces(steps, 'web', { inside, outside }))).toEqual([
      'ok | lo0 | address 127.0.0.1/8 | -',
      'ok | bridge0 | member e0a_web | -',
      'drift | e0a_web | up | down',
      'ok | vnet0 | ether 02:00:00:00:00:01 | -',
      'drift | vnet0 | mtu 1400 | mtu 1500',
      'ok | vnet0 | address 10.0.0.2/24 | -',
      'other | tun0 | - | down | not of the plan',
    ])
  })

  it('interfaces that are gone with the jail are drifts', () => {
    const items = compareInterfaces(steps, 'web', { inside: undefined, outside: new Map() })
    expect(new Set(items.map(({ mark }) => mark))).toEqual(new Set(['drift']))
  })
})

describe('processes', () => {
  const state = { pid: 7, start: 's', jid: 1, paused: false, ended: false }
  const process = (pid: number, more: object = {}) => ({
    ...{ pid, start: 's', jid: 1, zombie: false, stopped: false, ...more },
  })

  it('the processes of a jail are the first one and others', () => {
    const found = [process(7, { command: 'sleep 9' }), process(8)]
    expect(told(compareProcesses(state, found[0], found))).toEqual([
      'ok | 7 | the first process | runs: sleep 9',
      'other | 8 | - | runs',
    ])
  })

  it('a process of a paused container that is not stopped is a drift', () => {
    const found = [process(7, { stopped: true }), process(8)]
    expect(told(compareProcesses({ ...state, paused: true }, found[0], found))).toEqual([
      'ok | 7 | the first process | stopped',
      'drift | 8 | - | runs | the container is paused',
    ])
  })

  it('a first process that has ended is no drift, and one outside the jail is', () => {
    const later = process(7, { start: 'later' })
    expect(told(compareProcesses({ ...state, ended: true }, later, []))).toEqual([
      'other | 7 | the first process | - | has ended',
    ])
    expect(told(compareProcesses(state, process(7, { jid: 0 }), []))).toEqual([
      'drift | 7 | the first process | - | is in jail 0',
    ])
  })

  it('processes have the command lines that ps(1) prints', () => {
    expect(commandsByPid('  PID COMMAND\n    7 sleep 9\n')).toEqual(new Map([[7, 'sleep 9']]))
  })
})
