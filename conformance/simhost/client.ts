/**
 * The client of the simulated kernel, which every tool uses: one connection, one JSON line for each call, synchronous.
 */

import { ptr } from 'bun:ffi'
import fs from 'node:fs'
import { abstractAddress, check, chroot, dropCapability, libc, setFilter, setns } from './libc.ts'

/** Name of the abstract unix socket in every network namespace that belongs to a simulated host. */
export const SOCKET = 'jailwright-simhost'

/** Any JSON value: what goes over the socket. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** The kernel refused a call: errno by FreeBSD's name, and in `text` the kernel's errmsg or nothing. */
export class CallError extends Error {
  readonly errno: string
  readonly text: string
  constructor(errno: string, text: string) {
    super(text || errno)
    this.errno = errno
    this.text = text
  }
}

let socket = -1
let pending = Buffer.alloc(0)

function connection(): number {
  if (socket >= 0) return socket
  socket = check('socket', libc.socket(1, 1 | 0x80000, 0))
  const address = abstractAddress(SOCKET)
  try {
    check('connect', libc.connect(socket, ptr(address), address.length))
  } catch (cause) {
    throw new Error('no simulated host here (run inside `simhost exec`)', { cause })
  }
  return socket
}

/** One call of the simulated kernel. Throws `CallError` when it refuses. */
export function call(name: string, ...args: Json[]): Json {
  const fd = connection()
  let line = Buffer.from(`${JSON.stringify({ pid: process.pid, call: name, args })}\n`)
  while (line.length > 0) line = line.subarray(fs.writeSync(fd, line))
  const chunk = Buffer.alloc(65536)
  let end = pending.indexOf(10)
  while (end < 0) {
    const n = fs.readSync(fd, chunk)
    if (n === 0) throw new Error('the simulated host has gone')
    pending = Buffer.concat([pending, chunk.subarray(0, n)])
    end = pending.indexOf(10)
  }
  const answer = JSON.parse(pending.subarray(0, end).toString()) as {
    value?: Json
    errno?: string
    text?: string
  }
  pending = pending.subarray(end + 1)
  if (answer.errno !== undefined) throw new CallError(answer.errno, answer.text ?? '')
  return answer.value ?? null
}

/** The answer of jailAttach: what the caller has to do itself. */
interface Attachment {
  root: string
  namespaces: { uts: string; ipc: string; net?: string }
  dropCapabilities: number[]
  /**
   * A seccomp program, base64 of struct sock_filter[]. The caller sets it before it drops the capabilities, with
   * SECCOMP_FILTER_FLAG_NEW_LISTENER, and gives the descriptor to the kernel by the call `jailGuard`.
   */
  seccomp: string
}

/** jail_attach(2) of this process. It must exec at once afterwards, since only its main thread has moved. */
export function attach(jid: number): void {
  const how = call('jailAttach', jid) as unknown as Attachment
  const { net, ipc, uts } = how.namespaces
  for (const path of [net, ipc, uts]) {
    if (path === undefined) continue
    const fd = fs.openSync(path, 'r')
    setns(fd)
    fs.closeSync(fd)
  }
  chroot(how.root)
  process.chdir('/')
  const listener = setFilter(Buffer.from(how.seccomp, 'base64'))
  if (listener !== undefined) {
    call('jailGuard', listener)
    fs.closeSync(listener)
  }
  for (const capability of how.dropCapabilities) dropCapability(capability)
}
