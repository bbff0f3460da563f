/** libjail's handling of parameters: names to types, text to values, values to text (lib/libjail/jail.c). */
import net from 'node:net'
import type { Json } from '../client.ts'
import type { Param } from '../kernel/params.ts'
import type { ToolContext } from './tool.ts'

/** A parameter as the user wrote it, found in the kernel's catalogue. */
export interface Resolved {
  param: Param
  /** It was given in its `no` form (`nopersist`, `allow.nomount`). */
  negative: boolean
}

/** jailparam_type: finds a parameter, also in its `no` form. undefined: `unknown parameter`. */
export function resolve(t: ToolContext, name: string): Resolved | undefined {
  const ask = (n: string) => t.call('jailParamType', n) as unknown as Param | null
  const exact = ask(name)
  if (exact !== null && exact.type !== 'node') return { param: exact, negative: false }
  const dot = name.lastIndexOf('.')
  const base = name.slice(dot + 1)
  if (!base.startsWith('no')) return undefined
  const positive = ask(name.slice(0, dot + 1) + base.slice(2))
  if (positive === null || (positive.type !== 'bool' && positive.type !== 'jailsys')) return undefined
  return { param: positive, negative: true }
}

/** A value that libjail refuses: the text after the parameter's name. */
export class ValueError extends Error {}

/** jailparam_import: text to the value the kernel takes. `undefined` text is a flag. */
export function parseValue({ param, negative }: Resolved, text: string | undefined): Json {
  const { name, type } = param
  switch (type) {
    case 'bool': {
      let value: boolean
      if (text === undefined || text === '' || text === 'true') value = true
      else if (text === 'false') value = false
      else if (/^[+-]?[0-9]+$/.test(text)) value = Number(text) !== 0
      else throw new ValueError(`${name}: unknown boolean value "${text}"`)
      return negative ? !value : value
    }
    case 'jailsys': {
      if (text === undefined || text === '') return negative ? 'disable' : 'new'
      if (!['disable', 'new', 'inherit'].includes(text))
        throw new ValueError(`${name}: unknown jailsys value "${text}"`)
      return text
    }
    case 'int':
    case 'ulong':
      if (!/^[+-]?(0x[0-9a-f]+|[0-9]+)$/i.test(text ?? ''))
        throw new ValueError(`${name}: non-integer value "${text ?? ''}"`)
      return integer(text ?? '')
    case 'ip4':
    case 'ip6': {
      const list = (text ?? '').split(',').filter(a => a !== '')
      for (const address of list)
        if ((type === 'ip4' ? net.isIPv4 : net.isIPv6)(address) === false)
          throw new ValueError(`${name}: not an ${type === 'ip4' ? 'IPv4' : 'IPv6'} address: ${address}`)
      return list
    }
    default:
      return text ?? ''
  }
}

function integer(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1
  const digits = text.replace(/^[+-]/, '')
  return sign * (/^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits))
}

/** jailparam_export: a value as text. */
export function showValue(value: Json): string {
  if (Array.isArray(value)) return value.join(',')
  return String(value)
}

/** The `no` form of a parameter's name. */
export function negated(name: string): string {
  const dot = name.lastIndexOf('.')
  return `${name.slice(0, dot + 1)}no${name.slice(dot + 1)}`
}
