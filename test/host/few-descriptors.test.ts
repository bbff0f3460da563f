/** withFewDescriptors as FreeBSD under Bun has it: both are put in place of this test's own. */
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  callersDescriptors,
  restoreDescriptors,
  withFewDescriptors,
} from '../../src/host/process/identity.ts'

const fake = vi.hoisted(() => ({
  soft: 0n,
  hard: 0n,
  resources: [] as number[],
  /** The caller's soft and hard limit; undefined when it cannot be seen. */
  caller: undefined as readonly [bigint, bigint] | undefined,
}))

vi.mock('../../src/host/abi/index.ts', async () => ({
  abi: (await import('../../src/host/abi/freebsd.ts')).freebsd,
}))
vi.mock('../../src/host/ffi/bun.ts', () => ({
  openBunFfi: () => ({
    lookup: (name: string) => {
      if (name === 'sysctl') return callersLimits
      return (resource: number, limits: Buffer) => {
        fake.resources.push(resource)
        if (name === 'getrlimit') {
          limits.writeBigUInt64LE(fake.soft, 0)
          limits.writeBigUInt64LE(fake.hard, 8)
        } else {
          fake.soft = limits.readBigUInt64LE(0)
          fake.hard = limits.readBigUInt64LE(8)
        }
        return 0
      }
    },
    errno: () => 3, // ESRCH
  }),
}))

/** sysctl(3) of kern.proc.rlimit.PID.RESOURCE: CTL_KERN 1, KERN_PROC 14, KERN_PROC_RLIMIT 37. */
const callersLimits = vi.hoisted(() => (mib: Buffer, count: number, value: Buffer | null, length: Buffer) => {
  const numbers = Array.from({ length: count }, (_, index) => mib.readInt32LE(index * 4))
  expect(numbers).toEqual([1, 14, 37, process.ppid, 8])
  if (fake.caller === undefined) return -1
  length.writeBigUInt64LE(16n)
  value?.writeBigUInt64LE(fake.caller[0], 0)
  value?.writeBigUInt64LE(fake.caller[1], 8)
  return 0
})

const { bun } = process.versions
const become = (version: string | undefined) =>
  Object.defineProperty(process.versions, 'bun', { value: version, configurable: true })

beforeEach(() => {
  become('1.4.5')
  Object.assign(fake, { soft: 58_000n, hard: 60_000n, resources: [] })
})
afterAll(() => {
  become(bun)
})

describe('withFewDescriptors', () => {
  it('lowers the soft limit of descriptors for the action, and that alone', () => {
    const inside = withFewDescriptors(former => ({ former, soft: fake.soft, hard: fake.hard }))
    expect(inside).toEqual({ former: 58_000n, soft: 1024n, hard: 60_000n })
    expect(fake).toMatchObject({ soft: 58_000n, hard: 60_000n })
    // RLIMIT_NOFILE is 8 (sys/resource.h).
    expect(new Set(fake.resources)).toEqual(new Set([8]))
  })

  it('gives the limit back when the action fails', () => {
    expect(() =>
      withFewDescriptors(() => {
        throw new Error('no such tool')
      }),
    ).toThrow('no such tool')
    expect(fake.soft).toBe(58_000n)
  })

  it('leaves a limit that is low already', () => {
    fake.soft = 512n
    expect(withFewDescriptors(former => [former, fake.soft])).toEqual([undefined, 512n])
  })

  it('does nothing on an engine whose child does not search', () => {
    become(undefined)
    expect(withFewDescriptors(former => [former, fake.soft])).toEqual([undefined, 58_000n])
    expect(fake.resources).toEqual([])
  })
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
  ] as const)('gives %s', (_, caller, expected) => {
    fake.caller = caller
    expect(callersDescriptors()).toBe(expected)
    expect(fake).toMatchObject({ soft: 58_000n, hard: 60_000n })
  })
})
