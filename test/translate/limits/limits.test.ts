import { describe, expect, it } from 'vitest'
import type { LinuxResources } from '../../../src/bundle/generated/config.ts'
import { isCpuList, updateCalls } from '../../../src/translate/limits/limits.ts'
import { commands, errors, fate, plan, steps } from '../support.ts'

const ON = { sysctls: { 'kern.racct.enable': '1' } }
const resources = (of: LinuxResources) => ({ linux: { resources: of } })
const limits = (values: Record<string, string>) => ({
  annotations: Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`org.jailwright.limits.${name}`, value]),
  ),
})
/** The first call when the kernel has accounting: it removes rules that were left for a jail of this name. */
const CLEAN = 'rctl -r jail:c1'
const rules = (parts: Parameters<typeof plan>[0]) => {
  const [first, ...others] = commands(plan(parts, { facts: ON }))
  expect(first).toBe(CLEAN)
  return others.flatMap(line => (line.startsWith('rctl -a ') ? line.slice(8).split(' ') : line))
}

describe('linux.resources', () => {
  it('linux.resources becomes one call of rctl(8), which is undone by the name of the jail', () => {
    const made = plan(
      resources({
        memory: { limit: 67_108_864, swap: 134_217_728 },
        cpu: { quota: 50_000, period: 100_000, cpus: '0-1,3' },
        pids: { limit: 50 },
        blockIO: {
          throttleReadBpsDevice: [
            { major: 8, minor: 0, rate: 2048 },
            { major: 8, minor: 1, rate: 1024 },
          ],
        },
      }),
      { facts: ON },
    )
    expect(commands(made)).toEqual([
      CLEAN,
      'cpuset -l 0-1,3 -j c1',
      'rctl -a jail:c1:memoryuse:deny=67108864 jail:c1:swapuse:deny=134217728 jail:c1:pcpu:deny=50 jail:c1:maxproc:deny=50 jail:c1:readbps:throttle=1024',
    ])
    expect(steps(made, 'run').flatMap(step => step.undo)).toEqual([
      { tool: 'rctl', args: ['-r', 'jail:c1'], ignore: ['No such process'] },
    ])
    expect(made.steps.map(step => step.kind)).toEqual(['jail', 'run', 'run', 'run'])
  })

  it('limits name a child jail by its full name', () => {
    const made = plan(
      { ...resources({ pids: { limit: 5 } }), annotations: { 'org.freebsd.parentJail': 'pod' } },
      { facts: { ...ON } },
    )
    expect(commands(made)).toEqual(['rctl -r jail:pod.c1', 'rctl -a jail:pod.c1:maxproc:deny=5'])
  })

  it('a share of a processor is rounded up, and several processors are counted', () => {
    expect(rules(resources({ cpu: { quota: 1 } }))).toEqual(['jail:c1:pcpu:deny=1'])
    expect(rules(resources({ cpu: { quota: 300_000, period: 100_000 } }))).toEqual(['jail:c1:pcpu:deny=300'])
  })

  it('a limit that is unlimited makes no rule', () => {
    expect(
      rules(resources({ memory: { limit: -1, swap: -1 }, cpu: { quota: -1 }, pids: { limit: 0 } })),
    ).toEqual([])
  })

  it.each(['0-', '3-0', '0,,1', 'all', '0-1,foo', '-1', '2000'])(
    'the list of processors %j is refused',
    cpus => {
      expect(isCpuList(cpus)).toBe(false)
      expect(errors(resources({ cpu: { cpus } }), { facts: ON })).toHaveLength(1)
    },
  )
})

describe('without accounting', () => {
  it('without accounting, limits are an error that names the tunable', () => {
    expect(errors(resources({ pids: { limit: 5 } }))).toEqual([
      'linux.resources.pids.limit: resource limits need accounting, which is off (kern.racct.enable=0)',
    ])
    try {
      plan(resources({ pids: { limit: 5 } }))
    } catch (error) {
      const first = (error as { errors: { hint: string; code: string }[] }).errors[0]
      expect(first?.hint).toContain('kern.racct.enable=1 into /boot/loader.conf')
      expect(first?.hint).toMatch(/, or use --limits=best-effort$/)
      expect(first?.code).toBe('UNSUPPORTED')
    }
  })

  it('without accounting, limits are a warning under best effort, which the option decides before the annotation', () => {
    const parts = resources({ pids: { limit: 5 } })
    const made = plan(parts, { limits: 'best-effort' })
    expect(commands(made)).toEqual([])
    expect(made.warnings).toEqual([expect.stringContaining('linux.resources.pids.limit: not in force')])
    expect(made.warnings[0]).not.toContain('best-effort')
    expect(fate(made, 'linux.resources.pids.limit')).toMatch(/^ignored/)
    expect(plan({ ...parts, ...limits({ mode: 'best-effort' }) }).warnings).toHaveLength(1)
    expect(errors({ ...parts, ...limits({ mode: 'best-effort' }) }, { limits: 'strict' })).toHaveLength(1)
    expect(errors(limits({ mode: 'maybe' }))).toHaveLength(1)
  })

  it('without accounting, the processors can be limited all the same', () => {
    expect(commands(plan(resources({ cpu: { cpus: '0' } })))).toEqual(['cpuset -l 0 -j c1'])
  })

  it('the error for a kernel without RACCT differs from the one for a switched-off RACCT', () => {
    expect(
      errors(limits({ maxproc: '5' }), { facts: { sysctls: { 'kern.racct.enable': undefined } } }),
    ).toEqual([expect.stringContaining('options RACCT and RCTL')])
  })
})

describe('annotations', () => {
  it('annotations set any resource, with its usual action or with another', () => {
    expect(
      rules(
        limits({
          memoryuse: 'deny=512m,sigterm=600m',
          readbps: '1m',
          nthr: '100',
          wallclock: '3600',
          cpus: '0,1',
        }),
      ),
    ).toEqual([
      'cpuset -l 0,1 -j c1',
      'jail:c1:memoryuse:deny=536870912',
      'jail:c1:memoryuse:sigterm=629145600',
      'jail:c1:readbps:throttle=1048576',
      'jail:c1:nthr:deny=100',
      'jail:c1:wallclock:sigterm=3600',
    ])
  })

  it('annotations override linux.resources', () => {
    const parts = {
      ...resources({ pids: { limit: 5 }, memory: { limit: 1024 } }),
      ...limits({ maxproc: '7', memoryuse: '-1' }),
    }
    expect(rules(parts)).toEqual(['jail:c1:maxproc:deny=7'])
    expect(fate(plan(parts, { facts: ON }), 'linux.resources.pids.limit')).toMatch(/^ignored: overridden/)
  })

  it.each([
    ['bogus', '1'],
    ['maxproc', 'many'],
    ['maxproc', ''],
    ['maxproc', '50%'],
    ['readbps', 'deny=1'],
    ['maxproc', 'throttle=1'],
    ['maxproc', 'frob=1'],
    ['cputime', 'deny=1'],
    ['memoryuse', 'sigfoo=1g'],
    ['memoryuse', 'sigcont=1g'],
    ['memoryuse', '99999999999999999999'],
    ['memoryuse', '8388608t'],
    ['wallclock', '9223372036855'],
    ['cpus', '0-x'],
  ])('an annotation refuses the limit %s=%s', (name, value) => {
    expect(errors(limits({ [name]: value }), { facts: ON })).toEqual([
      expect.stringContaining(`annotations["org.jailwright.limits.${name}"]`),
    ])
  })
})

describe('amounts', () => {
  it('amounts go up to the largest number that the kernel accepts', () => {
    expect(rules(limits({ memoryuse: '9223372036854775807' }))).toEqual([
      'jail:c1:memoryuse:deny=9223372036854775807',
    ])
    expect(rules(limits({ wallclock: 'sigxcpu=9223372036854' }))).toEqual([
      'jail:c1:wallclock:sigxcpu=9223372036854',
    ])
    // JSON reads 2^63-1 as this number.
    expect(rules(resources({ memory: { limit: 2 ** 63 } }))).toEqual([
      'jail:c1:memoryuse:deny=9223372036854775807',
    ])
    expect(errors(resources({ cpu: { quota: 2 ** 53 - 1, period: 1 } }), { facts: ON })).toEqual([
      'linux.resources.cpu.quota: rctl pcpu=900719925474099100: must be at most 9223372036854',
    ])
  })

  it('limits of swap and address space that leave the programs no room are a warning', () => {
    const warned = (parts: Parameters<typeof plan>[0]) => plan(parts, { facts: ON }).warnings
    const MIB = 2 ** 20
    expect(warned(resources({ memory: { swap: 32 * MIB - 1 } }))).toEqual([
      expect.stringMatching(/^linux\.resources\.memory\.swap: 33554431: below 32m .*as long as it lives$/),
    ])
    expect(warned(limits({ swapuse: '20m', vmemoryuse: '511m' }))).toEqual([
      expect.stringContaining('annotations["org.jailwright.limits.swapuse"]: 20971520: below 32m'),
      expect.stringContaining('annotations["org.jailwright.limits.vmemoryuse"]: 535822336: below 512m'),
    ])
    expect(warned(resources({ memory: { swap: 32 * MIB } }))).toEqual([])
    expect(warned(limits({ vmemoryuse: '512m', swapuse: 'log=1m', memoryuse: '1m' }))).toEqual([])
    expect(warned(limits({ swapuse: '-1', vmemoryuse: 'unlimited' }))).toEqual([])
  })
})

describe('limits that FreeBSD does not have', () => {
  it('each limit that FreeBSD does not have is a warning', () => {
    const asked: LinuxResources = {
      memory: { reservation: 1024, swappiness: 60 },
      cpu: { shares: 512 },
      unified: { 'memory.max': '1' },
      blockIO: { weightDevice: [{ major: 8, minor: 0, weight: 10 }] },
    }
    expect(plan(resources(asked)).warnings).toEqual([
      'linux.resources.memory.reservation: ignored: FreeBSD has no soft limit besides memoryuse',
      'linux.resources.memory.swappiness: ignored: FreeBSD has no tendency to swap for a jail',
      'linux.resources.cpu.shares: ignored: rctl(8) has limits and no weights',
      'linux.resources.blockIO.weightDevice: ignored: rctl(8) has limits and no weights',
      expect.stringMatching(/^linux\.resources\.unified: ignored: /),
    ])
  })

  it('a limit that FreeBSD does not have is no warning when it asks for nothing', () => {
    const none: LinuxResources = {
      memory: { reservation: 0, kernel: -1, disableOOMKiller: true, useHierarchy: true },
      cpu: { shares: 0, mems: '', realtimeRuntime: 0 },
      blockIO: { weight: 0, weightDevice: [] },
      unified: {},
      hugepageLimits: [],
    }
    expect(plan(resources(none)).warnings).toEqual([])
  })
})

describe('update', () => {
  it('update warns of a limit that is too tight', () => {
    const warnings: string[] = []
    const sink = { fail: () => {}, warn: (text: string) => void warnings.push(text), fate: () => {} }
    updateCalls('c1', { memory: { swap: 1024 } }, sink)
    expect(warnings).toEqual([expect.stringMatching(/^memory\.swap: 1024: below 32m/)])
  })

  it('update replaces limits, removes those that are unlimited now, and sets processors', () => {
    const problems: string[] = []
    const sink = { fail: (property: string) => problems.push(property), warn: () => {}, fate: () => {} }
    const calls = updateCalls(
      'c1',
      {
        memory: { limit: 1024, swap: -1 },
        cpu: { cpus: '0' },
        blockIO: { throttleWriteIOPSDevice: [{ major: 8, minor: 0, rate: 10 }] },
      },
      sink,
    )
    expect(problems).toEqual([])
    expect(calls.map(call => [call.tool, ...call.args].join(' '))).toEqual([
      'rctl -r jail:c1:swapuse',
      'rctl -r jail:c1:writeiops',
      'rctl -a jail:c1:memoryuse:deny=1024 jail:c1:writeiops:throttle=10',
      'cpuset -l 0 -j c1',
    ])
  })
  it('update says that a period alone changes nothing', () => {
    const fates: string[] = []
    const sink = {
      fail: () => {},
      warn: () => {},
      fate: (property: string, fate: string, note: string) => void fates.push(`${property} ${fate}: ${note}`),
    }
    expect(updateCalls('c1', { cpu: { period: 50_000 } }, sink)).toEqual([])
    expect(fates).toEqual([
      'cpu.period ignored: without cpu.quota it changes nothing; give the quota again with it',
    ])
  })
})
