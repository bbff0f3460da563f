/** jail_get(2): parameters of a jail by name, typed by the running kernel's own catalogue (security.jail.param). */
import { SyscallError } from '../errors.ts'
import { errorText } from './abi/error-text.ts'
import { CTLTYPE, decodeNumbers } from './abi/kinfo.ts'
import { encodeIovec } from './abi/socket.ts'
import { addressOf, call, cString, lastErrno, readString } from './ffi/index.ts'
import { type Bytes, type Memory, memory } from './ffi/memory.ts'
import { sysctlByNumber, sysctlFormat, sysctlNumbers } from './sysctl.ts'

const ERRMSG_SIZE = 256
const JAILSYS = ['disable', 'new', 'inherit']
/** Room for 255 addresses (security.jail.jail_max_af_ips) of 16 bytes. */
const ADDRESSES_SIZE = 4096

/** How a parameter is passed: bytes of its buffer and how they read. */
type ParamType =
  | { kind: 'bool' | 'jailsys' | 'ip4' | 'ip6'; size: number }
  | { kind: 'string'; size: number }
  | { kind: 'number'; size: number; ctltype: number }

/** The values of one jail_get(2) call; undefined when there is no such jail (ENOENT; a dying one counts as none). */
export function jailGet(
  key: readonly [name: 'jid' | 'name' | 'lastjid', value: number | string],
  values: readonly (readonly [name: string, buffer: Memory])[] = [],
): { jid: number; lengths: number[] } | undefined {
  const [keyName, keyValue] = key
  let keyBytes: Uint8Array
  if (typeof keyValue === 'number') {
    const number = memory(4)
    number.writeInt32LE(keyValue)
    keyBytes = number
  } else keyBytes = cString(keyValue)
  const message = memory(ERRMSG_SIZE)
  const buffers: Uint8Array[] = []
  for (const [name, buffer] of [[keyName, keyBytes] as const, ...values, ['errmsg', message] as const])
    buffers.push(cString(name), buffer)
  const iovec = encodeIovec(buffers.map(buffer => [addressOf(buffer), buffer.length]))
  const jid = call('jail_get', iovec, buffers.length, 0)
  if (jid === -1) {
    const errno = lastErrno()
    if (errno === 'ENOENT') return undefined
    throw new SyscallError('jail_get', errno, readString(message) || errorText(errno), String(keyValue))
  }
  // The kernel writes the true lengths back; the first pair is the key.
  return { jid, lengths: values.map((_, index) => Number(iovec.readBigUInt64LE((2 * index + 3) * 16 + 8))) }
}

/** Parameters of a live jail as jls(8) prints them, undefined when it is gone; ENOENT for an unknown parameter. */
export function jailParams(jid: number, names: readonly string[]): Record<string, string> | undefined {
  const wanted = names.filter(name => name !== 'jid')
  const types = wanted.map(paramType)
  const buffers = types.map(type => memory(type.size))
  const got = jailGet(
    ['jid', jid],
    wanted.map((name, index) => [name, buffers[index]!]),
  )
  if (got === undefined) return undefined
  const result: Record<string, string> = {}
  if (names.includes('jid')) result.jid = String(got.jid)
  for (const [index, name] of wanted.entries())
    result[name] = formatParam(types[index]!, buffers[index]!.subarray(0, got.lengths[index]))
  return result
}

function paramType(name: string): ParamType {
  const mib = sysctlNumbers(`security.jail.param.${name}`)
  const described = mib && sysctlFormat(mib)
  if (mib === undefined || described === undefined)
    throw new SyscallError('jail_get', 'ENOENT', `unknown parameter: ${name}`)
  const { kind, format } = described
  // A node is a module's switch (host, ip4, linux): libjail finds an unnamed child there, of type jailsys.
  if (kind === CTLTYPE.NODE || format === 'E,jailsys') return { kind: 'jailsys', size: 4 }
  if (kind === CTLTYPE.INT && format.startsWith('B')) return { kind: 'bool', size: 4 }
  // The value of a string parameter's sysctl is its size in decimal.
  if (kind === CTLTYPE.STRING)
    return { kind: 'string', size: Number(readString(sysctlByNumber(mib) ?? memory(0))) || 1024 }
  if (format.startsWith('S,in_addr')) return { kind: 'ip4', size: ADDRESSES_SIZE }
  if (format.startsWith('S,in6_addr')) return { kind: 'ip6', size: ADDRESSES_SIZE }
  const wide = kind === CTLTYPE.LONG || kind === CTLTYPE.ULONG || kind === CTLTYPE.S64 || kind === CTLTYPE.U64
  return { kind: 'number', size: wide ? 8 : 4, ctltype: kind }
}

/** Exported for tests: the text of a parameter's bytes. */
export function formatParam(type: ParamType, bytes: Bytes): string {
  switch (type.kind) {
    case 'bool':
      return bytes.readInt32LE(0) === 0 ? 'false' : 'true'
    case 'jailsys':
      return JAILSYS[bytes.readInt32LE(0)] ?? String(bytes.readInt32LE(0))
    case 'string':
      return readString(bytes)
    case 'ip4':
      return chunks(bytes, 4)
        .map(address => address.join('.'))
        .join(',')
    case 'ip6':
      return chunks(bytes, 16).map(formatIp6).join(',')
    case 'number':
      return decodeNumbers(type.ctltype, bytes)?.[0]?.toString() ?? ''
  }
}

function chunks(bytes: Bytes, size: number): Bytes[] {
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  )
}

/** inet_ntop(3) for IPv6: the first of the longest runs of zero groups (at least two) becomes `::`. */
function formatIp6(address: Bytes): string {
  const groups = Array.from({ length: 8 }, (_, index) => address.readUInt16BE(index * 2).toString(16))
  let best = { start: 0, length: 1 }
  for (let start = 0; start < 8; start++) {
    let length = 0
    while (groups[start + length] === '0') length++
    if (length > best.length) best = { start, length }
  }
  if (best.length === 1) return groups.join(':')
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`
}
