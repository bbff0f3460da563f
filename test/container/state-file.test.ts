import { expect, it } from 'vitest'
import { currentStatus, ociState, type StateFile } from '../../src/container/state-file.ts'
import { fakeHost } from './fake-host.ts'

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

it('is running while its own process lives', () => {
  expect(currentStatus(withProcess('s1'), state)).toBe('running')
  expect(currentStatus(withProcess('s1'), { ...state, paused: true })).toBe('paused')
})

it('is stopped when the process is gone, a zombie, or another one with the same pid', () => {
  expect(currentStatus(fakeHost(), state)).toBe('stopped')
  expect(currentStatus(withProcess('s1', true), state)).toBe('stopped')
  expect(currentStatus(withProcess('s2'), state)).toBe('stopped')
})

it('gives the jid as a string annotation and no pid once stopped', () => {
  expect(ociState(state, 'running').annotations).toEqual({
    a: 'b',
    'org.freebsd.jail.jid': '4',
    'org.freebsd.jail.name': 'j-web_2e1',
  })
  expect(ociState(state, 'running').pid).toBe(100)
  expect(ociState(state, 'stopped')).not.toHaveProperty('pid')
})
