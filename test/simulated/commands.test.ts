/** The commands with which people and scripts look at a host and at running containers, on simulated hosts. */
import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa, execaSync } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Event } from '../../src/cli/event.ts'
import type { Finding } from '../../src/container/check/finding.ts'
import type { Stats } from '../../src/container/stats.ts'
import { destroyHost, freshHost, hostCommand, makeRoot, onHost, simulationPossible } from './host.ts'

const runtime = fileURLToPath(new URL('../../dist/jailwright', import.meta.url))
const hosts = { accounting: freshHost('commands', { racct: true }), stock: freshHost('commands-stock') }
const work = mkdtempSync(join(tmpdir(), 'commands-'))
const bundle = join(work, 'bundle')

/** Runs a command, and gives its output and its status, which may be any. */
function attempt(...args: string[]): { status: number; stdout: string; stderr: string } {
  return attemptOn(hosts.accounting, ...args)
}

function attemptOn(host: string, ...args: string[]): { status: number; stdout: string; stderr: string } {
  const [program = '', ...words] = hostCommand(host, [runtime, ...args])
  const answer = execaSync(program, words, { stdin: 'ignore', reject: false, timeout: 120_000 })
  return { status: answer.exitCode ?? -1, stdout: answer.stdout, stderr: answer.stderr }
}

/** Starts a container that sleeps. It gets no stream of this process, because it would keep the stream open. */
function runSleeper(host: string, id: string, from = bundle): void {
  const script = '"$@" >/dev/null 2>&1'
  onHost(host, ['/bin/sh', '-c', script, 'sh', runtime, 'run', '--detach', '--bundle', from, id])
}

describe.runIf(simulationPossible())('on a simulated host', () => {
  beforeAll(() => {
    mkdirSync(bundle)
    makeRoot(hosts.accounting, join(bundle, 'rootfs'))
    onHost(hosts.accounting, [runtime, 'spec', '--bundle', bundle])
    const file = join(bundle, 'config.json')
    const config = JSON.parse(readFileSync(file, 'utf8')) as { process: Record<string, unknown> }
    config.process.terminal = false
    config.process.args = ['/bin/sleep', '1000']
    writeFileSync(file, JSON.stringify(config))
    runSleeper(hosts.accounting, 'web')
    runSleeper(hosts.stock, 'web')
  })
  afterAll(() => {
    for (const host of Object.values(hosts)) destroyHost(host)
    rmSync(work, { recursive: true, force: true })
  })

  describe('for others than root', () => {
    const shared = mkdtempSync(join(tmpdir(), 'commands-shared-'))
    const program = join(shared, 'jailwright')
    beforeAll(() => {
      chmodSync(shared, 0o755)
      copyFileSync(runtime, program)
    })
    afterAll(() => rmSync(shared, { recursive: true }))
    const attemptAsUser = (...args: string[]) => {
      const user = ['setpriv', '--reuid=1001', '--regid=1001', '--clear-groups', program, ...args]
      const [first = '', ...words] = hostCommand(hosts.accounting, user)
      const answer = execaSync(first, words, { stdin: 'ignore', reject: false, timeout: 120_000 })
      return { status: answer.exitCode ?? -1, stdout: answer.stdout, stderr: answer.stderr }
    }

    it.each(['create', 'run'])('for a user other than root, %s says that jails need root', command => {
      expect(attemptAsUser(command, '--bundle', bundle, 'mine')).toEqual({
        status: 1,
        stdout: '',
        stderr: 'jailwright: operation not permitted: jails need root',
      })
    })

    it.each([
      [['state']],
      [['start']],
      [['kill']],
      [['exec']],
      [['pause']],
      [['delete']],
      [['delete', '--force']],
    ])(
      'for a user other than root, %j does not say that the container is missing',
      ([command = '', ...flags]) => {
        const more = command === 'exec' ? ['/bin/true'] : []
        const { status, stderr } = attemptAsUser(command, ...flags, 'web', ...more)
        expect({ status, stderr }).toEqual({
          status: 1,
          stderr: expect.stringMatching(/^jailwright: open\w* .*web.*: Permission denied/),
        })
      },
    )

    it('for a user other than root, check tells all that can be seen, and why the rest cannot', () => {
      const { status, stdout, stderr } = attemptAsUser('check', '--json')
      expect({ status, stderr }).toEqual({ status: 1, stderr: '' })
      const findings = JSON.parse(stdout) as Finding[]
      const told = (subject: string) => findings.find(finding => finding.subject === subject)
      expect(told('root')?.status).toBe('missing')
      expect(told('kernel')?.status).toBe('ok')
      expect(told('devfs rulesets')?.message).toMatch(/^cannot be seen: .*Operation not permitted/)
      expect(told('state directory')).toMatchObject({
        status: 'warning',
        message: expect.stringContaining('Permission denied'),
      })
    })
  })

  it('check and create say that a profile lacks one of its modules', () => {
    onHost(hosts.stock, ['kldload', 'vmm'])
    const profiles = () =>
      (JSON.parse(attemptOn(hosts.stock, 'check', '--json').stdout) as Finding[]).find(
        ({ subject }) => subject === 'device profiles',
      )?.message
    expect(profiles()).toContain('bhyve, bhyve-passthrough: nmdm')
    expect(profiles()).not.toContain('vmm')
    const file = join(bundle, 'config.json')
    const before = readFileSync(file, 'utf8')
    const annotations = { 'org.jailwright.device.profiles': 'bhyve' }
    const warned = /profile bhyve: module nmdm is not loaded, .* \(kldload nmdm\)/
    try {
      writeFileSync(file, JSON.stringify({ ...(JSON.parse(before) as object), annotations }))
      const log = join(work, 'log')
      const create = () => {
        rmSync(log, { force: true })
        const script = '"$@" >/dev/null 2>&1'
        const words = ['--log', log, 'create', '--bundle', bundle, 'guest']
        onHost(hosts.stock, ['/bin/sh', '-c', script, 'sh', runtime, ...words])
        attemptOn(hosts.stock, 'delete', '--force', 'guest')
        return existsSync(log) ? readFileSync(log, 'utf8') : ''
      }
      expect(create()).toMatch(warned)
      onHost(hosts.stock, ['kldload', 'nmdm'])
      expect(create()).not.toContain('nmdm')
      expect(profiles()).not.toContain('bhyve')
    } finally {
      writeFileSync(file, before)
    }
  })

  it('check finds what the host has and what it lacks', () => {
    const findings = (host: string) => {
      const { status, stdout } = attemptOn(host, 'check', '--json')
      const list = JSON.parse(stdout) as Finding[]
      return { status, of: (subject: string) => list.find(finding => finding.subject === subject) }
    }
    const good = findings(hosts.accounting)
    expect(good.status).toBe(0)
    for (const subject of [
      'root',
      'VIMAGE',
      'kern.racct.enable',
      'system calls',
      'tmpfs',
      'linux64',
      'devfs rulesets',
    ])
      expect(good.of(subject)?.status).toBe('ok')
    expect(good.of('linux64')?.hint).toContain('kldload linux64')

    const stock = findings(hosts.stock)
    expect(stock.status).toBe(0)
    expect(stock.of('kern.racct.enable')?.status).toBe('warning')
    onHost(hosts.stock, ['devfs', 'rule', '-s', '4', 'delset'])
    const broken = findings(hosts.stock)
    expect(broken.status).toBe(1)
    expect(broken.of('devfs rulesets')).toMatchObject({ status: 'missing', hint: 'service devfs restart' })
  })

  it('check --fix makes jailwright the runtime of podman, check reads that from the drop-in, and --unfix undoes it', () => {
    const runtimes = () =>
      (JSON.parse(attemptOn(hosts.stock, 'check', '--json').stdout) as Finding[])
        .filter(({ subject }) => ['containers.conf', 'podman run'].includes(subject))
        .map(({ status, message }) => `${status}: ${message}`)
    const before = runtimes()
    expect(attemptOn(hosts.stock, 'check', '--fix').status).toBe(0)
    const fixed = runtimes()
    expect(fixed[0]).toMatch(/^ok: jailwright is \/.*\/jailwright: podman's default runtime$/)
    expect(fixed[1]).toMatch(
      /^ok: takes jailwright \(.*\), as \/usr\/local\/etc\/containers\/containers\.conf\.d\/jailwright\.conf says$/,
    )
    expect(attemptOn(hosts.stock, 'check', '--unfix').status).toBe(0)
    expect(runtimes()).toEqual(before)
  })

  it('check names a container whose jail is gone', () => {
    runSleeper(hosts.accounting, 'lost')
    onHost(hosts.accounting, ['jail', '-r', 'lost'])
    expect(attempt('check').stdout).toMatch(
      /^warning +container lost +its jail is gone\n +-> jailwright delete --force lost$/m,
    )
    attempt('delete', '--force', 'lost')
    expect(attempt('check').stdout).not.toContain('container lost')
  })

  it('stats shows use and limits from rctl, and what ps knows when there is no accounting', () => {
    expect(attempt('update', '--memory', '256m', '--pids-limit', '50', 'web').status).toBe(0)
    const { resources, id } = JSON.parse(attempt('stats', '--format', 'json', 'web').stdout) as Stats
    expect(id).toBe('web')
    expect(resources.maxproc).toEqual({ used: 1, limit: 50 })
    expect(resources.memoryuse).toMatchObject({ limit: 268_435_456 })
    expect(attempt('stats', 'web').stdout).toMatch(/^maxproc +1 +50$/m)

    const stock = JSON.parse(attemptOn(hosts.stock, 'stats', '-f', 'json', 'web').stdout) as Stats
    expect(stock.resources.maxproc).toEqual({ used: 1 })
    expect(stock.resources.memoryuse?.used).toBeGreaterThan(0)
  })

  it('stats --interval repeats until nobody reads it any more', () => {
    const script = '"$@" | head -n 3'
    const command = [runtime, 'stats', '--interval', '1', '-f', 'json', 'web']
    const { stdout } = onHost(hosts.accounting, ['/bin/sh', '-c', script, 'sh', ...command])
    const times = stdout.split('\n').map(line => (JSON.parse(line) as Stats).time)
    expect(times).toHaveLength(3)
    expect(new Set(times).size).toBe(3)
  })

  it('events ends with the container', async () => {
    runSleeper(hosts.accounting, 'brief')
    const [program = '', ...words] = hostCommand(hosts.accounting, [
      runtime,
      'events',
      '--interval',
      '300ms',
      'brief',
    ])
    const events = execa(program, words, { stdin: 'ignore', reject: false, timeout: 120_000 })
    await once(events.stdout, 'data')
    attempt('kill', 'brief', 'KILL')
    const { stdout, stderr, exitCode } = await events
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    const lines = stdout.split('\n').map(line => JSON.parse(line) as Event)
    expect(lines[0]).toMatchObject({ type: 'stats', id: 'brief', data: { pids: { current: 1 } } })
    for (const { id } of lines) expect(id).toBe('brief')
    expect(attempt('events', 'brief')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('container "brief" is not running: it is stopped'),
    })
    attempt('delete', 'brief')
    expect(attempt('events', '--stats', 'web').stdout).toMatch(/^\{"type":"stats","id":"web",.*\}$/)
  })

  it('ps passes options to ps(1), and gives pids as JSON', () => {
    expect(attempt('ps', 'web', '--', '-o', 'pid,comm').stdout).toMatch(/^ *PID COMMAND\n *\d+ sleep$/)
    expect(attempt('ps', 'web').stdout).toMatch(/^USER +PID.*COMMAND\n.*\/bin\/sleep 1000$/)
    expect(JSON.parse(attempt('ps', '-f', 'json', 'web').stdout)).toEqual([expect.any(Number)])
    expect(attempt('ps', 'web', '--', '-o', 'nosuch')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('nosuch: keyword not found'),
    })
  })

  it('update takes limits away, and says why they cannot hold', () => {
    const rules = () => onHost(hosts.accounting, ['rctl', 'jail:web']).stdout
    attempt('update', '--memory', '100m', '--read-bps', '1m', 'web')
    expect(rules()).toContain('jail:web:memoryuse:deny=104857600')
    expect(rules()).toContain('jail:web:readbps:throttle=1048576')
    attempt('update', '--memory', '-1', 'web')
    expect(rules()).not.toContain('memoryuse')

    const strict = attemptOn(hosts.stock, 'update', '--memory', '100m', 'web')
    expect(strict).toMatchObject({ status: 1, stderr: expect.stringContaining('kern.racct.enable=1') })
    const lax = attemptOn(hosts.stock, 'update', '--limits=best-effort', '--memory', '100m', 'web')
    expect(lax).toMatchObject({ status: 0, stderr: expect.stringContaining('kern.racct.enable') })
    // With best effort already on, the message must not advise it.
    expect(lax.stderr).not.toContain('--limits')

    // Without accounting no limit holds, so taking one away needs no accounting.
    for (const option of ['--memory', '--pids-limit', '--cpu-quota', '--read-bps', '--write-iops'])
      expect(attemptOn(hosts.stock, 'update', `${option}=-1`, 'web')).toEqual({
        status: 0,
        stdout: '',
        stderr: '',
      })
  })

  it('update names the option to which a missing processor was given', () => {
    const answer = attempt('update', '--cpuset-cpus', '999', 'web')
    expect(answer.status).toBe(1)
    expect(answer.stderr).toMatch(
      /^jailwright: resources\.cpu\.cpus \(--cpuset-cpus\): cpuset: setaffinity: Invalid argument/,
    )
  })

  it('update warns of a limit of swap that leaves the program no room', () => {
    const answer = attempt('update', '--memory-swap', '16m', 'web')
    expect(answer).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('warning: resources.memory.swap: 16777216: below 32m'),
    })
    attempt('update', '--memory-swap', '-1', 'web')
  })

  it('update shows and hides devices of a running container', () => {
    const devices = () => attempt('exec', 'web', '/bin/ls', '/dev').stdout.split('\n')
    expect(devices()).not.toContain('bpf')
    expect(attempt('update', '--device-add', '/dev/bpf', 'web').status).toBe(0)
    expect(devices()).toContain('bpf')
    expect(attempt('update', '--device-remove', 'bpf', 'web').status).toBe(0)
    expect(devices()).not.toContain('bpf')
    expect(attempt('update', '--device-add', '/dev/nosuch', 'web')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('--device-add: /dev/nosuch: no such file or directory'),
    })
    expect(attempt('update', '--device-remove', '/dev/nosuch', 'web')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('--device-remove: /dev/nosuch: no such file or directory'),
    })
  })

  // The simulated host's /var/run is a link, and the kernel knows a mount by its real path.
  it('update shows a device of a read-only root, whose mount is below a link', () => {
    const other = join(work, 'read-only')
    mkdirSync(other)
    const config = JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8')) as object
    const changed = { ...config, root: { path: join(bundle, 'rootfs'), readonly: true } }
    writeFileSync(join(other, 'config.json'), JSON.stringify(changed))
    runSleeper(hosts.accounting, 'read-only', other)
    expect(attempt('update', '--device-add', 'bpf', 'read-only')).toMatchObject({ status: 0, stderr: '' })
    expect(attempt('exec', 'read-only', '/bin/ls', '/dev').stdout.split('\n')).toContain('bpf')
    expect(attempt('delete', '--force', 'read-only').status).toBe(0)
  })

  it('update names each property and option without effect, and says why', () => {
    const file = join(work, 'ignored.json')
    const resources = {
      memory: { limit: 2 ** 28, reservation: 1, swappiness: 5 },
      cpu: { shares: 2, period: 1000 },
      blockIO: { weight: 10, weightDevice: [{ major: 1, minor: 1, weight: 1 }] },
      pids: { limit: 50 },
      network: { classID: 1 },
      devices: [{ allow: false }],
    }
    writeFileSync(file, JSON.stringify(resources))
    const answer = attempt('update', '-r', file, '--cpu-share', '3', '--l3-cache-schema', 'x', 'web')
    expect(answer.status).toBe(0)
    expect(answer.stderr.split('\n').sort()).toEqual([
      'jailwright: warning: --cpu-share: ignored: rctl(8) has limits and no weights',
      'jailwright: warning: --l3-cache-schema: ignored: FreeBSD does not offer Intel RDT',
      'jailwright: warning: resources.blockIO.weight: ignored: rctl(8) has limits and no weights',
      'jailwright: warning: resources.blockIO.weightDevice: ignored: rctl(8) has limits and no weights',
      'jailwright: warning: resources.cpu.period: ignored: without cpu.quota it changes nothing; give the quota again with it',
      'jailwright: warning: resources.cpu.shares: ignored: rctl(8) has limits and no weights',
      'jailwright: warning: resources.devices: ignored: use --device-add and --device-remove',
      'jailwright: warning: resources.memory.reservation: ignored: FreeBSD has no soft limit besides memoryuse',
      'jailwright: warning: resources.memory.swappiness: ignored: FreeBSD has no tendency to swap for a jail',
      'jailwright: warning: resources.network: ignored: FreeBSD marks no packets by jail',
    ])
    // The warning comes even when the file asks for nothing else, and without accounting.
    writeFileSync(file, '{"cpu":{"shares":2}}')
    expect(attemptOn(hosts.stock, 'update', '-r', file, 'web')).toEqual({
      status: 0,
      stdout: '',
      stderr: 'jailwright: warning: resources.cpu.shares: ignored: rctl(8) has limits and no weights',
    })
  })

  it('exec is refused in a paused container unless it is told to ignore that, and runs in a created one', () => {
    attempt('pause', 'web')
    expect(attempt('exec', 'web', '/bin/ls')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('paused'),
    })
    expect(attempt('exec', '--ignore-paused', 'web', '/bin/sh', '-c', 'echo ran; exit 3')).toMatchObject({
      status: 3,
      stdout: 'ran',
    })
    expect(JSON.parse(attempt('state', 'web').stdout)).toMatchObject({ status: 'paused' })
    attempt('resume', 'web')
    expect(attempt('exec', 'web', '/bin/ls').status).toBe(0)
    onHost(hosts.accounting, [
      '/bin/sh',
      '-c',
      '"$@" >/dev/null 2>&1',
      'sh',
      runtime,
      'create',
      '-b',
      bundle,
      'new',
    ])
    expect(attempt('exec', 'new', '/bin/sh', '-c', 'echo ran')).toMatchObject({ status: 0, stdout: 'ran' })
    expect(JSON.parse(attempt('state', 'new').stdout)).toMatchObject({ status: 'created' })
    attempt('delete', '--force', 'new')
  })

  it('exec takes user, groups, home, variables and directory from its options', () => {
    const shell = 'echo $HOME $A $PWD $(id -u) $(id -g) $(id -G | tr " " ,) $(umask)'
    const words = [
      '-e',
      'A=1',
      '-e',
      'A=2',
      '--cwd',
      '/tmp',
      '-u',
      '1001:44',
      '-g',
      '5,6',
      'web',
      '/bin/sh',
      '-c',
      shell,
    ]
    expect(attempt('exec', ...words).stdout).toMatch(/^\/ 2 \/tmp 1001 44 44,5,6 0?022$/)
    expect(attempt('exec', '--cwd', '/typo/dir', 'web', '/bin/ls')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('process.cwd: chdir to "/typo/dir": no such file or directory'),
    })
    expect(existsSync(join(bundle, 'rootfs/typo'))).toBe(false)
    expect(attempt('exec', '--cwd', 'tmp', 'web', '/bin/ls')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('--cwd must be an absolute path'),
    })
  })

  it('exec leaves no program behind when it cannot write the pid file', () => {
    expect(attempt('exec', '-d', '--pid-file', '/nosuch/pid', 'web', '/bin/sleep', '77').status).toBe(1)
    expect(attempt('ps', 'web', '--', '-o', 'args=').stdout.trim()).toBe('/bin/sleep 1000')
  })

  it('validate shows all errors of a bundle', () => {
    const dir = join(work, 'wrong')
    mkdirSync(dir)
    const config = { ociVersion: '1.0.2', process: { args: [7], cwd: 'relative' }, root: {}, hostname: 5 }
    writeFileSync(join(dir, 'config.json'), JSON.stringify(config))
    const { status, stdout } = attempt('validate', dir)
    expect(status).toBe(1)
    for (const property of ['process.args[0]', 'process.cwd', 'root.path', 'hostname'])
      expect(stdout).toMatch(new RegExp(`^error: .*${property.replace(/[[\].]/g, '\\$&')}`, 'm'))
  })
})
