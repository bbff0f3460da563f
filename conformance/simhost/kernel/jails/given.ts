/** Turns the words of a request into parameters: names from the catalogue, values of the kernel's types (libjail). */
import type { Json } from '../../client.ts'
import { findParam } from '../../rules/jail/catalogue.ts'
import { parseValue, resolve, ValueError } from '../../rules/jail/values.ts'
import { KernelError } from '../kernel.ts'
import type { Klds } from '../klds.ts'
import type { Value } from './table.ts'

/** Reads one pair of the request; EINVAL for anything else. */
function pairOf(pair: Json): [string, string | undefined] {
  if (Array.isArray(pair) && typeof pair[0] === 'string') {
    if (pair[1] === true) return [pair[0], undefined]
    if (typeof pair[1] === 'string') return [pair[0], pair[1]]
  }
  throw new KernelError('EINVAL', 'a parameter is a name and a text or true')
}

/** The values by the positive names of their parameters. EINVAL with the text of the kernel or of libjail. */
export function givenOf(klds: Klds, parameters: Json | undefined): Map<string, Value> {
  if (!Array.isArray(parameters)) throw new KernelError('EINVAL')
  const given = new Map<string, Value>()
  for (const [name, text] of parameters.map(pairOf)) {
    const found = resolve(wanted => findParam(klds, wanted), name)
    if (found === undefined) throw new KernelError('EINVAL', `unknown parameter: ${name}`)
    try {
      given.set(found.param.name, parseValue(found, text) as Value)
    } catch (error) {
      throw error instanceof ValueError ? new KernelError('EINVAL', error.message) : error
    }
  }
  return given
}
