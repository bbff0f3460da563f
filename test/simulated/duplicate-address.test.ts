/** Duplicate address detection of IPv6, on a simulated host whose kernel looks for duplicates as FreeBSD does. */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { destroyHost, freshHost, hostCommand, makeRoot, onHost, simulationPossible } from './host.ts'

const runtime = fileURLToPath(new URL('../../dist/jailwright', import.meta.url))
const host = freshHost('duplicates')
const work = mkdtempSync(join(tmpdir(), 'duplicates-'))
const bundle = join(work, 'bundle')
const file = join(bundle, 'config.json')

function attempt(...args: string[]): { status: number; stderr: string } {
  const [program = '', ...words] = hostCommand(host, [runtime, ...args])
  // Standard error is a file, because the container's init holds it as well and outlives create.
  const said = join(work, 'said')
  const fd = openSync(said, 'w')
  const answer = spawnSync(program, words, { stdio: ['ignore', 'ignore', fd], timeout: 120_000 })
  closeSync(fd)
  return { status: answer.status ?? -1, stderr: readFileSync(said, 'utf8') }
}

/** Gives the container one interface on the bridge of the tests. */
function configure(properties: Record<string, string>): void {
  const config = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  const annotations = Object.fromEntries(
    Object.entries({ bridge: 'bridge0', ...properties }).map(([key, value]) => [
      `org.jailwright.net.0.${key}`,
      value,
    ]),
  )
  writeFileSync(file, JSON.stringify({ ...config, annotations }))
}

const shown = (jail: string) => onHost(host, ['ifconfig', '-j', jail, 'vnet0', 'inet6']).stdout

describe.runIf(simulationPossible())('An address that another container on the bridge has', () => {
  beforeAll(() => {
    mkdirSync(bundle)
    makeRoot(host, join(bundle, 'rootfs'))
    onHost(host, [runtime, 'spec', '--bundle', bundle])
    const config = JSON.parse(readFileSync(file, 'utf8')) as { process: { terminal: boolean } }
    config.process.terminal = false
    writeFileSync(file, JSON.stringify(config))
    onHost(host, ['ifconfig', 'bridge0', 'create'])
    configure({ address: 'fd00:9::1/64' })
    expect(attempt('create', '--bundle', bundle, 'first')).toMatchObject({ status: 0 })
  })
  afterAll(() => {
    attempt('delete', '--force', 'first')
    destroyHost(host)
    rmSync(work, { recursive: true, force: true })
  })

  it('create with dad=wait fails at a duplicate and leaves nothing behind', () => {
    configure({ address: 'fd00:9::1/64', dad: 'wait' })
    const { status, stderr } = attempt('create', '--bundle', bundle, 'second')
    expect(status).toBe(1)
    expect(stderr).toContain('fd00:9::1 on bridge0 is an address of container first too')
    expect(stderr).toMatch(
      /annotations\["org\.jailwright\.net\.0\.dad"\]: ifconfig -j second vnet0 inet6: duplicated\n$/,
    )
    expect(attempt('state', 'second').stderr).toContain('does not exist')
  })

  it('create with dad=wait waits until the address is no longer tentative', () => {
    configure({ address: 'fd00:9::2/64', dad: 'wait' })
    expect(attempt('create', '--bundle', bundle, 'second')).toEqual({ status: 0, stderr: '' })
    expect(shown('second')).toMatch(/inet6 fd00:9::2 prefixlen 64$/m)
    expect(attempt('delete', '--force', 'second').status).toBe(0)
  })

  it('create without dad=wait switches detection off, and the address is there at once', () => {
    configure({ address: 'fd00:9::3/64' })
    expect(attempt('create', '--bundle', bundle, 'second')).toEqual({ status: 0, stderr: '' })
    expect(shown('second')).toMatch(/inet6 fd00:9::3 prefixlen 64$/m)
    expect(attempt('delete', '--force', 'second').status).toBe(0)
  })
})
