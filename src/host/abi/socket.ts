/** Structures for unix sockets of both hosts: sockaddr_un, and msghdr with one SCM_RIGHTS message. */
import { encode, type Memory, memory } from '../ffi/memory.ts'
import type { Abi } from './abi.ts'

const AF_UNIX = 1
const SCM_RIGHTS = 1
/** Offset of sun_path: on both hosts two bytes of length and family precede the path. */
const PATH_OFFSET = 2

/**
 * Gives a struct sockaddr_un and the length for connect(2). A path that starts with NUL is one of Linux's abstract names, whose
 * length does not count a final NUL. RangeError for a path of more than `abi.socket.pathMax` bytes, which the caller excludes.
 */
export function encodeUnixAddress(abi: Abi, path: string): { bytes: Memory; length: number } {
  const name = encode(path)
  if (name.length > abi.socket.pathMax) throw new RangeError('socket path too long')
  const bytes = memory(PATH_OFFSET + abi.socket.pathMax + 1)
  const length = PATH_OFFSET + name.length + (name[0] === 0 ? 0 : 1)
  if (abi.socket.lengthByte) {
    bytes.writeUInt8(length, 0)
    bytes.writeUInt8(AF_UNIX, 1)
  } else {
    bytes.writeUInt16(AF_UNIX, 0)
  }
  bytes.set(name, PATH_OFFSET)
  return { bytes, length }
}

/** Gives a struct cmsghdr with one descriptor: CMSG_SPACE(4) bytes, of which the member cmsg_len counts CMSG_LEN(4). */
export function encodeRights(abi: Abi, fd: number): Memory {
  const { lenBytes, level, type, data } = abi.cmsghdr
  const bytes = memory(data + 8)
  if (lenBytes === 8) bytes.writeBigUInt64(BigInt(data + 4), 0)
  else bytes.writeUInt32(data + 4, 0)
  bytes.writeInt32(abi.socket.SOL_SOCKET, level)
  bytes.writeInt32(SCM_RIGHTS, type)
  bytes.writeInt32(fd, data)
  return bytes
}

/** Gives an array of struct iovec from addresses and lengths. */
export function encodeIovec(entries: readonly (readonly [address: number, length: number])[]): Memory {
  const bytes = memory(Math.max(entries.length, 1) * 16)
  for (const [index, [address, length]] of entries.entries()) {
    bytes.writeBigUInt64(BigInt(address), index * 16)
    bytes.writeBigUInt64(BigInt(length), index * 16 + 8)
  }
  return bytes
}

/** Gives a struct msghdr without an address, with one iovec and a control message. */
export function encodeMessage(
  abi: Abi,
  message: { iovAddress: number; controlAddress: number; controlLength: number },
): Memory {
  const { size, controllen, iovlenBytes, controllenBytes } = abi.msghdr
  const bytes = memory(size)
  bytes.writeBigUInt64(BigInt(message.iovAddress), 16)
  if (iovlenBytes === 8) bytes.writeBigUInt64(1n, 24)
  else bytes.writeInt32(1, 24)
  bytes.writeBigUInt64(BigInt(message.controlAddress), 32)
  if (controllenBytes === 8) bytes.writeBigUInt64(BigInt(message.controlLength), controllen)
  else bytes.writeUInt32(message.controlLength, controllen)
  return bytes
}
