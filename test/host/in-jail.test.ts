import { expect, it, vi } from 'vitest'

const calls: string[] = []
vi.mock('../../src/host/ffi/index.ts', () => ({
  endThread: () => calls.push('a thread has ended'),
  prepare: (names: readonly string[]) => calls.push(...names),
}))

it('does ahead of a jail what would open a library in it: ends a thread, looks every function up', async () => {
  const { prepareForJail } = await import('../../src/host/process/in-jail.ts')
  prepareForJail()
  expect(calls).toEqual(expect.arrayContaining(['a thread has ended', 'execve', 'setuid', 'close_range']))
})
