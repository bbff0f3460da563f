/**
 * The kernel's one loop: abstract unix sockets (one in each network stack), JSON lines in, JSON lines out. Everything is
 * synchronous on the main thread, because namespaces belong to threads, so the loop calls poll(2) itself.
 */

import { ptr } from 'bun:ffi'
import fs from 'node:fs'
import { type Json, SOCKET } from '../client.ts'
import { abstractAddress, check, errno, libc } from '../libc.ts'
import { callWithFaults, toolWithFaults } from './faults.ts'
import { type Caller, Hang, type Kernel, KernelError } from './kernel.ts'
import { jailOfLiving } from './processes/processes.ts'

interface Client {
  fd: number
  pid: number
  uid: number
  data: Buffer
  /** What the client has not taken yet of its answers. While there is some, no further request of the client is read. */
  out: Buffer
  /** The connection ends with the answer, as that of the in-jail stub does. */
  last: boolean
}

const listeners = new Set<number>()
const watched = new Map<number, (events: number) => void>()
const clients = new Map<number, Client>()
/** The first byte of a request of the in-jail stub (host/stub.c), which sends words that end with NUL. */
const STUB = 1
const EAGAIN = 11
const POLLIN = 1
const POLLOUT = 4

/** Opens the kernel's socket in the current network namespace and gives its descriptor. */
export function openListener(): number {
  const fd = check('socket', libc.socket(1, 1 | 0x80000 | 0x800, 0))
  const address = abstractAddress(SOCKET)
  check('bind', libc.bind(fd, ptr(address), address.length))
  check('listen', libc.listen(fd, 64))
  listeners.add(fd)
  return fd
}

/** Closes a listener made by `openListener`. */
export function closeListener(fd: number): void {
  listeners.delete(fd)
  libc.close(fd)
}

/** Calls `ready` when a descriptor has something to read or its other side has gone. */
export function watch(fd: number, ready: (events: number) => void): void {
  watched.set(fd, ready)
}

/** Ends `watch`; the descriptor stays open. */
export function unwatch(fd: number): void {
  watched.delete(fd)
}

function accept(listener: number): void {
  for (;;) {
    const fd = libc.accept4(listener, null, null, 0x80000 | 0x800)
    if (fd < 0) return
    const cred = Buffer.alloc(12)
    const size = Buffer.from([12, 0, 0, 0])
    check('getsockopt', libc.getsockopt(fd, 1, 17, ptr(cred), ptr(size)))
    clients.set(fd, {
      fd,
      pid: cred.readInt32LE(0),
      uid: cred.readUInt32LE(4),
      data: Buffer.alloc(0),
      out: Buffer.alloc(0),
      last: false,
    })
  }
}

function drop(client: Client): void {
  clients.delete(client.fd)
  libc.close(client.fd)
}

/** Writes what the client takes at once; the loop writes the rest when the client has read, and nobody waits for it. */
function flush(client: Client): void {
  while (client.out.length > 0) {
    const n = Number(libc.send(client.fd, ptr(client.out), client.out.length, 0x4000))
    if (n > 0) client.out = client.out.subarray(n)
    else if (n < 0 && errno() === EAGAIN) return
    else {
      drop(client)
      return
    }
  }
  if (client.last) drop(client)
}

function send(client: Client, data: Buffer): void {
  client.out = Buffer.concat([client.out, data])
  flush(client)
}

/**
 * Who calls; undefined for a process that has ended since it sent its request. It makes no call any more, and nothing tells
 * which jail it was in, so that its request would count as one of the host.
 */
function callerOf(client: Client): Caller | undefined {
  const jid = jailOfLiving(client.pid)
  return jid === undefined ? undefined : { pid: client.pid, uid: client.uid, jid }
}

/** The line of the answer to a call; undefined for a call that hangs, and for a caller that has ended. */
function answer(kernel: Kernel, client: Client, line: string): string | undefined {
  try {
    const request = JSON.parse(line) as { call: string; args?: Json[] }
    kernel.emit('tick')
    const caller = callerOf(client)
    if (caller === undefined) return undefined
    const value = callWithFaults(caller, request.call, () =>
      kernel.call(caller, request.call, ...(request.args ?? [])),
    )
    return `${JSON.stringify({ value })}\n`
  } catch (error) {
    if (error instanceof Hang) {
      log(`${error.message}: process ${client.pid} waits for ever`)
      return undefined
    }
    if (error instanceof KernelError) return `${JSON.stringify({ errno: error.errno, text: error.text })}\n`
    log(`request ${line}\n${error instanceof Error ? error.stack : String(error)}`)
    return `${JSON.stringify({ errno: 'EDOOFUS', text: String(error) })}\n`
  }
}

/** Writes a line to the host's kernel log (`kernel.log` in its scratch directory). */
export function log(message: string): void {
  fs.writeSync(2, `${new Date().toISOString()} ${message}\n`)
}

/** Runs a tool in the kernel for the in-jail stub; the part that knows the tools sets this function. */
export type StubRunner = (
  caller: Caller,
  words: { cwd: string; argv: string[]; env: string[] },
) => { status: number; stdout: string; stderr: string }
let stubRunner: StubRunner | undefined
/** Sets the function that runs the tools for stubs in jails. */
export function setStubRunner(runner: StubRunner): void {
  stubRunner = runner
}

/** Answers the stub. Its request: 1, the total length in 32 bits, words that end with NUL, an empty one before env. */
function stub(kernel: Kernel, client: Client): void {
  const end = client.data.indexOf(Buffer.from([4]))
  if (end < 0) return
  const words = client.data.subarray(1, end).toString().split('\0')
  const split = words.indexOf('\x02')
  let result = { status: 1, stdout: '', stderr: 'simhost: no tools\n' }
  try {
    kernel.emit('tick')
    const run = stubRunner
    const caller = callerOf(client)
    if (caller === undefined) {
      drop(client)
      return
    }
    if (run !== undefined) {
      const argv = words.slice(0, split)
      const name = (argv[0] ?? '').replace(/^.*\//, '')
      result = toolWithFaults(caller, name, () =>
        run(caller, { cwd: '/', argv, env: words.slice(split + 1, -1) }),
      )
    }
  } catch (error) {
    if (error instanceof Hang) {
      log(`${error.message}: process ${client.pid} waits for ever`)
      return
    }
    result.stderr = `${String(error)}\n`
    log(String(error instanceof Error ? error.stack : error))
  }
  const out = Buffer.from(result.stdout)
  const err = Buffer.from(result.stderr)
  const head = Buffer.alloc(12)
  head.writeUInt32LE(result.status, 0)
  head.writeUInt32LE(out.length, 4)
  head.writeUInt32LE(err.length, 8)
  client.last = true
  send(client, Buffer.concat([head, out, err]))
}

function receive(kernel: Kernel, client: Client): void {
  const chunk = Buffer.alloc(65536)
  for (;;) {
    const n = Number(libc.recv(client.fd, ptr(chunk), chunk.length, 0))
    if (n < 0) {
      if (errno() === EAGAIN) break
      drop(client)
      return
    }
    if (n === 0) {
      drop(client)
      return
    }
    client.data = Buffer.concat([client.data, chunk.subarray(0, n)])
    if (client.data.length > 16 << 20) {
      drop(client)
      return
    }
  }
  if (client.data[0] === STUB) {
    if (!client.last) stub(kernel, client)
    return
  }
  answerLines(kernel, client)
}

/** Answers the requests that have come, as long as the client takes the answers. */
function answerLines(kernel: Kernel, client: Client): void {
  for (;;) {
    const end = client.data.indexOf(10)
    if (end < 0 || client.out.length > 0 || !clients.has(client.fd)) return
    const line = client.data.subarray(0, end).toString()
    client.data = client.data.subarray(end + 1)
    const said = answer(kernel, client, line)
    if (said !== undefined) send(client, Buffer.from(said))
  }
}

/** Collects zombies: the kernel is process 1 of its pid namespace, and orphans become its children. */
function reap(): void {
  while (libc.waitpid(-1, null, 1) > 0);
}

/** Serves until the process is killed. */
export function serve(kernel: Kernel): never {
  let ticked = 0
  for (;;) {
    const fds = [...watched.keys(), ...listeners, ...clients.keys()]
    const set = Buffer.alloc(8 * fds.length)
    for (const [i, fd] of fds.entries()) {
      set.writeInt32LE(fd, 8 * i)
      const full = (clients.get(fd)?.out.length ?? 0) > 0
      set.writeInt16LE(full ? POLLOUT : POLLIN, 8 * i + 4)
    }
    libc.poll(ptr(set), fds.length, 250)
    reap()
    for (const [i, fd] of fds.entries()) {
      const events = set.readInt16LE(8 * i + 6)
      if (events === 0) continue
      watched.get(fd)?.(events)
      if (listeners.has(fd)) accept(fd)
      const client = clients.get(fd)
      if (client === undefined) continue
      if (client.out.length === 0) receive(kernel, client)
      else {
        flush(client)
        if (client.out.length === 0 && clients.has(fd)) answerLines(kernel, client)
      }
    }
    if (Date.now() - ticked > 1000) {
      ticked = Date.now()
      try {
        kernel.emit('tick')
      } catch (error) {
        log(String(error instanceof Error ? error.stack : error))
      }
    }
  }
}
