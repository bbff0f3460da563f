/** withFewDescriptors as FreeBSD under Bun has it: both are put in place of this test's own. */
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { restoreDescriptors, withFewDescriptors } from '../../src/host/process/identity.ts'

const fake = vi.hoisted(() => ({ soft: 0n, hard: 0n, resources: [] as number[] }))

vi.mock('../../src/host/abi/index.ts', async () => ({
  abi: (await import('../../src/host/abi/freebsd.ts')).freebsd,
}))
vi.mock('../../src/host/ffi/bun.ts', () => ({
  openBunFfi: () => ({
    lookup: (name: string) => (resource: number, limits: Buffer) => {
      fake.resources.push(resource)
      if (name === 'getrlimit') {
        limits.writeBigUInt64LE(fake.soft, 0)
        limits.writeBigUInt64LE(fake.hard, 8)
      } else {
        fake.soft = limits.readBigUInt64LE(0)
        fake.hard = limits.readBigUInt64LE(8)
      }
      return 0
    },
  }),
}))

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
