import { expect, it } from 'vitest'
import { setLimits } from '../../../src/container/init/rlimits.ts'
import { SyscallError } from '../../../src/errors.ts'
import type { Host } from '../../../src/host/types.ts'

const NOFILE = { resource: 'NOFILE', soft: '99999999', hard: '99999999' }

function hostWhose(setrlimit: Host['process']['setrlimit']): Host {
  return { process: { setrlimit } } as unknown as Host
}

it('the limits of a process are set in their order', () => {
  const set: unknown[] = []
  setLimits(
    hostWhose((...limit) => void set.push(limit)),
    [{ resource: 'AS', soft: '-1', hard: '-1' }, NOFILE],
  )
  expect(set).toEqual([
    ['AS', -1n, -1n],
    ['NOFILE', 99999999n, 99999999n],
  ])
})

it('a limit that the kernel refuses is reported with its property and its values', () => {
  const host = hostWhose(resource => {
    throw new SyscallError('setrlimit', 'EPERM', 'Operation not permitted', `RLIMIT_${resource}`)
  })
  expect(() => setLimits(host, [NOFILE])).toThrow(
    'process.rlimits: RLIMIT_NOFILE of 99999999, at most 99999999: Operation not permitted',
  )
})

it('another error of setrlimit(2) is passed on unchanged', () => {
  const host = hostWhose(() => {
    throw new Error('a bug')
  })
  expect(() => setLimits(host, [NOFILE])).toThrow('a bug')
})
