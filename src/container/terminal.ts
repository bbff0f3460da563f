/** A terminal between the caller's standard streams and a container's program: raw mode, size, restored at the end. */
import { closeSync, createReadStream, write } from 'node:fs'
import { isatty } from 'node:tty'
import type { Host } from '../host/types.ts'

/** How long output is still awaited after the program's end, in milliseconds. */
const DRAIN = 200

/** A pty of ours whose slave becomes the program's standard streams. */
export interface OwnTerminal {
  slave: number
  /** Starts copying; call after the program's process exists. Our copy of the slave is closed. */
  attach(): void
  /** Waits for the last output, restores the caller's terminal. */
  detach(): Promise<void>
}

/** Opens a pty of the size of the caller's terminal, or of `size` where the caller has none. */
export function openTerminal(host: Host, size?: { height: number; width: number }): OwnTerminal {
  const pty = host.process.openPty()
  const interactive = isatty(0)
  const resize = () => {
    const { rows, columns } = host.process.getWindowSize(0)
    host.process.setWindowSize(pty.master, rows, columns)
  }
  if (size) host.process.setWindowSize(pty.master, size.height, size.width)
  else if (interactive) resize()
  let saved: Uint8Array | undefined
  let ended: Promise<void> = Promise.resolve()
  return {
    slave: pty.slave,
    attach() {
      closeSync(pty.slave)
      if (interactive) {
        saved = host.process.makeRaw(0)
        process.on('SIGWINCH', resize)
      }
      copyInput(pty.master)
      ended = copyOutput(pty.master)
    },
    async detach() {
      await Promise.race([ended, new Promise(resolve => setTimeout(resolve, DRAIN))])
      process.off('SIGWINCH', resize)
      if (saved) host.process.restoreTerminal(0, saved)
    },
  }
}

/**
 * Copies standard input to the terminal until one of them ends. Not by a stream of file reads: Node waits for a read
 * that blocks before it exits, so the command would end at the next key only.
 */
function copyInput(master: number): void {
  const input = process.stdin
  input.on('data', chunk => write(master, chunk as Buffer, () => {}))
  // End of a pipe is end of file for the program: ^D, as a person would type it.
  input.on('end', () => write(master, Buffer.from([4]), () => {}))
  input.on('error', () => {})
}

/** Copies the terminal's output to standard output; ends when the last holder of the slave is gone (EIO on Linux). */
function copyOutput(master: number): Promise<void> {
  return new Promise(resolve => {
    const output = createReadStream('', { fd: master, autoClose: false })
    output.on('data', chunk => writeOut(chunk as Buffer))
    output.on('end', resolve)
    output.on('error', () => resolve())
  })
}

function writeOut(chunk: Buffer): void {
  write(1, chunk, (error, written) => {
    if (!error && written < chunk.length) writeOut(chunk.subarray(written))
  })
}
