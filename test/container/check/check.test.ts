import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callsFinding } from '../../../src/container/check/calls.ts'
import { checkContainers } from '../../../src/container/check/containers.ts'
import type { Finding } from '../../../src/container/check/finding.ts'
import { checkKernel, rootFinding, rulesetsFinding } from '../../../src/container/check/index.ts'
import { checkModules } from '../../../src/container/check/modules.ts'
import { checkNetwork } from '../../../src/container/check/network.ts'
import { checkPodman } from '../../../src/container/check/podman.ts'
import { lockContainer } from '../../../src/container/state/lock.ts'
import { layout } from '../../../src/container/state/paths.ts'
import type { RuntimeContext } from '../../../src/context.ts'
import { SyscallError } from '../../../src/errors.ts'
import { type FakeHost, fakeHost } from '../fake-host.ts'

let dir: string
let host: FakeHost
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'check-'))
  host = fakeHost()
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

function withSysctls(values: Record<string, string>): FakeHost {
  host.kernel.sysctl = name => values[name]
  return host
}

/** Writes a file below the test's directory and gives its path. */
function put(name: string, text = '', mode = 0o644): string {
  const path = join(dir, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text, { mode })
  return path
}

const of = (findings: readonly Finding[], subject: string) =>
  findings.find(finding => finding.subject === subject)

describe('root', () => {
  it('check reports that root is needed', () => {
    expect(rootFinding(0).status).toBe('ok')
    expect(rootFinding(1001)).toMatchObject({ status: 'missing', hint: expect.stringContaining('doas') })
  })
})

describe('the kernel', () => {
  it('check reports a kernel with VIMAGE and with RACCT enabled as ok', () => {
    const findings = checkKernel(withSysctls({ 'kern.osrelease': '15.1-RELEASE', 'kern.racct.enable': '1' }))
    expect(findings.map(({ subject, status }) => `${subject} ${status}`)).toEqual([
      'kernel ok',
      'VIMAGE ok',
      'RACCT ok',
      'kern.racct.enable ok',
    ])
    expect(of(findings, 'kernel')?.message).toBe('15.1-RELEASE')
  })

  it('check reports a kernel without VIMAGE or RACCT', () => {
    host.kernel.sysctlExists = name => name !== 'security.jail.param.vnet'
    const findings = checkKernel(withSysctls({}))
    expect(of(findings, 'VIMAGE')).toMatchObject({
      status: 'warning',
      hint: expect.stringContaining('VIMAGE'),
    })
    expect(of(findings, 'RACCT')).toMatchObject({ status: 'warning', hint: expect.stringContaining('RACCT') })
    expect(of(findings, 'kern.racct.enable')).toBeUndefined()
  })

  it('check reports a kernel whose RACCT is disabled', () => {
    expect(of(checkKernel(withSysctls({ 'kern.racct.enable': '0' })), 'kern.racct.enable')).toMatchObject({
      status: 'warning',
      hint: expect.stringContaining('/boot/loader.conf'),
    })
  })

  it('check reports a surrounding jail and its children.max', () => {
    const jailed = (max: string) =>
      of(checkKernel(withSysctls({ 'security.jail.jailed': '1', 'security.jail.children.max': max })), 'jail')
    expect(jailed('0')?.status).toBe('missing')
    expect(jailed('5')?.status).toBe('ok')
  })
})

describe('system calls', () => {
  /** A host whose kernel answers all questions of `callsFinding` as FreeBSD does. */
  function answering(): FakeHost {
    const info = { pid: process.pid, start: '1', jid: 0, zombie: false, stopped: false }
    host.kernel.processInfo = () => info
    host.kernel.processInfos = pids => new Map(pids.map(pid => [pid, info]))
    host.kernel.mounts = () => [{ on: '/', fstype: 'zfs', from: 'zroot/ROOT', fsid: '0'.repeat(16) }]
    host.kernel.mountAt = () => ({ fstype: 'zfs', from: 'zroot/ROOT', fsid: '0'.repeat(16) })
    host.kernel.jailId = () => undefined
    host.run = () => ({ status: 0, stdout: 'FreeBSD\n', stderr: '' })
    return withSysctls({ 'kern.ostype': 'FreeBSD' })
  }

  it('check reports system calls that answer as the program expects as ok', () => {
    expect(callsFinding(answering())).toEqual({
      subject: 'system calls',
      status: 'ok',
      message: 'answer as expected',
    })
  })

  it('check names the system calls that answer differently or fail', () => {
    const other = answering()
    other.kernel.mounts = () => [{ on: '', fstype: '', from: '', fsid: '0'.repeat(16) }]
    other.kernel.processInfo = () => {
      throw new RangeError('no 4 bytes at 592 of 500')
    }
    expect(callsFinding(other)).toMatchObject({
      status: 'missing',
      message: 'this build does not fit this kernel: kern.proc.pid (no 4 bytes at 592 of 500), getfsstat(2)',
    })
  })
})

describe('modules', () => {
  const findings = (more: Record<string, string> = {}, loaded = ['tmpfs', 'linux64elf']) => {
    host.kernel.moduleLoaded = name => loaded.includes(name)
    return checkModules(withSysctls({ 'kern.module_path': `${dir}/kernel;${dir}/modules`, ...more }))
  }

  it('check finds modules that are in the kernel, or loaded under the name of their file or their own', () => {
    expect(of(findings(), 'tmpfs')).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('present'),
    })
    expect(of(findings(), 'linux64')).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('present'),
    })
    expect(of(findings({}, ['linux64']), 'linux64')?.message).toContain('present')
    expect(host.calls.filter(line => line.startsWith('kldstat'))).toEqual([])
  })

  it('check finds loadable modules anywhere in the module path', () => {
    put('modules/nullfs.ko')
    expect(of(findings(), 'nullfs')).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('loadable'),
      hint: expect.stringContaining('kldload nullfs'),
    })
  })

  it('check reports that a securelevel forbids loading modules', () => {
    put('kernel/nullfs.ko')
    expect(of(findings({ 'kern.securelevel': '1' }), 'nullfs')).toMatchObject({
      status: 'missing',
      message: expect.stringContaining('kern.securelevel'),
    })
  })

  it('check reports absent modules: missing when containers need them, else a warning', () => {
    const all = findings()
    for (const name of ['nullfs', 'fdescfs']) expect(of(all, name)?.status).toBe('missing')
    for (const name of ['if_epair', 'if_bridge', 'linprocfs', 'linsysfs', 'vmm', 'pf'])
      expect(of(all, name)?.status).toBe('warning')
  })

  it('check reports modules of device profiles as a hint', () => {
    expect(of(findings(), 'device profiles')).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('bhyve, bhyve-passthrough: vmm; bhyve, bhyve-passthrough: nmdm'),
    })
    const loaded = ['vmm']
    expect(of(findings({}, loaded), 'device profiles')?.message).not.toContain('vmm')
    expect(of(findings({}, loaded), 'device profiles')?.message).toContain('bhyve, bhyve-passthrough: nmdm')
  })
})

describe('devfs rulesets', () => {
  const loaded = (...sets: number[]) => {
    host.rulesets.clear()
    for (const set of sets) host.rulesets.set(set, ['hide'])
    return rulesetsFinding(host)
  }
  it('check reports whether the devfs rulesets are loaded', () => {
    expect(loaded(1, 2, 3, 4, 5, 100).status).toBe('ok')
    expect(loaded(1, 2, 3)).toMatchObject({
      status: 'missing',
      message: expect.stringContaining('4, 5'),
      hint: 'service devfs restart',
    })
  })
  it('check does not report devfs rulesets as missing when it cannot see them', () => {
    host.rulesets.set(
      1,
      new SyscallError('ioctl DEVFSIO_RGETNEXT', 'EPERM', 'Operation not permitted', 'ruleset 1'),
    )
    expect(rulesetsFinding(host)).toMatchObject({
      status: 'missing',
      message: expect.stringMatching(/^cannot be seen: .*not permitted/),
      hint: expect.stringContaining('root'),
    })
  })
})

describe('the network', () => {
  it('check reports whether the host forwards packets', () => {
    const forwarding = (value: string) =>
      of(checkNetwork(withSysctls({ 'net.inet.ip.forwarding': value })), 'net.inet.ip.forwarding')
    expect(forwarding('1')?.status).toBe('ok')
    expect(forwarding('0')).toMatchObject({
      status: 'warning',
      hint: expect.stringContaining('gateway_enable'),
    })
  })

  it('check reports what pf sees of bridges once if_bridge is loaded', () => {
    const subjects = (values: Record<string, string>) =>
      checkNetwork(withSysctls(values)).filter(({ subject }) => subject.includes('bridge'))
    expect(subjects({})).toEqual([])
    const all = subjects({
      'net.link.bridge.pfil_member': '0',
      'net.link.bridge.pfil_bridge': '1',
      'net.link.bridge.member_ifaddrs': '0',
    })
    expect(all.map(({ message }) => message)).toEqual([
      '0: pf does not see packets between members',
      '1: pf filters on the bridge interface',
      '0: an interface with an address cannot join a bridge',
    ])
  })
})

describe('podman', () => {
  /** A list in the file takes the place of podman's own, so all names have to be in it. */
  const readmeList =
    /runtime_supports_json = \[.*\]/.exec(
      readFileSync('packaging/containers.conf.d/jailwright.conf', 'utf8'),
    )?.[0] ?? ''
  const conf = 'usr/local/etc/containers/containers.conf'
  const findings = (env: Record<string, string> = {}) => checkPodman({ PATH: join(dir, 'bin'), ...env }, dir)
  const config = (env?: Record<string, string>) => of(findings(env), 'containers.conf')
  const named = () => {
    const runtime = put('bin/jailwright', '', 0o755)
    return `[engine]\nruntime_supports_json = ["jailwright"]\n[engine.runtimes]\njailwright = ["${runtime}"]\n`
  }
  beforeEach(() => void put('bin/podman', '', 0o755))

  it('check reports whether podman and conmon are found', async () => {
    expect(of(findings(), 'podman')).toMatchObject({ status: 'ok', message: join(dir, 'bin/podman') })
    put('bin/conmon')
    expect(of(findings(), 'conmon')?.status).toBe('ok')
    const none = checkPodman({ PATH: join(dir, 'empty') }, dir)
    expect(of(none, 'podman')).toMatchObject({ status: 'warning', hint: 'pkg install podman-suite' })
    expect(of(none, 'containers.conf')).toBeUndefined()
  })

  it('check reports that podman has no configuration, or one without jailwright', async () => {
    expect(config()).toMatchObject({
      status: 'warning',
      hint: expect.stringContaining('[engine.runtimes]'),
    })
    expect(config()?.hint).toContain(readmeList)
    put(conf, '[engine.runtimes]\nother = ["/bin/other"]\n')
    expect(config()).toMatchObject({ status: 'warning', message: expect.stringContaining(conf) })
  })

  it('check reports a configuration of podman that it cannot look at', async () => {
    put(conf, named())
    symlinkSync('containers.conf.d', join(dir, `${conf}.d`))
    expect(config()).toMatchObject({
      status: 'warning',
      message: expect.stringMatching(/containers\.conf\.d: Too many levels of symbolic links$/),
      hint: 'podman cannot read it either',
    })
  })

  it("check recognises jailwright in podman's main file", async () => {
    put(conf, named())
    expect(config()).toMatchObject({ status: 'ok', message: expect.stringContaining('--runtime') })
    put(conf, named().replace('[engine]', '[engine]\nruntime = "jailwright"'))
    expect(config()).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('default runtime'),
    })
  })

  it("check recognises jailwright in podman's drop-ins, of which the last wins", async () => {
    put(conf, '[engine]\nruntime = "ocijail"\n')
    put(`${conf}.d/50-jailwright.conf`, named())
    put(`${conf}.d/60-default.conf`, '[engine]\nruntime = "jailwright"\n')
    put(`${conf}.d/README`, 'no configuration')
    expect(config()).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('default runtime'),
    })
  })

  it('check reads CONTAINERS_CONF alone, and CONTAINERS_CONF_OVERRIDE after the other files', async () => {
    put(conf, named())
    const empty = put('empty.conf')
    expect(config({ CONTAINERS_CONF: empty })?.status).toBe('warning')
    const override = put('override.conf', named())
    expect(config({ CONTAINERS_CONF: empty, CONTAINERS_CONF_OVERRIDE: override })?.status).toBe('ok')
  })

  it("check warns that podman would lose jailwright's messages", async () => {
    put(conf, named().replace(/runtime_supports_json.*/, ''))
    expect(config()).toMatchObject({
      status: 'warning',
      hint: `in [engine]: ${readmeList}`,
    })
  })

  it('check warns that podman would look for jailwright in the wrong place', async () => {
    put(conf, named().replace(/= \["[^"]*"\]\n$/, '= ["/nowhere/jailwright"]\n'))
    expect(config()).toMatchObject({ status: 'warning', message: expect.stringContaining('/nowhere') })
  })

  it('check warns of a configuration that podman cannot read', async () => {
    put(conf, '[engine\n')
    expect(config()).toMatchObject({ status: 'warning', message: expect.stringContaining(conf) })
  })

  it('check recognises jailwright in the place of ocijail', async () => {
    symlinkSync(put('lib/jailwright'), join(dir, 'bin/ocijail'))
    expect(config()).toMatchObject({ status: 'ok', message: expect.stringContaining('ocijail') })
  })
})

describe('the state directory', () => {
  const context = (root: string): RuntimeContext => {
    const log = { debugging: false, debug() {}, info() {}, warn() {}, error() {} }
    return { root, log, host }
  }
  const isRoot = process.getuid?.() === 0

  it.runIf(isRoot)(
    'check reports a state directory that exists, is still to be made, is no directory, or is open to others',
    () => {
      const root = join(dir, 'root')
      const [absent] = checkContainers(context(root))
      expect(absent).toMatchObject({ status: 'ok', message: expect.stringContaining('first container') })
      mkdirSync(root, { mode: 0o711 })
      expect(checkContainers(context(root))).toEqual([
        { subject: 'state directory', status: 'ok', message: root },
      ])
      chmodSync(root, 0o777)
      expect(checkContainers(context(root))[0]).toMatchObject({
        status: 'missing',
        hint: expect.stringMatching(/chmod/),
      })
      expect(checkContainers(context(put('file')))[0]).toMatchObject({
        status: 'missing',
        message: expect.stringContaining('no directory'),
      })
    },
  )

  it.runIf(isRoot)('check refuses a state directory below a directory that others can write', () => {
    mkdirSync(join(dir, 'open'))
    chmodSync(join(dir, 'open'), 0o777)
    expect(checkContainers(context(join(dir, 'open/root')))[0]).toMatchObject({
      status: 'missing',
      message: `${join(dir, 'open')} can be changed by others than root`,
    })
    chmodSync(join(dir, 'open'), 0o1777)
    expect(checkContainers(context(join(dir, 'open/root')))[0]?.status).toBe('ok')
  })

  it.runIf(isRoot)('check reports containers without their jail, damaged ones and unfinished ones', () => {
    const root = join(dir, 'root')
    mkdirSync(root, { mode: 0o711 })
    const whole = { pid: 0, pidStart: '', bundle: '/b', created: '', annotations: {} }
    const state = (id: string, more: object) =>
      put(`root/${id}/state.json`, JSON.stringify({ id, ...whole, ...more }))
    host.jails.set('live', 7)
    state('live', { status: 'running', jid: 7, jailName: 'live' })
    state('gone', { status: 'running', jid: 8, jailName: 'gone' })
    state('other', { status: 'running', jid: 6, jailName: 'live' })
    state('half', { status: 'creating', jid: 0, jailName: 'half' })
    state('busy', { status: 'creating', jid: 0, jailName: 'busy' })
    put('root/damaged/state.json', '{"id":')
    put('root/strange/state.json', '{"pid":77,"jid":5,"bundle":"/b","status":"running"}')
    mkdirSync(join(root, 'empty'))
    const lock = lockContainer(host, layout(root, 'busy').lock, 'busy')
    try {
      const found = checkContainers(context(root)).slice(1)
      expect(found.map(({ subject, message }) => `${subject}: ${message}`)).toEqual([
        'container damaged: its state.json is damaged',
        'container empty: its create was cut off in the middle, or the host was restarted',
        'container gone: its jail is gone',
        'container half: its create was cut off in the middle, or the host was restarted',
        'container other: its jail is gone',
        'container strange: another program made it',
      ])
      expect(found[5]?.hint).toBe('delete this container with the program that made it')
      expect(found[0]?.hint).toBe('jailwright delete --force damaged')
      expect(existsSync(layout(root, 'empty').lock)).toBe(false)
    } finally {
      lock.release()
    }
  })
})
