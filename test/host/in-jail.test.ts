import { expect, it, vi } from 'vitest'

const calls: string[] = []
vi.mock('../../src/host/ffi/index.ts', () => ({
  prepare: (names: readonly string[]) => calls.push(...names),
}))

it('prepareForJail looks up every function that init calls in a jail, because no library can be opened there', async () => {
  const { prepareForJail } = await import('../../src/host/process/in-jail.ts')
  prepareForJail()
  expect(calls).toEqual(expect.arrayContaining(['execve', 'setuid', 'close_range']))
})
