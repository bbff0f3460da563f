/** Values of jail parameters for jail_set(2), made of jail(8)'s words as lib/libjail/jail.c makes them. */
import { encode } from '../../bytes.ts'
import { SyscallError } from '../../errors.ts'
import { type Memory, memory } from '../ffi/memory.ts'
import { parseIp4, parseIp6 } from './internet-address.ts'
import { CTLTYPE } from './kinfo.ts'

/** The type of a parameter by the kernel's catalogue (security.jail.param). `size` is the number of bytes of one value. */
export type ParamType =
  | { kind: 'bool' | 'jailsys' | 'ip4' | 'ip6'; size: number }
  | { kind: 'string'; size: number }
  | { kind: 'number'; size: number; ctltype: number }

/** Names of JAIL_SYS_DISABLE, JAIL_SYS_NEW and JAIL_SYS_INHERIT (sys/jail.h) in the order of their numbers, from 0 on. */
export const JAILSYS: readonly string[] = ['disable', 'new', 'inherit']

function refuse(text: string): SyscallError {
  return new SyscallError('jail_set', 'EINVAL', text)
}

/** A name and a value of jail_set(2)'s list; a boolean has no value. */
export interface EncodedParam {
  name: string
  value: Memory | null
}

/**
 * Encodes a parameter of a type. With `negated`, `name` is the `no` form of a boolean (`nopersist`, `allow.nomount`). The text
 * `true` (the value, not the word) stands for a parameter without a value. EINVAL with libjail's message for a value that the
 * type does not have.
 */
export function encodeParam(
  name: string,
  type: ParamType,
  text: string | true,
  negated = false,
): EncodedParam {
  if (type.kind === 'bool') {
    const on =
      text === true ||
      fromNames(['false', 'true'], text, () => `${name}: unknown boolean value "${text}"`) !== 0
    return { name: on ? name : negated ? withoutNo(name)! : withNo(name), value: null }
  }
  return { name, value: encodeValue(name, type, text === true ? '' : text) }
}

function encodeValue(name: string, type: Exclude<ParamType, { kind: 'bool' }>, text: string): Memory {
  switch (type.kind) {
    case 'string': {
      const bytes = encode(text)
      const value = memory(bytes.length + 1)
      value.set(bytes)
      return value
    }
    case 'jailsys': {
      const value = memory(4)
      const number =
        text === '' ? 1 : fromNames(JAILSYS, text, () => `${name}: unknown jailsys value "${text}"`)
      value.writeInt32(number)
      return value
    }
    case 'number': {
      const value = memory(type.size)
      if (!/^\s*[-+]?[0-9]*$/.test(text)) throw refuse(`${name}: non-integer value "${text}"`)
      const number = BigInt(text.trim().replace(/^\+/, '') || '0')
      if (type.size === 8) value.writeBigUInt64(number)
      else value.writeInt32(Number(BigInt.asIntN(32, number)))
      return value
    }
    case 'ip4':
      return addresses(name, text, 4, parseIp4, 'an IPv4')
    default:
      return addresses(name, text, 16, parseIp6, 'an IPv6')
  }
}

/** Gives the number of a name in upper or lower case, or a number itself, as libjail's jailparam_import_enum does. */
function fromNames(names: readonly string[], text: string, message: () => string): number {
  const at = names.indexOf(text.toLowerCase())
  if (at !== -1) return at
  if (!/^\s*[-+]?[0-9]+$/.test(text)) throw refuse(message())
  return Number(text)
}

/** Encodes a list of addresses that are separated by commas; an empty text and `-` are empty lists. */
function addresses(
  name: string,
  text: string,
  size: number,
  parse: (text: string) => Uint8Array | undefined,
  what: string,
): Memory {
  const list = text === '' || text === '-' ? [] : text.split(',')
  const value = memory(list.length * size)
  for (const [index, one] of list.entries()) {
    const bytes = parse(one)
    if (bytes === undefined) throw refuse(`${name}: not ${what} address: ${one}`)
    value.set(bytes, index * size)
  }
  return value
}

/** Gives the negative form of a boolean parameter: `allow.nomount` for `allow.mount`. */
export function withNo(name: string): string {
  const dot = name.lastIndexOf('.') + 1
  return `${name.slice(0, dot)}no${name.slice(dot)}`
}

/**
 * Gives the positive form of a boolean parameter: `allow.mount` for `allow.nomount`; undefined when its last part lacks the
 * `no`.
 */
export function withoutNo(name: string): string | undefined {
  const dot = name.lastIndexOf('.') + 1
  return name.startsWith('no', dot) ? name.slice(0, dot) + name.slice(dot + 2) : undefined
}

/** Gives the type of a parameter by its oid's kind and format; undefined when libjail has none. `size` is that of a string. */
export function typeOf(kind: number, format: string, size: number): ParamType | undefined {
  if (format === 'E,jailsys') return { kind: 'jailsys', size: 4 }
  if (kind === CTLTYPE.INT && format.startsWith('B')) return { kind: 'bool', size: 4 }
  if (kind === CTLTYPE.STRING) return { kind: 'string', size }
  if (format.startsWith('S,in_addr')) return { kind: 'ip4', size: 4 }
  if (format.startsWith('S,in6_addr')) return { kind: 'ip6', size: 16 }
  if (kind === CTLTYPE.INT || kind === CTLTYPE.UINT) return { kind: 'number', size: 4, ctltype: kind }
  const wide = [CTLTYPE.LONG, CTLTYPE.ULONG, CTLTYPE.S64, CTLTYPE.U64] as readonly number[]
  return wide.includes(kind) ? { kind: 'number', size: 8, ctltype: kind } : undefined
}
