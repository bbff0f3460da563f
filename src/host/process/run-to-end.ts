/** Running a program to its end: its input, its output and its exit status. */
import { concatenate, decode, encode } from '../../bytes.ts'
import { errnoOf, JailwrightError } from '../../errors.ts'
import { engine } from '../engine/index.ts'
import { closeFile, openFile, readInto, writeFrom } from '../files.ts'
import { PIPE_WRITE, pipe, poll, startProcess, waitForEnd } from '../processes.ts'
import type { RunOptions, ToolResult } from '../types.ts'
import { remaining } from '../wait.ts'
import { kill } from './identity.ts'

/** The whole environment of the program. LC_ALL=C gives numbers and dates in one form, and messages in English. */
const ENVIRONMENT = { PATH: '/sbin:/bin:/usr/sbin:/usr/bin', LC_ALL: 'C' }
const CHUNK = 65_536

/** How long a program may take, in milliseconds: a tool of the host that waits for ever must not keep a container's lock. */
const LIMIT = 60_000
/** How long its end may take once it was killed; one that waits in the kernel does not end at all. */
const END = 1000
const KILL = 9

/**
 * Runs a program in `/`; SyscallError when it cannot be started, code HOST when it has not ended after 60 seconds (or
 * JAILWRIGHT_TOOL_LIMIT milliseconds, for tests) and was killed.
 */
export function runToEnd(path: string, argv: readonly string[], { stdin, keepOpen }: RunOptions): ToolResult {
  const out = pipe()
  const err = pipe()
  // Without input the program reads /dev/null, because it must not read the standard input of this process.
  const input = stdin ? pipe() : undefined
  const nothing = input ? undefined : openFile('/dev/null', 'read')
  const inner = [
    input?.reader ?? nothing,
    out.writer,
    err.writer,
    ...(keepOpen === undefined ? [] : [keepOpen]),
  ]
  let pid: number
  try {
    pid = startProcess({ path, argv, env: ENVIRONMENT, cwd: '/', descriptors: inner })
  } catch (error) {
    for (const fd of [out.reader, err.reader, input?.writer]) if (fd !== undefined) closeFile(fd)
    throw error
  } finally {
    for (const fd of [nothing, input?.reader, out.writer, err.writer]) if (fd !== undefined) closeFile(fd)
  }
  const limit = Number(engine.environment.JAILWRIGHT_TOOL_LIMIT ?? LIMIT)
  const end = engine.monotonicMs() + limit
  const said = exchange([out.reader, err.reader], input?.writer, encode(stdin ?? ''), end)
  if (said === undefined) {
    kill(pid, KILL)
    waitForEnd(pid, END)
    throw new JailwrightError('HOST', `${argv.join(' ')}: no end after ${limit / 1000} s`, { subject: path })
  }
  const [stdout, stderr] = said
  return { status: waitForEnd(pid)!.status, stdout: decode(stdout!), stderr: decode(stderr!) }
}

/**
 * Writes `input` to one descriptor and reads the others to their ends, whichever is ready; all are closed then. undefined
 * when they have not ended at `end` of the monotonic clock.
 */
function exchange(
  readers: readonly number[],
  writer: number | undefined,
  input: Uint8Array,
  end: number,
): Uint8Array[] | undefined {
  const parts = readers.map((): Uint8Array[] => [])
  const open = new Set(readers)
  let left = writer
  let written = 0
  const buffer = new Uint8Array(CHUNK)
  while (open.size > 0 && remaining(end) > 0) {
    const wanted = readers.filter(fd => open.has(fd)).map(fd => ({ fd, read: true }))
    const all = left === undefined ? wanted : [...wanted, { fd: left, write: true }]
    for (const { fd, read, write } of poll(all, remaining(end))) {
      if (write && fd === left) {
        written += writeSome(fd, input.subarray(written, written + PIPE_WRITE))
        if (written < input.length) continue
        closeFile(fd)
        left = undefined
      } else if (read) {
        const size = readInto(fd, buffer)
        if (size > 0) parts[readers.indexOf(fd)]!.push(buffer.slice(0, size))
        else {
          closeFile(fd)
          open.delete(fd)
        }
      }
    }
  }
  if (left !== undefined) closeFile(left)
  for (const fd of open) closeFile(fd)
  return open.size > 0 ? undefined : parts.map(concatenate)
}

/** Writes bytes and gives their number; infinity when the program has closed its standard input, so that writing stops. */
function writeSome(fd: number, bytes: Uint8Array): number {
  try {
    return writeFrom(fd, bytes)
  } catch (error) {
    if (errnoOf(error) === 'EPIPE') return Number.POSITIVE_INFINITY
    throw error
  }
}
