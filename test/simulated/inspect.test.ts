/** `inspect` and `journal` on a simulated host, for containers that were changed by hand or are damaged. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execaSync } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Inspection } from '../../src/container/inspect/index.ts'
import { SECTIONS } from '../../src/container/inspect/item.ts'
import type { JournalListing } from '../../src/container/journal-listing.ts'
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
const host = freshHost('inspect', { racct: true })
const work = mkdtempSync(join(tmpdir(), 'inspect-'))
const bundle = join(work, 'bundle')
const root = join(bundle, 'rootfs')

function attempt(...args: string[]): { status: number; stdout: string; stderr: string } {
  const [program = '', ...words] = hostCommand(host, [runtime, ...args])
  const answer = execaSync(program, words, { stdin: 'ignore', reject: false, timeout: 120_000 })
  return { status: answer.exitCode ?? -1, stdout: answer.stdout, stderr: answer.stderr }
}

/** Gives the drifts as `section: name`, and the exit status. */
function drifts(id = 'web'): { status: number; drifts: string[] } {
  const { status, stdout } = attempt('inspect', '--format', 'json', id)
  const { sections } = JSON.parse(stdout) as Inspection
  const found = SECTIONS.flatMap(section =>
    sections[section].filter(({ mark }) => mark === 'drift').map(({ name }) => `${section}: ${name}`),
  )
  return { status, drifts: found }
}

function stateFile(name: string): string {
  return `/var/run/jailwright/web/${name}`
}

function shell(script: string): void {
  onHost(host, ['/bin/sh', '-c', script])
}

describe.runIf(simulationPossible())('A container on a simulated host', () => {
  beforeAll(() => {
    mkdirSync(bundle)
    mkdirSync(join(work, 'volume'))
    makeRoot(host, root)
    onHost(host, [runtime, 'spec', '--bundle', bundle])
    onHost(host, ['ifconfig', 'bridge0', 'create'])
    const file = join(bundle, 'config.json')
    const config = JSON.parse(readFileSync(file, 'utf8')) as {
      process: Record<string, unknown>
      mounts: { type?: string; options?: string[] }[]
    }
    Object.assign(config.process, { terminal: false, args: ['/bin/sleep', '1000'] })
    const dev = config.mounts.find(({ type }) => type === 'devfs')
    dev!.options = ['ruleset=4', 'rule=path full unhide mode 0660 group wheel']
    const volume = {
      destination: '/data',
      type: 'nullfs',
      source: join(work, 'volume'),
      options: ['rw', 'nosuid'],
    }
    const scratch = { destination: '/scratch', type: 'tmpfs', source: 'tmpfs', options: ['nosuid'] }
    const annotations = {
      'org.freebsd.jail.vnet': 'new',
      'org.jailwright.net.0.bridge': 'bridge0',
      'org.jailwright.net.0.address': '10.0.0.2/24',
      'org.jailwright.net.0.gateway': '10.0.0.1',
      'org.jailwright.limits.maxproc': '50',
    }
    writeFileSync(
      file,
      JSON.stringify({ ...config, mounts: [...config.mounts, volume, scratch], annotations }),
    )
    shell(`${runtime} run --detach --bundle ${bundle} web >/dev/null 2>&1 </dev/null`)
  })
  afterAll(() => {
    destroyHost(host)
    rmSync(work, { recursive: true, force: true })
  })

  it('a container as it was created shows no drift, and its limits may be updated', () => {
    expect(drifts()).toEqual({ status: 0, drifts: [] })
    expect(attempt('update', '--pids-limit', '40', 'web').status).toBe(0)
    expect(drifts()).toEqual({ status: 0, drifts: [] })
  })

  it('flags of a mount and a default route that were changed by hand are marked', () => {
    onHost(host, ['route', '-j', 'web', 'change', 'default', '10.0.0.9'])
    onHost(host, ['mount', '-u', '-o', 'ro', `${root}/scratch`])
    expect(drifts()).toEqual({ status: 1, drifts: [`mounts: ${root}/scratch`, 'interfaces: default route'] })
    expect(attempt('inspect', 'web').stdout).toMatch(
      /\/scratch +tmpfs \(ro, nosuid\); planned: tmpfs \(nosuid\); ro now$/m,
    )
    onHost(host, ['route', '-j', 'web', 'change', 'default', '10.0.0.1'])
    onHost(host, ['mount', '-u', '-o', 'rw', `${root}/scratch`])
    expect(drifts()).toEqual({ status: 0, drifts: [] })
  })

  it('device nodes that update has shown are no drift, and nodes that were hidden by hand are marked', () => {
    expect(attempt('update', '--device-add', 'bpf', 'web').status).toBe(0)
    expect(drifts()).toEqual({ status: 0, drifts: [] })
    expect(attempt('inspect', 'web').stdout).toMatch(/^ {9}\/dev\/bpf +there$/m)
    onHost(host, ['devfs', '-m', `${root}/dev`, 'rule', 'apply', 'path', 'bpf', 'hide'])
    onHost(host, ['devfs', '-m', `${root}/dev`, 'rule', 'apply', 'path', 'full', 'hide'])
    expect(drifts()).toEqual({ status: 1, drifts: ['devices: /dev/full', 'devices: /dev/bpf'] })
    expect(attempt('update', '--device-remove', 'bpf', '--device-add', 'full', 'web').status).toBe(0)
    expect(drifts()).toEqual({ status: 0, drifts: [] })
  })

  it('mounts, parameters, rules, interfaces and limits that were changed by hand are marked', () => {
    onHost(host, ['umount', `${root}/data`])
    onHost(host, ['mount', '-t', 'tmpfs', 'tmpfs', `${root}/tmp`])
    onHost(host, ['jail', '-m', 'name=web', 'allow.mount=1', 'allow.raw_sockets=0'])
    const set = onHost(host, ['devfs', 'rule', 'showsets']).stdout.split('\n').pop()!
    onHost(host, ['devfs', 'rule', '-s', set, 'del', '200'])
    onHost(host, ['ifconfig', 'bridge0', 'deletem', 'e0a_web'])
    onHost(host, ['rctl', '-r', 'jail:web:maxproc'])
    onHost(host, ['rctl', '-a', 'jail:web:openfiles:deny=7'])
    expect(drifts()).toEqual({
      status: 1,
      drifts: [
        'parameters: allow.raw_sockets',
        'parameters: allow.mount',
        `mounts: ${root}/data`,
        `mounts: ${root}/tmp`,
        'rules: include 2',
        'interfaces: bridge0',
        'limits: maxproc:deny',
        'limits: openfiles:deny',
      ],
    })
    const text = attempt('inspect', 'web')
    expect(text.status).toBe(1)
    expect(text.stdout).toMatch(/^ {2}DRIFT {2}allow\.mount +true; not planned$/m)
    expect(text.stdout).toMatch(/^8 drifts from the plan$/m)
  })

  it('the journal is shown with the newest effect first, and reading it changes nothing', () => {
    const before = onHost(host, ['cat', stateFile('journal.jsonl')]).stdout
    const { stdout, status } = attempt('journal', '-f', 'json', 'web')
    expect(status).toBe(0)
    const { entries } = JSON.parse(stdout) as JournalListing
    const numbers = entries.map(({ n }) => n)
    expect(numbers).toEqual([...numbers].sort((a, b) => b - a))
    expect(entries.map(({ text }) => text)).toContain(
      `unmount ${root}/data (nullfs of ${join(work, 'volume')})`,
    )
    expect(attempt('journal', 'web').stdout).toMatch(/^ +remove the state directory \S+\/web$/m)
    expect(onHost(host, ['cat', stateFile('journal.jsonl')]).stdout).toBe(before)
  })

  it('a container is shown without its plan, without its journal and without its state', () => {
    for (const name of ['plan.json', 'journal.jsonl', 'state.json']) {
      shell(`cp ${stateFile(name)} ${work}/kept && echo '{' > ${stateFile(name)}`)
      const { status, drifts: found } = drifts()
      expect(status).toBe(1)
      expect(found).toContain(`files: ${name}`)
      expect(attempt('journal', 'web').stdout).toMatch(new RegExp(`^# ${name}: `, 'm'))
      expect(attempt('journal', 'web').stdout).toMatch(/remove the jail web/)
      shell(`cp ${work}/kept ${stateFile(name)}`)
    }
  })

  it('a container is shown without its jail, and after a restart of the host', () => {
    onHost(host, ['jail', '-r', 'web'])
    expect(drifts().drifts).toContain('parameters: jid')
    // The files of the state directory, which name the former boot, have to stay.
    rebootHost(host, { cleanvar: false })
    const { stdout, status } = attempt('inspect', 'web')
    expect(status).toBe(1)
    expect(stdout).toContain('the host has been restarted')
    expect(attempt('journal', 'web').status).toBe(0)
  })

  it('a container that does not exist is an error of both commands', () => {
    for (const command of ['inspect', 'journal'])
      expect(attempt(command, 'none')).toEqual({
        ...{ status: 1, stdout: '', stderr: 'jailwright: container "none" does not exist' },
      })
  })
})
