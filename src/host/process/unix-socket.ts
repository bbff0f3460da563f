/** Unix stream sockets: connecting to a path, even to one that is longer than sun_path, and sending a descriptor. */

import { SyscallError } from '../../errors.ts'
import { errorText } from '../abi/error-text.ts'
import { abi } from '../abi/index.ts'
import { encodeIovec, encodeMessage, encodeRights, encodeUnixAddress } from '../abi/socket.ts'
import { addressOf, call, check, lastError } from '../ffi/index.ts'
import { encode, memoryOf } from '../ffi/memory.ts'
import { openFile } from '../files.ts'
import { close } from './descriptors.ts'

const AF_UNIX = 1
const SOCK_STREAM = 1

/**
 * Gives a connected, close-on-exec socket. A `path` that starts with NUL is an abstract name, which only Linux has (unix(7)).
 */
export function connectUnix(path: string): number {
  const socket = check('socket', undefined, AF_UNIX, SOCK_STREAM | abi.socket.SOCK_CLOEXEC, 0)
  try {
    if (encode(path).length <= abi.socket.pathMax) connectShort(socket, path, path)
    else connectLong(socket, path)
    return socket
  } catch (error) {
    close(socket)
    throw error
  }
}

function connectShort(socket: number, path: string, subject: string): void {
  const address = encodeUnixAddress(abi, path)
  check('connect', subject, socket, address.bytes, address.length)
}

/**
 * Connects through a descriptor of the socket's directory: with connectat(2) on FreeBSD, and with a path below /proc/self/fd on
 * Linux. The descriptor is closed before this returns, because jail_attach(2) refuses a process that has a directory open.
 */
function connectLong(socket: number, path: string): void {
  const slash = path.lastIndexOf('/')
  const name = path.slice(slash + 1)
  const short = (directory: number) => (abi.os === 'freebsd' ? name : `/proc/self/fd/${directory}/${name}`)
  const directory = openFile(
    slash === -1 ? '.' : path.slice(0, slash) || '/',
    abi.open.DIRECTORY | abi.open.CLOEXEC | abi.open.PATH,
  )
  try {
    if (encode(short(directory)).length > abi.socket.pathMax)
      throw new SyscallError('connect', 'ENAMETOOLONG', errorText('ENAMETOOLONG'), path)
    if (abi.os === 'freebsd') {
      const address = encodeUnixAddress(abi, name)
      check('connectat', path, directory, socket, address.bytes, address.length)
    } else {
      connectShort(socket, short(directory), path)
    }
  } finally {
    close(directory)
  }
}

/**
 * Connects to `socketPath`, sends `payload` with one descriptor (SCM_RIGHTS), and closes the socket. An empty payload is sent
 * as NUL.
 */
export function sendDescriptor(socketPath: string, fd: number, payload: string): void {
  const socket = connectUnix(socketPath)
  try {
    const data = memoryOf(encode(payload === '' ? '\0' : payload))
    const iovec = encodeIovec([[addressOf(data), data.length]])
    const control = encodeRights(abi, fd)
    const message = encodeMessage(abi, {
      iovAddress: addressOf(iovec),
      controlAddress: addressOf(control),
      controlLength: control.length,
    })
    if (call('sendmsg', socket, message, abi.socket.MSG_NOSIGNAL) === -1)
      throw lastError('sendmsg', socketPath)
  } finally {
    close(socket)
  }
}
