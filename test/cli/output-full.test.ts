import { expect, test, vi } from 'vitest'
import { writeAll } from '../../src/cli/output.ts'
import { writeFrom } from '../../src/host/files.ts'

vi.mock('../../src/host/files.ts', () => ({ writeFrom: vi.fn() }))

function failure(code: string): Error {
  return Object.assign(new Error(code), { code })
}

test('a descriptor that is full for a while and takes a part at a time gets every byte once', () => {
  let written = ''
  let calls = 0
  vi.mocked(writeFrom).mockImplementation((fd, data, offset) => {
    expect(fd).toBe(2)
    if (++calls % 2 === 0) throw failure('EAGAIN')
    const part = (data as unknown as Uint8Array).subarray(offset as number, (offset as number) + 3)
    written += Buffer.from(part).toString('latin1')
    return part.length
  })
  expect(writeAll(2, 'zwölf Zeichen')).toBe(true)
  expect(Buffer.from(written, 'latin1').toString()).toBe('zwölf Zeichen')
})

test('a write ends when its reader has gone, and throws any other error', () => {
  vi.mocked(writeFrom).mockImplementation(() => {
    throw failure('EPIPE')
  })
  expect(writeAll(1, 'x')).toBe(false)
  vi.mocked(writeFrom).mockImplementation(() => {
    throw failure('EIO')
  })
  expect(() => writeAll(1, 'x')).toThrow('EIO')
})
