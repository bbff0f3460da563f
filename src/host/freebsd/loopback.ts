/** The loopback interface in the network stack of the calling process. */

import { abi } from '../abi/index.ts'
import {
  AF_INET,
  AF_INET6,
  address6Request,
  addressRequest,
  IFF_UP,
  IFREQ,
  interfaceRequest,
  SIOC,
  SOCK_DGRAM,
} from '../abi/interface-request.ts'
import { call, check, failure, lastErrno } from '../ffi/index.ts'
import type { Memory } from '../ffi/memory.ts'
import { closeFile } from '../files.ts'

const NAME = 'lo0'

/**
 * Adds the addresses 127.0.0.1/8 and ::1/128 to lo0 and brings the interface up. In a kernel without one of the two address
 * families the address of that family is left out.
 */
export function loopbackUp(): void {
  inFamily(AF_INET, socket => {
    request(socket, 'AIFADDR', addressRequest(NAME, Uint8Array.of(127, 0, 0, 1), 8))
  })
  inFamily(AF_INET6, socket => {
    const address = new Uint8Array(16)
    address[15] = 1
    request(socket, 'AIFADDR_IN6', address6Request(NAME, address, 128))
  })
  const up = (socket: number) => {
    const flags = interfaceRequest(NAME)
    request(socket, 'GIFFLAGS', flags)
    flags.writeUInt16(flags.readUInt16(IFREQ.flags) | IFF_UP, IFREQ.flags)
    request(socket, 'SIFFLAGS', flags)
  }
  if (!inFamily(AF_INET, up)) inFamily(AF_INET6, up)
}

/** Opens a socket of an address family for the time of `action`; false when the kernel does not have the family. */
function inFamily(family: number, action: (socket: number) => void): boolean {
  const socket = call('socket', family, SOCK_DGRAM | abi.socket.SOCK_CLOEXEC, 0)
  if (socket === -1) {
    const errno = lastErrno()
    if (errno === 'EAFNOSUPPORT' || errno === 'EPROTONOSUPPORT') return false
    throw failure('socket', errno, NAME)
  }
  try {
    action(socket)
    return true
  } finally {
    closeFile(socket)
  }
}

function request(socket: number, name: keyof typeof SIOC, data: Memory): void {
  check('ioctl', `SIOC${name} ${NAME}`, socket, SIOC[name], data)
}
