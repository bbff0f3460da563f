/** What init is started with. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { spawnInit } from '../../../src/container/init/spawn.ts'
import { SyscallError } from '../../../src/errors.ts'
import type { StartOptions } from '../../../src/host/processes.ts'
import { fakeHost } from '../fake-host.ts'

const spawned = vi.hoisted(() => [] as StartOptions[])
vi.mock('../../../src/host/processes.ts', async original => ({
  ...(await original<typeof import('../../../src/host/processes.ts')>()),
  startProcess: (options: StartOptions) => {
    spawned.push(options)
    return 4242
  },
}))

const dir = mkdtempSync(join(tmpdir(), 'spawn-init-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

describe('init', () => {
  it('init gets its limit of descriptors and a session of its own, and nothing else of the caller', () => {
    const host = fakeHost()
    host.processes.set(4242, { pid: 4242, start: 'now', jid: 0, zombie: false, stopped: false })
    host.process = { ...host.process, callersDescriptors: () => 300n }
    vi.stubEnv('NODE_OPTIONS', '--inspect')
    vi.stubEnv('JAILWRIGHT_TRACE', '/t')
    const channels = { ctl: join(dir, 'ctl'), result: join(dir, 'result') }
    for (const path of Object.values(channels)) host.process.mkfifo(path, 0o600)
    spawnInit(host, channels, { preserveFds: 0 }).close()
    vi.unstubAllEnvs()
    expect(spawned).toHaveLength(1)
    const [{ argv, env, session, cwd, descriptors }] = spawned as [StartOptions]
    expect(argv.slice(-3)).toEqual(['init', '0', '300'])
    expect(env).toEqual({ PATH: '/sbin:/bin:/usr/sbin:/usr/bin', JAILWRIGHT_TRACE: '/t' })
    expect({ session, cwd, streams: descriptors.slice(0, 3) }).toEqual({
      session: true,
      cwd: '/',
      streams: [0, 1, 2],
    })
    expect(descriptors).toHaveLength(5)
  })

  it.each([1, 2, 3, 4])('leaves no end of its channels open when open %i of theirs fails', nth => {
    const host = fakeHost()
    const channels = { ctl: join(dir, `ctl-${nth}`), result: join(dir, `result-${nth}`) }
    for (const path of Object.values(channels)) host.process.mkfifo(path, 0o600)
    const before = readdirSync('/proc/self/fd').length
    const { openNonBlocking } = host.process
    let opens = 0
    host.process.openNonBlocking = (path, mode) => {
      opens += 1
      if (opens === nth) throw new SyscallError('open', 'EMFILE', 'Too many open files', path)
      return openNonBlocking(path, mode)
    }
    expect(() => spawnInit(host, channels, { preserveFds: 0 })).toThrow('Too many open files')
    expect(readdirSync('/proc/self/fd')).toHaveLength(before)
  })

  it('is let go when the kernel does not tell when it was started', () => {
    const host = fakeHost()
    const channels = { ctl: join(dir, 'ctl-untold'), result: join(dir, 'result-untold') }
    for (const path of Object.values(channels)) host.process.mkfifo(path, 0o600)
    const before = readdirSync('/proc/self/fd').length
    host.kernel.processInfo = () => {
      throw new SyscallError('sysctl', 'ENOMEM', 'Cannot allocate memory')
    }
    expect(() => spawnInit(host, channels, { preserveFds: 0 })).toThrow('Cannot allocate memory')
    expect(readdirSync('/proc/self/fd')).toHaveLength(before)
  })
})
