/** Limits of descriptors on FreeBSD. A mock replaces the engine, so that this test's own limits play no part. */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Memory } from '../../src/host/ffi/memory.ts'
import { callersDescriptors, restoreDescriptors } from '../../src/host/process/identity.ts'

const fake = vi.hoisted(() => ({
  soft: 0n,
  hard: 0n,
  raises: true,
  /** The caller's soft and hard limit; undefined when the caller's limits cannot be read. */
  caller: undefined as readonly [bigint, bigint] | undefined,
}))

vi.mock('../../src/host/abi/index.ts', async () => ({
  abi: (await import('../../src/host/abi/freebsd.ts')).freebsd,
}))
vi.mock('../../src/host/engine/index.ts', async original => {
  const { engine } = await original<typeof import('../../src/host/engine/index.ts')>()
  const ffi = {
    lookup: (name: string) => {
      if (name === 'sysctl') return callersLimits
      return (_resource: number, limits: Memory) => {
        if (name === 'getrlimit') {
          limits.writeBigUInt64(fake.soft, 0)
          limits.writeBigUInt64(fake.hard, 8)
        } else {
          fake.soft = limits.readBigUInt64(0)
          fake.hard = limits.readBigUInt64(8)
        }
        return 0
      }
    },
    errno: () => 3, // ESRCH
  }
  return {
    engine: Object.create(engine, { ffi: { value: ffi }, raisesDescriptors: { get: () => fake.raises } }),
  }
})

/** sysctl(3) of kern.proc.rlimit.PID.RESOURCE: CTL_KERN 1, KERN_PROC 14, KERN_PROC_RLIMIT 37. */
const callersLimits = vi.hoisted(() => (mib: Memory, count: number, value: Memory | null, length: Memory) => {
  const numbers = Array.from({ length: count }, (_, index) => mib.readInt32(index * 4))
  expect(numbers).toEqual([1, 14, 37, process.ppid, 8])
  if (fake.caller === undefined) return -1
  length.writeBigUInt64(16n)
  value?.writeBigUInt64(fake.caller[0], 0)
  value?.writeBigUInt64(fake.caller[1], 8)
  return 0
})

beforeEach(() => {
  Object.assign(fake, { soft: 58_000n, hard: 60_000n, raises: true })
})

it('restoreDescriptors changes the soft limit and keeps the hard one', () => {
  fake.soft = 1024n
  restoreDescriptors(58_000n)
  expect(fake).toMatchObject({ soft: 58_000n, hard: 60_000n })
})

describe('callersDescriptors', () => {
  it.each([
    ['what the caller has', [1000n, 60_000n], 1000n],
    ['as much as we have', [58_000n, 60_000n], 58_000n],
    ['nothing when the hard limit is another: ours was set in between', [1000n, 70_000n], undefined],
    ['nothing when it is more than we were given', [59_000n, 60_000n], undefined],
    ['nothing when the caller cannot be seen', undefined, undefined],
  ] as const)('callersDescriptors gives %s', (_, caller, expected) => {
    fake.caller = caller
    expect(callersDescriptors()).toBe(expected)
    expect(fake).toMatchObject({ soft: 58_000n, hard: 60_000n })
  })

  it('callersDescriptors gives nothing when the engine does not raise the limit', () => {
    Object.assign(fake, { raises: false, caller: [1000n, 60_000n] })
    expect(callersDescriptors()).toBeUndefined()
  })
})
