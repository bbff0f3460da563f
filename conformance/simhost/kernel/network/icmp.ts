/** Sends the echo requests of ping(8) by raw sockets in the network namespace of the caller. */
import { ptr } from 'bun:ffi'
import { errno, libc } from '../../libc.ts'
import { parseInet, parseInet6 } from '../../rules/net/address.ts'
import type { Echo, EchoRequest } from '../../rules/net/ping.ts'

const IDENTIFIER = 0x4a57
const ERRORS: Readonly<Record<number, string>> = {
  1: 'Permission denied',
  13: 'Permission denied',
  99: "Can't assign requested address",
  100: 'Network is down',
  101: 'Network is unreachable',
  113: 'No route to host',
}

function checksum(data: Buffer): number {
  let sum = 0
  for (let at = 0; at < data.length; at += 2) sum += (data[at]! << 8) + (data[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** sockaddr_in or sockaddr_in6. */
function socketAddress(family: 'inet' | 'inet6', address: string): Buffer {
  if (family === 'inet') {
    const data = Buffer.alloc(16)
    data.writeUInt16LE(2, 0)
    data.writeUInt32BE(parseInet(address) ?? 0, 4)
    return data
  }
  const data = Buffer.alloc(28)
  data.writeUInt16LE(10, 0)
  for (const [place, group] of (parseInet6(address) ?? []).entries()) data.writeUInt16BE(group, 8 + 2 * place)
  return data
}

/** Sends one echo request from the current namespace and waits for its answer. */
export function sendEcho(request: EchoRequest): Echo {
  const six = request.family === 'inet6'
  const fd = libc.socket(six ? 10 : 2, 3 | 0x80000, six ? 58 : 1)
  if (fd < 0) return { error: ERRORS[errno()] ?? 'Operation not permitted' }
  try {
    if (request.scope !== undefined) {
      const device = Buffer.from(`${request.scope}\0`)
      libc.setsockopt(fd, 1, 25, ptr(device), device.length)
    }
    // Only a control message tells the hop limit of an IPv6 answer; every stack here sends 64.
    if (request.source !== undefined) {
      const own = socketAddress(request.family, request.source)
      if (libc.bind(fd, ptr(own), own.length) < 0) return { error: ERRORS[errno()] ?? 'Invalid argument' }
    }
    const target = socketAddress(request.family, request.address)
    if (libc.connect(fd, ptr(target), target.length) < 0)
      return { error: ERRORS[errno()] ?? 'No route to host' }
    const packet = Buffer.alloc(8 + request.size)
    packet[0] = six ? 128 : 8
    packet.writeUInt16BE(IDENTIFIER, 4)
    packet.writeUInt16BE(request.sequence, 6)
    for (let at = 8; at < packet.length; at += 1) packet[at] = at & 0xff
    if (!six) packet.writeUInt16BE(checksum(packet), 2)
    const start = performance.now()
    if (Number(libc.send(fd, ptr(packet), packet.length, 0)) < 0)
      return { error: ERRORS[errno()] ?? 'No route to host' }
    return receive(fd, request, start)
  } finally {
    libc.close(fd)
  }
}

function receive(fd: number, request: EchoRequest, start: number): Echo {
  const six = request.family === 'inet6'
  const answer = Buffer.alloc(2048)
  for (;;) {
    const left = request.timeout - (performance.now() - start)
    if (left <= 0) return 'timeout'
    const set = Buffer.alloc(8)
    set.writeInt32LE(fd, 0)
    set.writeInt16LE(1, 4)
    if (libc.poll(ptr(set), 1, Math.ceil(left)) <= 0) return 'timeout'
    const size = Number(libc.recv(fd, ptr(answer), answer.length, 0))
    if (size < 0) return { error: ERRORS[errno()] ?? 'No route to host' }
    const head = six ? 0 : (answer[0]! & 15) * 4
    const isReply = answer[head] === (six ? 129 : 0)
    if (!isReply || answer.readUInt16BE(head + 4) !== IDENTIFIER) continue
    if (answer.readUInt16BE(head + 6) !== request.sequence) continue
    const milliseconds = performance.now() - start
    const from = six ? request.address : [...answer.subarray(12, 16)].join('.')
    return { from, ttl: six ? 64 : answer[8]!, milliseconds, bytes: size - head }
  }
}
