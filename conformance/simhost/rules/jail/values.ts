/** libjail's handling of parameters: names to types, text to values, values to text (lib/libjail/jail.c). */
import net from 'node:net'
import type { Json } from '../../client.ts'
import { formatInet6, parseInet6 } from '../net/address.ts'
import { negated, type Param } from './catalogue.ts'

/** A parameter as the user wrote it, found in the kernel's catalogue. */
export interface Resolved {
  param: Param
  /** True for the `no` form (`nopersist`, `allow.nomount`). */
  negative: boolean
}

/**
 * jailparam_type: finds a parameter, a boolean also in its `no` form. `ask` looks a name up in the catalogue. The result
 * is undefined for an unknown parameter.
 */
export function resolve(ask: (name: string) => Param | undefined, name: string): Resolved | undefined {
  const exact = ask(name)
  if (exact !== undefined && exact.type !== 'node') return { param: exact, negative: false }
  const dot = name.lastIndexOf('.')
  const base = name.slice(dot + 1)
  if (!base.startsWith('no')) return undefined
  const positive = ask(name.slice(0, dot + 1) + base.slice(2))
  if (positive === undefined || positive.type !== 'bool') return undefined
  return { param: positive, negative: true }
}

/** A value that libjail refuses: the text after `jail: `. */
export class ValueError extends Error {}

const BOOLEANS = ['false', 'true']
const JAILSYS = ['disable', 'new', 'inherit']

/** jailparam_import_enum: a word in any case, or any decimal number; undefined for another text. */
function enumerated(words: readonly string[], text: string): number | string | undefined {
  const at = words.indexOf(text.toLowerCase())
  return at >= 0 ? at : decimal(text, 32)
}

/**
 * strtol(3) to the end of the text, cut to the bits of the type; a text without digits is 0. A value that a number of
 * JavaScript cannot hold stays text. The result is undefined for another text.
 */
function decimal(text: string, bits: 32 | 64): number | string | undefined {
  if (!/^([ \t\n\v\f\r]*[+-]?[0-9]+)?$/.test(text)) return undefined
  const digits = text.trim()
  const value = BigInt(digits.replace(/^[+-]/, '') || '0') * (digits.startsWith('-') ? -1n : 1n)
  if (bits === 32) return Number(BigInt.asIntN(32, clamp(value, -(2n ** 63n), 2n ** 63n - 1n)))
  const long = BigInt.asUintN(64, clamp(value, -(2n ** 64n) + 1n, 2n ** 64n - 1n))
  return long <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(long) : String(long)
}

function clamp(value: bigint, low: bigint, high: bigint): bigint {
  return value < low ? low : value > high ? high : value
}

/** jailparam_import: turns a text into the kernel's value. An undefined text is a parameter without a value. */
export function parseValue({ param, negative }: Resolved, text: string | undefined): Json {
  const { type } = param
  const name = negative ? negated(param.name) : param.name
  const value = text ?? ''
  switch (type) {
    case 'bool': {
      const given = text === undefined ? 1 : enumerated(BOOLEANS, value)
      if (given === undefined) throw new ValueError(`${name}: unknown boolean value "${value}"`)
      return (given !== 0) !== negative
    }
    case 'jailsys': {
      const given = value === '' ? 1 : enumerated(JAILSYS, value)
      if (given === undefined) throw new ValueError(`${name}: unknown jailsys value "${value}"`)
      return JAILSYS[Number(given)] ?? String(given)
    }
    case 'int':
    case 'ulong': {
      const given = decimal(value, type === 'int' ? 32 : 64)
      if (given === undefined) throw new ValueError(`${name}: non-integer value "${value}"`)
      return given
    }
    case 'ip4':
    case 'ip6': {
      if (value === '' || value === '-') return []
      const list = value.split(',')
      for (const address of list)
        if ((type === 'ip4' ? net.isIPv4 : isPlainIPv6)(address) === false)
          throw new ValueError(`${name}: not an ${type === 'ip4' ? 'IPv4' : 'IPv6'} address: ${address}`)
      return type === 'ip4' ? list : list.map(address => formatInet6(parseInet6(address) ?? []))
    }
    case 'keyed':
      // A key without a value is taken away.
      return text === undefined && param.name.includes('.') ? null : value
    default:
      return value
  }
}

/** inet_pton(3) knows no scope. */
function isPlainIPv6(address: string): boolean {
  return net.isIPv6(address) && !address.includes('%')
}

/** jailparam_export: a value as text. */
export function showValue(value: Json): string {
  if (Array.isArray(value)) return value.join(',')
  return String(value)
}
