/** Makes the bytes of messages of rtnetlink(7); `kernel/network/links.ts` sends them. */
import { parseInet, parseInet6 } from './address.ts'
import type { LinkOperation } from './backend.ts'

const RTM = {
  NEWLINK: 16,
  DELLINK: 17,
  GETLINK: 18,
  NEWADDR: 20,
  DELADDR: 21,
  NEWROUTE: 24,
  DELROUTE: 25,
} as const
const REQUEST = 1
const ACK = 4
const REPLACE = 0x100
const EXCLUSIVE = 0x200
const CREATE = 0x400
const IFF_UP = 1
const AF = { inet: 2, inet6: 10 } as const

/** One attribute: header, value, padding to four bytes. */
function attribute(type: number, value: Uint8Array): Buffer {
  const size = 4 + value.length
  const data = Buffer.alloc((size + 3) & ~3)
  data.writeUInt16LE(size, 0)
  data.writeUInt16LE(type, 2)
  data.set(value, 4)
  return data
}

const nested = (type: number, ...parts: Buffer[]): Buffer => attribute(type, Buffer.concat(parts))
const text = (type: number, value: string): Buffer => attribute(type, Buffer.from(`${value}\0`))
const ether = (value: string): Buffer =>
  attribute(
    1,
    Uint8Array.from(value.split(':'), byte => Number.parseInt(byte, 16)),
  )

function number(type: number, value: number, bytes: 1 | 2 | 4): Buffer {
  const data = Buffer.alloc(bytes)
  data.writeUIntLE(value, 0, bytes)
  return attribute(type, data)
}

/** A whole message; its sequence number is always 1, since only one message is under way at a time. */
function message(type: number, flags: number, header: Buffer, ...attributes: Buffer[]): Buffer {
  const body = Buffer.concat([header, ...attributes])
  const head = Buffer.alloc(16)
  head.writeUInt32LE(16 + body.length, 0)
  head.writeUInt16LE(type, 4)
  head.writeUInt16LE(flags | REQUEST, 6)
  head.writeUInt32LE(1, 8)
  return Buffer.concat([head, body])
}

function link(index = 0, flags = 0, change = 0): Buffer {
  const data = Buffer.alloc(16)
  data.writeInt32LE(index, 4)
  data.writeUInt32LE(flags, 8)
  data.writeUInt32LE(change, 12)
  return data
}

/** Asks for one link by name; the answer is a link message whose index is at byte 4 of its header. */
export function getLink(name: string): Buffer {
  return message(RTM.GETLINK, 0, link(), text(3, name))
}

function bytesOf(family: 'inet' | 'inet6', address: string): Buffer {
  if (family === 'inet') {
    const data = Buffer.alloc(4)
    data.writeUInt32BE(parseInet(address) ?? 0)
    return data
  }
  const data = Buffer.alloc(16)
  for (const [place, group] of (parseInet6(address) ?? []).entries()) data.writeUInt16BE(group, 2 * place)
  return data
}

function addressMessage(op: Extract<LinkOperation, { op: 'address' | 'unaddress' }>, index: number): Buffer {
  const family = op.address.includes(':') ? 'inet6' : 'inet'
  const header = Buffer.alloc(8)
  header[0] = AF[family]
  header[1] = op.prefix
  header.writeUInt32LE(index, 4)
  const bytes = bytesOf(family, op.address)
  const parts = [attribute(2, bytes), attribute(1, bytes)]
  // IFA_F_NODAD: the address works at once.
  if (family === 'inet6' && op.detect !== true) parts.push(number(8, 2, 4))
  if (op.broadcast !== undefined) parts.push(attribute(4, bytesOf('inet', op.broadcast)))
  if (op.op === 'unaddress') return message(RTM.DELADDR, ACK, header, ...parts)
  return message(RTM.NEWADDR, ACK | CREATE | REPLACE, header, ...parts)
}

function routeMessage(
  op: Extract<LinkOperation, { op: 'route' | 'unroute' }>,
  index: number | undefined,
): Buffer {
  const header = Buffer.alloc(12)
  const adding = op.op === 'route'
  header[0] = AF[op.family]
  header[1] = op.prefix
  header[4] = 254
  header[5] = adding ? 4 : 0
  header[6] = adding ? (op.gateway === undefined && op.reject === undefined ? 253 : 0) : 255
  header[7] = op.reject === 'blackhole' ? 6 : op.reject === 'reject' ? 7 : adding ? 1 : 0
  const parts: Buffer[] = []
  if (op.prefix > 0) parts.push(attribute(1, bytesOf(op.family, op.destination)))
  if (op.gateway !== undefined && op.reject === undefined)
    parts.push(attribute(5, bytesOf(op.family, op.gateway)))
  if (index !== undefined && op.reject === undefined) parts.push(number(4, index, 4))
  if (!adding) return message(RTM.DELROUTE, ACK, header, ...parts)
  return message(RTM.NEWROUTE, ACK | CREATE | REPLACE, header, ...parts)
}

/**
 * The message of one operation. `index` finds an interface of the stack by name and throws when there is none;
 * `namespace` gives a descriptor of another stack's namespace. Undefined for an operation without a message.
 */
export function encode(
  op: LinkOperation,
  index: (name: string) => number,
  namespace: (vnet: number) => number,
): Buffer | undefined {
  const make = ACK | CREATE | EXCLUSIVE
  switch (op.op) {
    case 'veth': {
      const peer = [link(), text(3, op.peer), ...(op.peerEther === undefined ? [] : [ether(op.peerEther)])]
      const info = nested(18, text(1, 'veth'), nested(2, nested(1, ...peer)))
      return message(RTM.NEWLINK, make, link(), text(3, op.name), ether(op.ether), info)
    }
    case 'bridge': {
      // The bridge has no forward delay, no spanning tree and no multicast snooping, so that frames pass at once.
      const data = nested(2, number(1, 0, 4), number(5, 0, 4), number(23, 0, 1))
      const info = nested(18, text(1, 'bridge'), data)
      return message(RTM.NEWLINK, make, link(), text(3, op.name), ether(op.ether), info)
    }
    case 'vlan': {
      const info = nested(18, text(1, 'vlan'), nested(2, number(1, op.tag, 2)))
      return message(RTM.NEWLINK, make, link(), text(3, op.name), number(5, index(op.parent), 4), info)
    }
    case 'up':
    case 'down':
      return message(RTM.NEWLINK, ACK, link(index(op.name), op.op === 'up' ? IFF_UP : 0, IFF_UP))
    case 'delete':
      return message(RTM.DELLINK, ACK, link(index(op.name)))
    case 'rename':
      return message(RTM.NEWLINK, ACK, link(index(op.name)), text(3, op.to))
    case 'mtu':
      return message(RTM.NEWLINK, ACK, link(index(op.name)), number(4, op.mtu, 4))
    case 'ether':
      return message(RTM.NEWLINK, ACK, link(index(op.name)), ether(op.ether))
    case 'master': {
      const bridge = op.bridge === undefined ? 0 : index(op.bridge)
      return message(RTM.NEWLINK, ACK, link(index(op.name)), number(10, bridge, 4))
    }
    case 'quiet':
      // IFLA_AF_SPEC, AF_INET6, IFLA_INET6_ADDR_GEN_MODE = none.
      return message(RTM.NEWLINK, ACK, link(index(op.name)), nested(26, nested(AF.inet6, number(8, 1, 1))))
    case 'move':
      return message(
        RTM.NEWLINK,
        ACK,
        link(index(op.name)),
        number(28, namespace(op.vnet), 4),
        text(3, op.to),
      )
    case 'address':
    case 'unaddress':
      return addressMessage(op, index(op.name))
    case 'route':
    case 'unroute':
      return routeMessage(op, op.name === undefined ? undefined : index(op.name))
    default:
      return undefined
  }
}
