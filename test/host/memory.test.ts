/** Numbers in memory, on machines of either byte order. */
import { afterEach, describe, expect, it, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

/** The module as a machine with that byte order has it: the order of a number's bytes in memory tells it. */
async function memoryOn(order: 'little' | 'big'): Promise<typeof import('../../src/host/ffi/memory.ts')> {
  vi.resetModules()
  const bytes = Uint8Array.from(order === 'little' ? [1, 0, 0, 0] : [0, 0, 0, 1])
  vi.stubGlobal('Uint32Array', function numbers() {
    return { buffer: bytes.buffer }
  })
  return await import('../../src/host/ffi/memory.ts')
}

describe.each(['little', 'big'] as const)('on a %s-endian machine', order => {
  const little = order === 'little'

  it('numbers of every width are written and read in its byte order', async () => {
    const { memory } = await memoryOn(order)
    const bytes = memory(24)
    const view = new DataView(bytes.buffer)
    bytes.writeUInt16(0xfedc, 1)
    expect(view.getUint16(1, little)).toBe(0xfedc)
    expect([bytes.readUInt16(1), bytes.readInt16(1)]).toEqual([0xfedc, -0x124])
    bytes.writeInt32(-2, 4)
    expect(view.getInt32(4, little)).toBe(-2)
    bytes.writeUInt32(0x89abcdef, 4)
    expect(view.getUint32(4, little)).toBe(0x89abcdef)
    expect([bytes.readUInt32(4), bytes.readInt32(4)]).toEqual([0x89abcdef, 0x89abcdef | 0])
    bytes.writeBigUInt64(0x0123_4567_89ab_cdefn, 8)
    expect(view.getBigUint64(8, little)).toBe(0x0123_4567_89ab_cdefn)
    view.setBigInt64(16, -5_000_000_000n, little)
    expect([bytes.readBigInt64(16), bytes.readWide(16)]).toEqual([-5_000_000_000n, -5_000_000_000])
    expect(bytes.readBigUInt64(16)).toBe(2n ** 64n - 5_000_000_000n)
  })

  it('the byte order of networks is the same everywhere', async () => {
    const { memoryOf } = await memoryOn(order)
    expect(memoryOf([0x20, 0x01]).readUInt16BE()).toBe(0x2001)
  })

  it.each([4, 8] as const)('bits of a set are those of words of %d bytes', async word => {
    const { memory } = await memoryOn(order)
    for (const bit of [0, 9, 31, 32, 63, 64, 100, 127]) {
      const set = memory(16)
      set.setBit(bit, word)
      const view = new DataView(set.buffer)
      const words = Array.from({ length: 16 / word }, (_, at) =>
        word === 4 ? BigInt(view.getUint32(at * 4, little)) : view.getBigUint64(at * 8, little),
      )
      const width = word * 8
      expect(words).toEqual(
        words.map((_, at) => (at === Math.floor(bit / width) ? 1n << BigInt(bit % width) : 0n)),
      )
    }
  })

  it('a place outside is an error', async () => {
    const { memory } = await memoryOn(order)
    expect(() => memory(8).readInt32(5)).toThrow(RangeError)
    expect(() => memory(8).writeBigUInt64(1n, 1)).toThrow(RangeError)
    expect(() => memory(8).setBit(64, 8)).toThrow(RangeError)
  })
})
