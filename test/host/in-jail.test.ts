import { expect, it, vi } from 'vitest'

const calls: string[] = []
vi.mock('../../src/host/ffi/index.ts', () => ({
  prepare: (names: readonly string[]) => calls.push(...names),
}))

it('does ahead of a jail what would open a library in it: looks every function up', async () => {
  const { prepareForJail } = await import('../../src/host/process/in-jail.ts')
  prepareForJail()
  expect(calls).toEqual(expect.arrayContaining(['execve', 'setuid', 'close_range']))
})
