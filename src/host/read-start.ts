/** Reading the beginning of a file that a hostile image or another user may have made. */
import { decode } from '../bytes.ts'
import { quietly } from '../errors.ts'
import { closeFile, readInto, statusOfDescriptor } from './files.ts'

/**
 * Gives the first bytes of a regular file as text, at most `most` of them; undefined for any other object, and when the file
 * cannot be opened or read. `open` opens it in a way that does not wait, because a FIFO may stand in its place.
 */
export function readStart(open: () => number, most: number): string | undefined {
  const fd = quietly(open)
  if (fd === undefined) return undefined
  try {
    return quietly(() => startOf(fd, most))
  } finally {
    closeFile(fd)
  }
}

function startOf(fd: number, most: number): string | undefined {
  const { kind, size } = statusOfDescriptor(fd)
  if (kind !== 'file') return undefined
  const bytes = new Uint8Array(Math.min(size, most))
  let length = 0
  while (length < bytes.length) {
    const count = readInto(fd, bytes.subarray(length))
    if (count === 0) break
    length += count
  }
  return decode(bytes.subarray(0, length))
}
