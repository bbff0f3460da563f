import { expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { type CommandName, commands, optionsOf, specOf } from '../../src/cli/commands.ts'
import { fastParse } from '../../src/cli/fast-parse.ts'
import { globalOptions } from '../../src/cli/table/global.ts'
import type { OptionSpec } from '../../src/cli/table/types.ts'
import { toInvocation } from '../../src/cli/values.ts'
import { version } from '../../src/cli/version.ts'

const names = Object.keys(commands) as CommandName[]

test.each(names)('no option or letter of the command %s hides a global one or is used twice', name => {
  const own: Readonly<Record<string, OptionSpec>> = specOf(name).options
  const hidden = Object.keys(own).filter(option => option in globalOptions)
  // runc has both: `runc --rootless auto ...` and the flag of `runc spec --rootless`.
  expect(hidden).toEqual(name === 'spec' ? ['rootless'] : [])
  for (const option of hidden) expect(globalOptions).toHaveProperty([option, 'ignored'], true)
  const letters = Object.values(optionsOf(name)).flatMap(({ alias }) => alias ?? [])
  expect(letters).toEqual([...new Set(letters)])
})

test.each(names)('the command %s states its purpose in the form of the help', name => {
  const { purpose, options, positionals, examples } = specOf(name)
  expect(purpose).toMatch(/^[A-Z].*[^.]$/)
  expect(examples.length).toBeGreaterThan(0)
  for (const [option, spec] of Object.entries(options)) {
    expect(spec.describe, option).toMatch(/^\S.*[^.]$/)
    expect(spec.value !== undefined, `--${option} names its value`).toBe(spec.type !== 'flag')
    if (spec.default !== undefined && spec.choices) expect(spec.choices).toContain(spec.default)
  }
  // A word after an optional one could not be told from it.
  const required = positionals.map(positional => positional.required === true)
  expect(required).toEqual([...required].sort((a, b) => Number(b) - Number(a)))
})

test.each(names.flatMap(name => specOf(name).examples.map(([line]) => [line, name] as const)))(
  'the example "%s" is a correct command line',
  (line, name) => {
    const argv = line.replace(/ > .*$/, '').split(' ')
    const parsed = fastParse(argv)
    expect(parsed?.command).toBe(name)
    expect(() => toInvocation(name, parsed!.raw, parsed!.words)).not.toThrow()
  },
)

test("the program's version equals that of package.json", () => {
  expect(version).toBe(packageJson.version)
})
