/** Restarts of a host with a container. At boot, FreeBSD removes every file below /var/run (rc.d/cleanvar). */
import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execaSync } from 'execa'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
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
const etc = join(work, 'rootfs/etc')

/** The names in the image's /etc before the first container. */
let before: string[]

afterAll(() => {
  destroyHost(host)
  rmSync(work, { recursive: true, force: true })
})

/** Runs `create`. The container gets no stream of this process, because it would keep the stream open. */
function create(
  id: string,
  env: Record<string, string> = {},
): { exitCode?: number | undefined; stderr: string } {
  const script = `"$@" >${work}/out 2>${work}/err`
  const [program = '', ...words] = hostCommand(host, [
    ...['/bin/sh', '-c', script, 'sh', runtime, 'create', '--bundle', work],
    ...['--pid-file', `${work}/pid`, id],
  ])
  const { exitCode } = execaSync(program, words, { stdin: 'ignore', reject: false, timeout: 120_000, env })
  return { exitCode, stderr: readFileSync(join(work, 'err'), 'utf8') }
}

/** Runs a command of the runtime, which has to succeed. */
function call(...words: string[]): { stdout: string; stderr: string } {
  return onHost(host, [runtime, ...words])
}

/** Gives the names in a directory of the host that do not begin with a dot; none when the directory is missing. */
function names(directory: string): string {
  return onHost(host, ['/bin/sh', '-c', `ls ${directory} 2>/dev/null; true`]).stdout
}

/** Checks that the image is as it was before the first container, and that no record of a container is left. */
function expectNothingLeft(): void {
  expect(readFileSync(join(etc, 'hosts'), 'utf8')).toBe('the hosts of the image\n')
  expect(readdirSync(etc).sort()).toEqual(before)
  expect(readdirSync(join(work, 'rootfs'))).not.toContain('made')
  expect(readdirSync(work)).not.toContain('pid')
  expect(names('/var/run/jailwright')).toBe('')
  expect(names('/var/db/jailwright')).toBe('')
}

// A mount on a file needs a file with a single hard link, so the image's /etc/hosts is put aside and replaced by an empty file.
beforeAll(() => {
  if (!simulationPossible()) return
  mkdirSync(join(work, 'rootfs'))
  makeRoot(host, join(work, 'rootfs'))
  mkdirSync(etc, { recursive: true })
  writeFileSync(join(etc, 'hosts'), 'the hosts of the image\n')
  linkSync(join(etc, 'hosts'), join(etc, 'hosts.other'))
  before = readdirSync(etc).sort()
  writeFileSync(join(work, 'hosts'), 'the hosts of the container\n')
  call('spec', '--bundle', work)
  const file = join(work, 'config.json')
  const config = JSON.parse(readFileSync(file, 'utf8')) as {
    process: Record<string, unknown>
    mounts: unknown[]
  }
  config.process.terminal = false
  config.mounts.push(
    { destination: '/etc/hosts', type: 'bind', source: join(work, 'hosts'), options: ['bind'] },
    { destination: '/made', type: 'tmpfs', source: 'tmpfs' },
  )
  writeFileSync(file, JSON.stringify(config))
})

describe.runIf(simulationPossible())('after a restart that has emptied /var/run', () => {
  beforeEach(() => {
    expect(create('web')).toMatchObject({ exitCode: 0 })
    expect(create('web')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('already exists') })
    expect(names('/var/db/jailwright')).toBe('web')
    rebootHost(host)
    expect(readFileSync(join(etc, 'hosts'), 'utf8')).toBe('')
  })

  // After a restart of the host, podman start calls create without a delete.
  it("after a restart that has emptied /var/run, create of the same id first puts the image's file back, and delete keeps it", () => {
    expect(create('web')).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('what it had before the host was restarted'),
    })
    expect(call('list').stdout).toMatch(/^web +[1-9]\d* +created +/m)
    expect(create('web').exitCode).toBe(1)
    call('delete', '--force', 'web')
    expectNothingLeft()
  })

  it('after a restart that has emptied /var/run, list and check tell what is left, and delete without --force removes it', () => {
    const left = 'put .hosts.jailwright back to'
    for (const output of [call('list').stderr, call('check').stdout]) expect(output).toContain(left)
    expect(call('list').stderr).toContain('container web: left from before the host was restarted')
    expect(names('/var/db/jailwright')).toBe('web')
    expect(readFileSync(join(etc, 'hosts'), 'utf8')).toBe('')
    call('delete', 'web')
    expectNothingLeft()
    expect(call('list')).toMatchObject({ stderr: '' })
    expect(call('check').stdout).not.toContain('web')
  })

  it('after a restart, delete --force removes what is left, even when /var/run is a file system that is empty at boot', () => {
    onHost(host, ['/bin/sh', '-c', 'rm -rf /var/run/jailwright'])
    call('delete', '--force', 'web')
    expectNothingLeft()
  })
})

describe.runIf(simulationPossible())('a create that was killed before the restart', () => {
  it('a create that was killed before the restart is undone from every instant in which the image was being changed', () => {
    const list = join(work, 'effects')
    expect(create('web', { JAILWRIGHT_EFFECTS: list }).exitCode).toBe(0)
    call('delete', '--force', 'web')
    const effects = readFileSync(list, 'utf8').trim().split('\n')
    const changes = effects.flatMap((label, index) =>
      /put aside|mkdir|make|pid file/.test(label) ? [`${index + 1}`] : [],
    )
    expect(changes.length).toBeGreaterThanOrEqual(3)
    for (const n of changes)
      for (const when of ['before', 'after']) {
        expect(create('web', { JAILWRIGHT_CRASH_AT: `${n}:${when}` }).exitCode).not.toBe(0)
        rebootHost(host)
        call('delete', '--force', 'web')
        expectNothingLeft()
      }
  })
})

describe.runIf(simulationPossible())('after a restart that has left /var/run alone', () => {
  it('after a restart that has kept /var/run, stale state does not block the next create, but a living container does', () => {
    expect(create('web')).toMatchObject({ exitCode: 0 })
    rebootHost(host, { cleanvar: false })
    expect(call('list').stdout).toMatch(/^web +0 +stopped/m)
    expect(create('web')).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('what it had before the host was restarted'),
    })
    expect(call('list').stdout).toMatch(/^web +[1-9]\d* +created +/m)
    expect(create('web').exitCode).toBe(1)
    call('delete', '--force', 'web')
    expectNothingLeft()
  })
})
