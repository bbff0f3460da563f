/** The real interfaces: one rtnetlink(7) socket in the network namespace of each stack. */
import { ptr } from 'bun:ffi'
import fs from 'node:fs'
import { check, libc } from '../../libc.ts'
import type { LinkOperation, NetBackend } from '../../rules/net/backend.ts'
import { encode, getLink } from '../../rules/net/netlink.ts'

interface Stack {
  socket: number
  /** Descriptor of the namespace, to which interfaces are moved. */
  namespace: number
}

/** An error of netlink, with Linux's number. */
class LinkError extends Error {
  constructor(error: number) {
    super(`netlink error ${-error}`)
    this.name = 'LinkError'
  }
}

/** The sockets of all stacks. A socket holds its namespace, and `close` lets the namespace end. */
export class Links implements NetBackend {
  private readonly stacks = new Map<number, Stack>()

  /** Opens the socket of a stack. The caller has to be in the stack's network namespace. */
  open(vnet: number): void {
    const socket = check('socket', libc.socket(16, 3 | 0x80000, 0))
    const address = Buffer.alloc(12)
    address.writeUInt16LE(16, 0)
    check('bind', libc.bind(socket, ptr(address), address.length))
    this.stacks.set(vnet, { socket, namespace: fs.openSync('/proc/self/ns/net', 'r') })
    // Linux waits for up to a second before it begins to look for duplicates of an address, and this is the longest wait.
    fs.writeFileSync('/proc/sys/net/ipv6/conf/default/router_solicitation_delay', '0')
  }

  close(vnet: number): void {
    const stack = this.stacks.get(vnet)
    if (stack === undefined) return
    this.stacks.delete(vnet)
    libc.close(stack.socket)
    fs.closeSync(stack.namespace)
  }

  run(vnet: number, operations: readonly LinkOperation[]): string | undefined {
    const stack = this.stacks.get(vnet)
    if (stack === undefined) return `stack ${vnet} is not there`
    for (const operation of operations) {
      try {
        const request = encode(
          operation,
          name => this.index(stack, name),
          other => this.namespace(other),
        )
        if (request === undefined) return `${operation.op}: not supported`
        this.ask(stack, request)
      } catch (error) {
        return `${JSON.stringify(operation)}: ${error instanceof Error ? error.message : String(error)}`
      }
    }
    return undefined
  }

  private namespace(vnet: number): number {
    const stack = this.stacks.get(vnet)
    if (stack === undefined) throw new Error(`stack ${vnet} is not there`)
    return stack.namespace
  }

  /** Sends one request and gives the answer's payload; throws for an error. */
  private ask(stack: Stack, request: Buffer): Buffer {
    check('send', libc.send(stack.socket, ptr(request), request.length, 0))
    const answer = Buffer.alloc(16_384)
    const size = check('recv', libc.recv(stack.socket, ptr(answer), answer.length, 0))
    const type = answer.readUInt16LE(4)
    if (type === 2 && answer.readInt32LE(16) !== 0) throw new LinkError(answer.readInt32LE(16))
    return answer.subarray(16, size)
  }

  private index(stack: Stack, name: string): number {
    return this.ask(stack, getLink(name)).readInt32LE(4)
  }
}
