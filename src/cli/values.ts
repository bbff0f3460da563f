/**
 * Turns the result of a parser (strings, booleans, arrays of strings) into the typed values of a command. Both parsers
 * use this file, so numbers, choices and missing words are checked and reported in one place.
 */
import { last } from '../es2020.ts'
import { type CommandName, type Invocation, optionsOf, specOf } from './commands.ts'
import type { OptionSpec } from './table/types.ts'
import { usageError } from './usage.ts'

/** The value of one option as a parser returns it. */
export type RawValue = string | boolean | readonly string[] | undefined
/** The values of all options as a parser returns them. */
export type RawValues = Readonly<Record<string, RawValue>>

type Value = string | number | boolean | readonly string[] | undefined

function toValue(name: string, spec: OptionSpec, raw: RawValue, command: CommandName | undefined): Value {
  if (spec.type === 'flag') return raw === true
  if (spec.type === 'list') return raw === undefined ? [] : Array.isArray(raw) ? raw : [String(raw)]
  // The last one counts when an option is repeated, as with runc.
  const text = typeof raw === 'object' ? last(raw) : raw === undefined ? undefined : String(raw)
  if (text === undefined) return spec.default
  if (spec.type === 'integer') {
    const number = Number(text)
    const { min } = spec
    if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(number) || (min !== undefined && number < min)) {
      const allowed = min === undefined ? 'a whole number' : `a whole number, ${min} or more`
      throw usageError(`--${name} must be ${allowed}, not ${JSON.stringify(text)}`, command)
    }
    return number
  }
  if (spec.choices && !spec.choices.includes(text)) {
    throw usageError(`--${name} must be ${spec.choices.join(' or ')}, not ${JSON.stringify(text)}`, command)
  }
  return text
}

function toWords(command: CommandName, words: readonly string[]): Record<string, Value> {
  const named: Record<string, Value> = {}
  const { positionals } = specOf(command)
  let at = 0
  for (const { name, value, required, variadic } of positionals) {
    if (required && words[at] === undefined) throw usageError(`${value} is missing`, command)
    if (variadic) {
      named[name] = words.slice(at)
      at = words.length
    } else named[name] = words[at++]
  }
  if (words.length > at) {
    throw usageError(`unexpected argument ${JSON.stringify(words[at])}`, command)
  }
  return named
}

/**
 * Checks the parsed options and returns their values by name.
 * @throws JailwrightError USAGE.
 */
export function toOptions(command: CommandName | undefined, raw: RawValues): Record<string, Value> {
  const values: Record<string, Value> = {}
  const options = optionsOf(command)
  for (const name in options) values[name] = toValue(name, options[name]!, raw[name], command)
  return values
}

/**
 * Returns the typed invocation of a command.
 * @throws JailwrightError USAGE.
 */
export function toInvocation(
  command: CommandName,
  raw: RawValues,
  words: readonly string[],
): Invocation<CommandName> {
  const values = toOptions(command, raw)
  // toOptions and toWords follow the table from which the types are derived; the compiler cannot see that across their
  // loops.
  return {
    command,
    globals: values,
    options: values,
    words: toWords(command, words),
  } as unknown as Invocation<CommandName>
}
