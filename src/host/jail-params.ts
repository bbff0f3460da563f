/**
 * jail_get(2) and jail_set(2): parameters of a jail by name, typed by the running kernel's own catalogue (security.jail.param).
 */
import { SyscallError } from '../errors.ts'
import { errorText } from './abi/error-text.ts'
import {
  type EncodedParam,
  encodeParam,
  JAILSYS,
  type ParamType,
  typeOf,
  withoutNo,
} from './abi/jail-value.ts'
import { CTLTYPE, decodeNumbers } from './abi/kinfo.ts'
import { encodeIovec } from './abi/socket.ts'
import { addressOf, call, cString, lastErrno, readString } from './ffi/index.ts'
import { type Memory, memory } from './ffi/memory.ts'
import { sysctlByNumber, sysctlFormat, sysctlName, sysctlNumbers } from './sysctl.ts'

const ERRMSG_SIZE = 256
// sys/jail.h
const JAIL_CREATE = 1
const JAIL_UPDATE = 2
/** Buffer size for 255 addresses (the default of the sysctl security.jail.jail_max_af_ips) of 16 bytes each. */
const ADDRESSES_SIZE = 4096

/**
 * Calls jail_get(2): fills the buffers of `values`, and gives the jid and the length of each value. undefined when there is no
 * such jail (ENOENT); a dying jail counts as none. Other failures are SyscallErrors with the kernel's message.
 */
export function jailGet(
  key: readonly [name: 'jid' | 'name' | 'lastjid', value: number | string],
  values: readonly (readonly [name: string, buffer: Memory])[] = [],
): { jid: number; lengths: number[] } | undefined {
  const [keyName, keyValue] = key
  let keyBytes: Uint8Array
  if (typeof keyValue === 'number') {
    const number = memory(4)
    number.writeInt32(keyValue)
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
  // The kernel writes the true length of each value into its iovec; the first two iovecs are the key's.
  return { jid, lengths: values.map((_, index) => Number(iovec.readBigUInt64((2 * index + 3) * 16 + 8))) }
}

/** Gives parameters of a live jail as jls(8) prints them; undefined when the jail is gone, ENOENT for an unknown parameter. */
export function jailParams(jid: number, names: readonly string[]): Record<string, string> | undefined {
  const wanted = names.filter(name => name !== 'jid')
  const types = wanted.map(name => {
    const type = paramType(name)
    if (type === undefined) throw new SyscallError('jail_get', 'ENOENT', `unknown parameter: ${name}`)
    return type
  })
  const buffers = types.map(type =>
    memory(type.kind === 'ip4' || type.kind === 'ip6' ? ADDRESSES_SIZE : type.size),
  )
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

/** Gives the type of a parameter by the kernel's catalogue; undefined when the catalogue does not have the parameter. */
function paramType(name: string): ParamType | undefined {
  const oid = `security.jail.param.${name}`
  const numbers = sysctlNumbers(oid)
  const first = numbers && sysctlFormat(numbers)
  const mib = first?.kind === CTLTYPE.NODE ? unnamedChild(oid, numbers!) : numbers
  const described = mib === numbers ? first : mib && sysctlFormat(mib)
  if (mib === undefined || described === undefined) return undefined
  const { kind, format } = described
  // The value of a string parameter's sysctl is its size in decimal.
  const size = kind === CTLTYPE.STRING ? Number(readString(sysctlByNumber(mib) ?? memory(0))) || 1024 : 0
  return typeOf(kind, format, size)
}

/**
 * Finds the child without a name that gives a node of the catalogue its type: `host`, `ip4` and the like are jailsys
 * parameters, `allow.mount` is a boolean. The kernel registers the child next to the node, so that its number is the one
 * before or after the node's (lib/libjail/jail.c, jailparam_type).
 */
function unnamedChild(oid: string, node: readonly number[]): number[] | undefined {
  const own = node[node.length - 1]!
  return [own - 1, own + 1].map(number => [...node, number]).find(mib => sysctlName(mib) === `${oid}.`)
}

/**
 * Encodes one parameter of jail_set(2): a catalogued one, the `no` form of a boolean, or a key such as `meta.KEY` or `env.KEY`.
 */
function settable(name: string, text: string | true): EncodedParam {
  const type = paramType(name)
  if (type) return encodeParam(name, type, text)
  const positive = withoutNo(name)
  const negated = positive === undefined ? undefined : paramType(positive)
  if (negated?.kind === 'bool') return encodeParam(name, negated, text, true)
  // On FreeBSD 15 `meta.KEY` is one line of the parameter `meta`, whose format is `A,keyvalue` (sys/kern/kern_jailmeta.c).
  const dot = name.indexOf('.')
  const mib = dot === -1 ? undefined : sysctlNumbers(`security.jail.param.${name.slice(0, dot)}`)
  if (mib && sysctlFormat(mib)?.format === 'A,keyvalue')
    return encodeParam(name, { kind: 'string', size: 1024 }, text)
  throw new SyscallError('jail_set', 'EINVAL', `unknown parameter: ${name}`)
}

/**
 * Calls jail_set(2): makes or changes a jail by parameters in jail(8)'s words, and gives its jid. A failure is a SyscallError
 * with the kernel's message, or with the errno's text when the kernel gives no message. Unlike jail(8), this loads no kernel
 * module for a parameter that the kernel does not know.
 */
export function jailSet(
  parameters: readonly (readonly [name: string, value: string | true])[],
  mode: 'create' | 'update',
): number {
  const message = memory(ERRMSG_SIZE)
  const buffers: (Uint8Array | null)[] = []
  for (const [name, text] of parameters) {
    const encoded = settable(name, text)
    buffers.push(cString(encoded.name), encoded.value)
  }
  buffers.push(cString('errmsg'), message)
  const iovec = encodeIovec(
    buffers.map(buffer =>
      buffer === null || buffer.length === 0 ? [0, 0] : [addressOf(buffer), buffer.length],
    ),
  )
  const jid = call('jail_set', iovec, buffers.length, mode === 'create' ? JAIL_CREATE : JAIL_UPDATE)
  if (jid !== -1) return jid
  const errno = lastErrno()
  const subject = parameters.find(([name]) => name === 'name' || name === 'jid')?.[1]
  throw new SyscallError('jail_set', errno, readString(message) || errorText(errno), String(subject ?? ''))
}

/** Gives the text of a parameter's bytes as jls(8) prints it. It is exported for tests. */
export function formatParam(type: ParamType, bytes: Memory): string {
  switch (type.kind) {
    case 'bool':
      return bytes.readInt32(0) === 0 ? 'false' : 'true'
    case 'jailsys':
      return JAILSYS[bytes.readInt32(0)] ?? String(bytes.readInt32(0))
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

function chunks(bytes: Memory, size: number): Memory[] {
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  )
}

/** Prints an IPv6 address as inet_ntop(3) does: the first of the longest runs of at least two zero groups becomes `::`. */
function formatIp6(address: Memory): string {
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
