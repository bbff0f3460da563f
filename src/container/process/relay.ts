/**
 * Copying between descriptors in order and without loss. One read or write at a time in each direction: two at once
 * could overtake each other, and they would take more of the engine's threads than a small machine has (Bun: two).
 */
import { read, write } from 'node:fs'

/** Waiting time after EAGAIN, in milliseconds: a caller can have left us a descriptor in non-blocking mode. */
const AGAIN = 5

type Outcome = { error: NodeJS.ErrnoException | null; size: number }

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}

/** Repeats a call that a signal or an empty (or full) descriptor has kept from doing anything. */
async function insist(call: (done: (outcome: Outcome) => void) => void): Promise<Outcome> {
  for (;;) {
    const outcome = await new Promise<Outcome>(call)
    const code = outcome.error?.code
    if (code === 'EAGAIN') await pause(AGAIN)
    else if (code !== 'EINTR') return outcome
  }
}

/**
 * Waits for bytes; gives their number, 0 at the end. The master of a pty whose last slave was closed ends with EIO on
 * Linux; any other error is taken for the end too, since nothing more will come.
 */
export async function readSome(fd: number, buffer: Uint8Array): Promise<number> {
  const { error, size } = await insist(done =>
    read(fd, buffer, 0, buffer.length, null, (error, size) => done({ error, size })),
  )
  return error === null ? size : 0
}

/** Writes all bytes; false when nobody reads them any more. */
export async function writeWhole(fd: number, bytes: Uint8Array): Promise<boolean> {
  for (let at = 0; at < bytes.length; ) {
    const { error, size } = await insist(done =>
      write(fd, bytes, at, bytes.length - at, null, (error, size) => done({ error, size })),
    )
    if (error !== null) return false
    at += size
  }
  return true
}
