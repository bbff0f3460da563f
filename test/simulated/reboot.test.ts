/** A host that is restarted while a container is there, and whose /var/run keeps its files. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execaSync } from 'execa'
import { afterAll, expect, it } from 'vitest'
import {
  destroyHost,
  freshHost,
  hostCommand,
  makeRoot,
  onHost,
  rebootHost,
  simulationPossible,
} from './host.ts'

const runtime = fileURLToPath(new URL('../../dist/jailwright', import.meta.url))
const host = freshHost('reboot')
const work = mkdtempSync(join(tmpdir(), 'reboot-'))

afterAll(() => {
  destroyHost(host)
  rmSync(work, { recursive: true, force: true })
})

/** `create`; the container keeps the streams that it is given, so it gets none of ours. */
function create(id: string): { exitCode?: number | undefined; stderr: string } {
  const script = `"$@" >${work}/out 2>${work}/err`
  const [program = '', ...words] = hostCommand(host, [
    ...['/bin/sh', '-c', script, 'sh', runtime, 'create', '--bundle', work, id],
  ])
  const { exitCode } = execaSync(program, words, { stdin: 'ignore', reject: false, timeout: 30_000 })
  return { exitCode, stderr: readFileSync(join(work, 'err'), 'utf8') }
}

// podman's start after a restart of the host calls create without a delete (needs.md A.11 item 38).
it.runIf(simulationPossible())(
  'stale state does not block the next create, a living container does',
  () => {
    mkdirSync(join(work, 'rootfs'))
    makeRoot(host, join(work, 'rootfs'))
    onHost(host, [runtime, 'spec', '--bundle', work])
    const file = join(work, 'config.json')
    const config = JSON.parse(readFileSync(file, 'utf8')) as { process: Record<string, unknown> }
    writeFileSync(file, JSON.stringify({ ...config, process: { ...config.process, terminal: false } }))

    expect(create('web')).toMatchObject({ exitCode: 0 })
    expect(create('web')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('already exists') })
    rebootHost(host)
    expect(onHost(host, [runtime, 'list']).stdout).toMatch(/^web +0 +stopped/m)
    expect(create('web')).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('what it had before the host was restarted'),
    })
    expect(onHost(host, [runtime, 'list']).stdout).toMatch(/^web +[1-9]\d* +created +/m)
    expect(create('web').exitCode).toBe(1)
    onHost(host, [runtime, 'delete', '--force', 'web'])
    expect(onHost(host, ['/bin/ls', '/var/run/jailwright']).stdout).toBe('')
  },
  60_000,
)
