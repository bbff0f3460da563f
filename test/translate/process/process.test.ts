import { describe, expect, it } from 'vitest'
import type { Process } from '../../../src/bundle/generated/config.ts'
import { errors, fate, plan } from '../support.ts'

const process = (parts: Partial<Process>): { process: Process } => ({
  process: { args: ['/bin/sh'], cwd: '/', ...parts },
})

describe('process', () => {
  it('a process has the defaults root, umask 0022, no groups and no terminal', () => {
    expect(plan(process({})).process).toEqual({
      args: ['/bin/sh'],
      env: [],
      cwd: '/',
      uid: 0,
      gid: 0,
      groups: [],
      umask: 0o022,
      rlimits: [],
      terminal: false,
      noNewPrivileges: false,
    })
  })

  it('user, groups and umask are taken as they are', () => {
    const user = { uid: 1001, gid: 1002, umask: 0o077, additionalGids: [5, 6, 5] }
    expect(plan(process({ user })).process).toMatchObject({
      uid: 1001,
      gid: 1002,
      umask: 0o077,
      groups: [5, 6],
    })
  })

  it('rlimits are named as on FreeBSD, and numbers that do not fit are infinity', () => {
    const rlimits = [
      { type: 'RLIMIT_NOFILE', soft: 512, hard: 1024 },
      { type: 'RLIMIT_AS', soft: 2 ** 64, hard: 2 ** 64 },
      { type: 'RLIMIT_KQUEUES', soft: 0, hard: 0 },
      { type: 'RLIMIT_SIGPENDING', soft: 1, hard: 1 },
    ]
    const made = plan(process({ rlimits }))
    expect(made.process?.rlimits).toEqual([
      { resource: 'NOFILE', soft: '512', hard: '1024' },
      { resource: 'AS', soft: '-1', hard: '-1' },
      { resource: 'KQUEUES', soft: '0', hard: '0' },
    ])
    expect(fate(made, 'process.rlimits[3]')).toBe('ignored: FreeBSD has no RLIMIT_SIGPENDING')
    expect(made.warnings).toEqual(['process.rlimits[3]: FreeBSD has no RLIMIT_SIGPENDING; ignored'])
  })

  it('rlimits that the kernel lowers silently are a warning, but not a default of podman', () => {
    const facts = { sysctls: { 'kern.maxfilesperproc': '58383', 'kern.maxproc': '13000' } }
    const of = (type: string, hard: number) =>
      plan(process({ rlimits: [{ type, soft: 10, hard }] }), { facts })
    expect(of('RLIMIT_NOFILE', 99_999_999).warnings).toEqual([
      'process.rlimits[0]: RLIMIT_NOFILE 99999999: the kernel lowers it to 58383 (kern.maxfilesperproc)',
    ])
    expect(of('RLIMIT_NPROC', 13_001).warnings).toEqual([
      'process.rlimits[0]: RLIMIT_NPROC 13001: the kernel lowers it to 13000 (kern.maxproc)',
    ])
    const podman = of('RLIMIT_NOFILE', 1_048_576)
    expect(podman.warnings).toEqual([])
    expect(fate(podman, 'process.rlimits[0]')).toBe(
      'applied: setrlimit(RLIMIT_NOFILE), lowered to 58383 (kern.maxfilesperproc)',
    )
    for (const made of [of('RLIMIT_NOFILE', 58_383), of('RLIMIT_NOFILE', 2 ** 64), of('RLIMIT_CORE', 1e9)]) {
      expect(made.warnings).toEqual([])
      expect(fate(made, 'process.rlimits[0]')).toMatch(/^applied: setrlimit\(RLIMIT_[A-Z]+\)$/)
    }
  })

  it('unknown, doubled and reversed rlimits are refused, each by its property', () => {
    const rlimits = [
      { type: 'RLIMIT_NOFILE', soft: 1, hard: 2 },
      { type: 'RLIMIT_NOFILE', soft: 1, hard: 2 },
      { type: 'RLIMIT_BOGUS', soft: 1, hard: 2 },
      { type: 'RLIMIT_CORE', soft: 3, hard: 2 },
    ]
    expect(errors(process({ rlimits }))).toEqual([
      'process.rlimits[1].type: RLIMIT_NOFILE is already set by process.rlimits[0]',
      expect.stringContaining('process.rlimits[2].type: unknown limit RLIMIT_BOGUS; known are RLIMIT_AS'),
      'process.rlimits[3]: soft limit 3 is above the hard limit 2',
    ])
  })

  it('a window size is taken for a terminal only', () => {
    const consoleSize = { height: 24, width: 80 }
    expect(plan(process({ consoleSize, terminal: true })).process?.consoleSize).toEqual(consoleSize)
    const made = plan(process({ consoleSize }))
    expect(made.process).not.toHaveProperty('consoleSize')
    expect(fate(made, 'process.consoleSize')).toMatch(/^ignored/)
  })

  it('each variable is given once, with its last value, because podman appends those of exec to the container’s own', () => {
    const env = ['A=old', 'B=b', 'AB=x', 'A=', 'B=c=d']
    expect(plan(process({ env })).process?.env).toEqual(['AB=x', 'A=', 'B=c=d'])
  })

  it('a missing program, a relative directory and a broken environment are refused', () => {
    expect(errors(process({ args: [], cwd: 'tmp', env: ['A=b', 'B', 'C=\0'] }))).toEqual([
      'process.args: must hold at least the program',
      'process.cwd: tmp must be an absolute path',
      'process.env[1]: must be NAME=value',
      'process.env[2]: holds a NUL byte',
    ])
  })

  it('a process is required, because nothing can be created without it', () => {
    expect(errors({ process: undefined })).toEqual(['process: is required to create a container'])
  })
})

describe('hooks', () => {
  it("a hook has args as its whole argv, or the path when args is missing, and the config's timeout", () => {
    const hook = { path: '/bin/h', args: ['name', 'a'], env: ['A=1'], timeout: 5 }
    const made = plan({ hooks: { prestart: [hook], poststop: [{ path: '/bin/p' }] } })
    expect(made.hooks.prestart).toEqual([{ ...hook, origin: 'hooks.prestart[0]' }])
    expect(made.hooks.poststop).toEqual([
      { path: '/bin/p', args: ['/bin/p'], env: [], origin: 'hooks.poststop[0]' },
    ])
    expect(made.hooks.createRuntime).toEqual([])
  })

  it('a hook must have an absolute path', () => {
    expect(errors({ hooks: { poststart: [{ path: 'h' }] } })).toEqual([
      'hooks.poststart[0].path: h must be an absolute path',
    ])
  })
})

describe('the routing table', () => {
  const fib = (value: string) => ({ annotations: { 'org.freebsd.jail.exec.fib': value } })
  const facts = { sysctls: { 'net.fibs': '2' } }

  it('org.freebsd.jail.exec.fib sets the routing table of the programs', () => {
    expect(plan(fib('1'), { facts }).process.fib).toBe(1)
    expect(plan({}, { facts }).process.fib).toBeUndefined()
  })

  it('a network stack of its own has routing table 0 alone', () => {
    const own = (value: string) => ({
      annotations: { ...fib(value).annotations, 'org.freebsd.jail.vnet': 'new' },
    })
    expect(errors(own('1'), { facts })).toEqual([
      expect.stringContaining('1: a network stack of its own has routing table 0 alone'),
    ])
    expect(plan(own('0'), { facts }).process.fib).toBe(0)
  })

  it("the routing table of a parent's network stack is not held against the host's", () => {
    const jails = { pod: { vnet: 'new', 'children.max': '5' } }
    const inPod = { annotations: { ...fib('7').annotations, 'org.freebsd.parentJail': 'pod' } }
    expect(plan(inPod, { facts: { ...facts, jails } }).process.fib).toBe(7)
  })

  it.each(['2', '-1', 'x', ''])(
    'the routing table %j is refused, because the host does not have it',
    value => {
      expect(errors(fib(value), { facts })).toEqual([
        expect.stringContaining('must be a routing table of this host, from 0 to 1'),
      ])
    },
  )
})
