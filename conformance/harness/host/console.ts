/** The caller's end of `--console-socket`: a listening socket that receives the terminal, as conmon does. */
import { appendFileSync, mkdirSync, readSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CaseContext, CaseFailure } from '../run/context.ts'
import { native } from './native.ts'

/** Whether the master may give something later: there is nothing yet, or no slave is open. */
function again(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && ['EAGAIN', 'EWOULDBLOCK', 'EIO'].includes(`${error.code}`)
  )
}

/** Copies the output of the terminal to a file until `stopped` says so. */
async function pump(fd: number, path: string, stopped: () => boolean): Promise<void> {
  const buffer = new Uint8Array(4096)
  while (!stopped()) {
    try {
      const count = readSync(fd, buffer)
      // While no slave is open, read(2) of a master gives the end of file on FreeBSD, and EIO on Linux. That is no end: a
      // runtime may close its own slave before the program has opened one.
      if (count === 0) await sleep(15)
      else appendFileSync(path, buffer.subarray(0, count))
    } catch (error) {
      if (!again(error)) return
      await sleep(15)
    }
  }
}

/**
 * Listens in the case directory. With `long` the path does not fit sun_path, and the socket is bound by a short relative
 * name. `receive` waits for the terminal and then copies its output to a file.
 */
export async function listenForTerminal(
  context: CaseContext,
  long: boolean,
): Promise<{ path: string; receive: (outFile: string) => Promise<void> }> {
  const calls = await native()
  if (calls === undefined) throw new CaseFailure('this engine cannot receive descriptors')
  const directory = long ? join(context.dir, 'deep'.padEnd(60, 'x'), 'deeper'.padEnd(60, 'x')) : context.dir
  mkdirSync(directory, { recursive: true })
  const name = `tty${context.terminals.length}.sock`
  const path = join(directory, name)
  const before = process.cwd()
  process.chdir(directory)
  let fd: number
  try {
    fd = calls.listen(name)
  } finally {
    process.chdir(before)
  }
  return {
    path,
    async receive(outFile) {
      const end = Date.now() + context.left(30_000)
      const poll = async <T>(what: string, ask: () => T | undefined): Promise<T> => {
        for (;;) {
          const value = ask()
          if (value !== undefined) return value
          if (Date.now() > end) throw new CaseFailure(`no ${what} on the console socket`)
          await sleep(15)
        }
      }
      const peer = await poll('connection', () => calls.accept(fd))
      const master = await poll('terminal', () => calls.receiveDescriptor(peer))
      calls.close(peer)
      calls.close(fd)
      calls.setNonBlocking(master)
      writeFileSync(outFile, '')
      let stop = false
      const pumping = pump(master, outFile, () => stop)
      context.terminals.push({
        fd: master,
        stop: () => {
          stop = true
          void pumping.then(() => calls.close(master))
        },
      })
    },
  }
}

/** Writes to the terminal as somebody who types. */
export async function typeInto(fd: number, text: string): Promise<void> {
  writeSync(fd, text)
}

/** Sets the window size; the foreground process group gets SIGWINCH. */
export async function resizeTerminal(fd: number, rows: number, columns: number): Promise<void> {
  const calls = await native()
  calls?.setWindowSize(fd, rows, columns)
}
