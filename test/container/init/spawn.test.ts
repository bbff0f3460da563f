/** What init is started with. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { spawnInit } from '../../../src/container/init/spawn.ts'
import { fakeHost } from '../fake-host.ts'

const spawned = vi.hoisted(() => [] as { words: string[]; env: Record<string, string> }[])
vi.mock('../../../src/host/spawn.ts', () => ({
  startSession: (words: string[], { env }: { env: Record<string, string> }) => {
    spawned.push({ words, env })
    return { pid: 4242, ended: new Promise(() => {}), unref: () => undefined }
  },
  runToEnd: () => {
    throw new Error('no tool is run')
  },
}))

const dir = mkdtempSync(join(tmpdir(), 'spawn-init-'))
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe('init', () => {
  it('gets its limit of descriptors and what keeps its engine from users’ signals, nothing else of the caller', () => {
    const host = fakeHost()
    host.processes.set(4242, { pid: 4242, start: 'now', jid: 0, zombie: false, stopped: false })
    host.process = {
      ...host.process,
      callersDescriptors: () => 300n,
      engineEnvironment: () => ({ JSC_SIGNAL_FOR_GC: '125' }),
    }
    vi.stubEnv('NODE_OPTIONS', '--inspect')
    vi.stubEnv('JAILWRIGHT_TRACE', '/t')
    const channels = { ctl: join(dir, 'ctl'), result: join(dir, 'result') }
    for (const path of Object.values(channels)) host.process.mkfifo(path, 0o600)
    spawnInit(host, channels, { preserveFds: 0, detached: true }).close()
    vi.unstubAllEnvs()
    expect(spawned).toHaveLength(1)
    expect(spawned[0]!.words.slice(-3)).toEqual(['init', '0', '300'])
    expect(spawned[0]!.env).toEqual({
      PATH: '/sbin:/bin:/usr/sbin:/usr/bin',
      JAILWRIGHT_TRACE: '/t',
      JSC_SIGNAL_FOR_GC: '125',
      BUN_JSC_useBaselineJIT: '0',
      BUN_JSC_useWarmUpMarkedBlocks: '0',
      BUN_JSC_structureHeapSizeInKB: '65536',
      BUN_JSC_jitMemoryReservationSize: '16777216',
      MIMALLOC_PURGE_DELAY: '-1',
      MIMALLOC_ARENA_RESERVE: '16384',
    })
  })
})
