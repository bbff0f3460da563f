import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { layout } from '../../../src/container/state/paths.ts'
import {
  currentStatus,
  isOfEarlierBoot,
  ociState,
  readState,
  type StateFile,
} from '../../../src/container/state/state-file.ts'
import { fakeHost } from '../fake-host.ts'

const state: StateFile = {
  jid: 4,
  pid: 100,
  pidStart: 's1',
  id: 'web.1',
  ociVersion: '1.3.0',
  status: 'running',
  paused: false,
  poststart: false,
  bundle: '/b',
  rootfs: '/b/root',
  jailName: 'j-web_2e1',
  created: '2026-01-01T00:00:00.000Z',
  boot: '',
  annotations: { a: 'b' },
}

const withProcess = (start: string, zombie = false) => {
  const host = fakeHost()
  host.processes.set(100, { pid: 100, start, jid: 4, zombie, stopped: false })
  return host
}

it('a container is running while its own process lives', () => {
  expect(currentStatus(withProcess('s1'), state)).toBe('running')
  expect(currentStatus(withProcess('s1'), { ...state, paused: true })).toBe('paused')
})

it('a container is stopped when its process is gone, a zombie, or another one with the same pid', () => {
  expect(currentStatus(fakeHost(), state)).toBe('stopped')
  expect(currentStatus(withProcess('s1', true), state)).toBe('stopped')
  expect(currentStatus(withProcess('s2'), state)).toBe('stopped')
})

it('a state has the jid as a string annotation, and no pid once the container is stopped', () => {
  expect(ociState(state, 'running').annotations).toEqual({
    a: 'b',
    'org.freebsd.jail.jid': '4',
    'org.freebsd.jail.name': 'j-web_2e1',
  })
  expect(ociState(state, 'running').pid).toBe(100)
  expect(ociState(state, 'stopped')).not.toHaveProperty('pid')
})

it('a container is of an earlier boot when the boot is another one and neither jail nor process exists', () => {
  const booted = (host: ReturnType<typeof fakeHost>) => {
    host.processes.set(1, { pid: 1, start: 'second', jid: 0, zombie: false, stopped: false })
    return host
  }
  const before = { ...state, boot: 'first' }
  expect(isOfEarlierBoot(booted(fakeHost()), before)).toBe(true)
  expect(isOfEarlierBoot(booted(fakeHost()), { ...state, boot: 'second' })).toBe(false)
  // An earlier version has written kern.boottime, which moves with the clock.
  expect(isOfEarlierBoot(booted(withProcess('s1')), before)).toBe(false)
  const withJail = fakeHost()
  withJail.jails.set(state.jailName, state.jid)
  expect(isOfEarlierBoot(booted(withJail), before)).toBe(false)
})

it('the state of another program is refused', () => {
  const root = mkdtempSync(join(tmpdir(), 'state-'))
  const files = { ...layout(root, 'c'), state: join(root, 'state.json') }
  // What ocijail writes (runtime_state in its main.cpp).
  writeFileSync(files.state, '{"pid":77,"jid":5,"bundle":"/b","status":"running","config":{}}')
  expect(() => readState(files)).toThrow(/was not written by jailwright/)
  rmSync(root, { recursive: true })
})
