/** The comparison of the numbers of the C interface in src/host/ with the headers of each system. */
import { describe, expect, it } from 'vitest'
import { checkAbi } from '../../scripts/check-abi.mjs'

describe('offsets, sizes and constants of the C interface', () => {
  it('The numbers of the C interface are those of the headers of every system that the program is compiled for', async () => {
    expect(await checkAbi()).toEqual([])
  }, 300_000)

  it('A wrong number of the C interface is reported', async () => {
    const wrong = await checkAbi(text => text.replace('(offsetof(struct stat, st_size)) == ', '$&1'))
    expect(wrong.length).toBeGreaterThan(0)
    for (const one of wrong) expect(one).toContain('offsetof(struct stat, st_size)')
  }, 300_000)
})
