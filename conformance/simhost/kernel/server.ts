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
import { processJail } from './processes/processes.ts'

interface Client {
  fd: number
  pid: number
  uid: number
  data: Buffer
}

const listeners = new Set<number>()
const watched = new Map<number, (events: number) => void>()
const clients = new Map<number, Client>()
/** The first byte of a request of the in-jail stub (host/stub.c), which sends words that end with NUL. */
const STUB = 1

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
    clients.set(fd, { fd, pid: cred.readInt32LE(0), uid: cred.readUInt32LE(4), data: Buffer.alloc(0) })
  }
}

function drop(client: Client): void {
  clients.delete(client.fd)
  libc.close(client.fd)
}

/** Writes all data. It drops a client that does not read for two seconds, so that a jail cannot stop the kernel. */
function send(client: Client, data: Buffer): void {
  let rest = data
  const until = Date.now() + 2000
  while (rest.length > 0) {
    const n = Number(libc.send(client.fd, ptr(rest), rest.length, 0x4000))
    if (n > 0) rest = rest.subarray(n)
    else if (n < 0 && errno() === 11 && Date.now() < until) waitWritable(client.fd)
    else {
      drop(client)
      return
    }
  }
}

function waitWritable(fd: number): void {
  const set = Buffer.alloc(8)
  set.writeInt32LE(fd, 0)
  set.writeInt16LE(4, 4)
  libc.poll(ptr(set), 1, 500)
}

function callerOf(client: Client): Caller {
  return { pid: client.pid, uid: client.uid, jid: processJail(client.pid) }
}

/** The line of the answer to a call; undefined for a call that hangs. */
function answer(kernel: Kernel, client: Client, line: string): string | undefined {
  try {
    const request = JSON.parse(line) as { call: string; args?: Json[] }
    kernel.emit('tick')
    const caller = callerOf(client)
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
    if (run !== undefined) {
      const caller = callerOf(client)
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
  send(client, Buffer.concat([head, out, err]))
  if (clients.has(client.fd)) drop(client)
}

function receive(kernel: Kernel, client: Client): void {
  const chunk = Buffer.alloc(65536)
  for (;;) {
    const n = Number(libc.recv(client.fd, ptr(chunk), chunk.length, 0))
    if (n < 0) {
      if (errno() === 11) break
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
    stub(kernel, client)
    return
  }
  for (;;) {
    const end = client.data.indexOf(10)
    if (end < 0 || !clients.has(client.fd)) return
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
      set.writeInt16LE(1, 8 * i + 4)
    }
    libc.poll(ptr(set), fds.length, 250)
    reap()
    for (const [i, fd] of fds.entries()) {
      const events = set.readInt16LE(8 * i + 6)
      if (events === 0) continue
      watched.get(fd)?.(events)
      if (listeners.has(fd)) accept(fd)
      const client = clients.get(fd)
      if (client !== undefined) receive(kernel, client)
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
