import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { containerIds, list } from '../../src/container/list.ts'
import type { RuntimeContext } from '../../src/context.ts'
import { type FakeHost, fakeHost } from './fake-host.ts'

let root: string
let host: FakeHost
const warnings: string[] = []
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'list-'))
  host = fakeHost()
  warnings.length = 0
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function context(): RuntimeContext {
  const log = {
    debugging: false,
    debug() {},
    info() {},
    warn: (text: string) => void warnings.push(text),
    error() {},
  }
  return { root, log, host }
}

function container(id: string, more: object): void {
  mkdirSync(join(root, id))
  const state = {
    id,
    jid: 1,
    pid: 0,
    pidStart: '',
    status: 'stopped',
    paused: false,
    bundle: '/b',
    jailName: id,
    created: '2026-01-01T00:00:00.000Z',
  }
  writeFileSync(join(root, id, 'state.json'), JSON.stringify({ ...state, annotations: {}, ...more }))
}

describe('list', () => {
  it('list is empty without a root directory', () => {
    rmSync(root, { recursive: true })
    expect(list(context())).toEqual([])
    expect(containerIds(context())).toEqual([])
  })

  it('list reports a root that is no directory', () => {
    const file = join(root, 'file')
    writeFileSync(file, '')
    expect(() => list({ ...context(), root: file })).toThrow(`--root ${file}: not a directory`)
  })

  it('list asks once for the status of a thousand containers', () => {
    const kinds = ['running', 'ended', 'reused', 'paused', 'created', 'stopped', 'creating'] as const
    const expected: Record<string, string> = {
      running: 'running',
      ended: 'stopped',
      reused: 'stopped',
      paused: 'paused',
      created: 'created',
      stopped: 'stopped',
      creating: 'creating',
    }
    const wanted: string[] = []
    for (let n = 0; n < 1000; n += 1) {
      const kind = kinds[n % kinds.length]!
      const id = `c${String(n).padStart(4, '0')}`
      const pid = n + 100
      const status = ['ended', 'reused', 'paused'].includes(kind) ? 'running' : kind
      container(id, { pid, pidStart: 'mine', status, paused: kind === 'paused' })
      const info = { pid, start: kind === 'reused' ? 'other' : 'mine', jid: 1, zombie: false, stopped: false }
      if (kind !== 'ended') host.processes.set(pid, info)
      wanted.push(`${id} ${expected[kind]}`)
    }
    const many = vi.spyOn(host.kernel, 'processInfos')
    const single = vi.spyOn(host.kernel, 'processInfo')
    expect(list(context()).map(({ id, status }) => `${id} ${status}`)).toEqual(wanted)
    expect(many).toHaveBeenCalledTimes(1)
    expect(single).not.toHaveBeenCalled()
  })

  it('list reports a damaged container and shows the others', () => {
    container('a', {})
    mkdirSync(join(root, 'b'))
    writeFileSync(join(root, 'b', 'state.json'), '{')
    mkdirSync(join(root, 'being-made'))
    mkdirSync(join(root, '.lock'))
    container('d', { annotations: { x: 'y' } })
    expect(list(context()).map(({ id }) => id)).toEqual(['a', 'd'])
    expect(warnings).toEqual([expect.stringContaining('container b: ')])
  })

  it('list shows the containers despite foreign files beside them', () => {
    container('a', {})
    writeFileSync(join(root, 'file'), '')
    execFileSync('mkfifo', [join(root, 'fifo')])
    for (const name of ['dir', 'loop', 'pipe', 'form']) mkdirSync(join(root, name))
    mkdirSync(join(root, 'dir', 'state.json'))
    symlinkSync('state.json', join(root, 'loop', 'state.json'))
    execFileSync('mkfifo', [join(root, 'pipe', 'state.json')])
    writeFileSync(join(root, 'form', 'state.json'), '{"pidStart":"1"}')
    expect(list(context()).map(({ id }) => id)).toEqual(['a'])
    const damaged = ['dir', 'form', 'loop', 'pipe'].map(name => join(root, name, 'state.json is damaged'))
    expect(warnings.map(text => text.replace(/^container \S+: /, ''))).toEqual(damaged)
    expect(containerIds(context())).toEqual(expect.arrayContaining(['a']))
    expect(containerIds(context())).not.toEqual(expect.arrayContaining(['file']))
  })

  it('list -q returns ids without looking at states or processes', () => {
    container('b', { pid: 7, status: 'running' })
    container('a', {})
    mkdirSync(join(root, 'being-made'))
    const many = vi.spyOn(host.kernel, 'processInfos')
    expect(containerIds(context())).toEqual(['a', 'b'])
    expect(many).not.toHaveBeenCalled()
  })
})
