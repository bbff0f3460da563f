/** The loopback interface of the calling process's network stack. */

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
 * Gives lo0 127.0.0.1/8 and ::1/128 and brings it up: what `ifconfig lo0 127.0.0.1/8 up` does in a new vnet jail. A kernel
 * without one of the two families has no address of it.
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
    flags.writeUInt16LE(flags.readUInt16LE(IFREQ.flags) | IFF_UP, IFREQ.flags)
    request(socket, 'SIFFLAGS', flags)
  }
  if (!inFamily(AF_INET, up)) inFamily(AF_INET6, up)
}

/** Does something with a socket of a family; false when the kernel has no such family. */
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
