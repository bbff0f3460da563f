/** Generating documents of a schema: valid ones, and ones with a few mistakes. */
import fc from 'fast-check'

/** The keywords that the schemas of spec/ use. */
export interface Schema {
  type?: string
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  additionalProperties?: Schema
  enum?: string[]
  pattern?: string
  minimum?: number
  maximum?: number
  minItems?: number
  $ref?: string
  $defs?: Record<string, Schema>
}

/** Texts that match the patterns of the schemas. A test compares the keys with the schemas. */
export const samples: Readonly<Record<string, readonly string[]>> = {
  '^RLIMIT_[A-Z]+$': ['RLIMIT_NOFILE', 'RLIMIT_AS', 'RLIMIT_X'],
  '^[0-9, -]*$': ['', '0-3,7', '1, 2'],
  '^[1-9][0-9]*[KMG]B$': ['64KB', '2MB', '1GB'],
  '^[cbup]$': ['c', 'b', 'u', 'p'],
  '^MB:[^\\n]*$': ['MB:0=10'],
  '^CAP_[A-Z_]+$': ['CAP_CHOWN'],
}

const junk: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  null,
  true,
  '',
  'junk',
  'RLIMIT_',
  '64kB',
  -1,
  0,
  0.5,
  3,
  256,
  512,
  65536,
  2 ** 32,
  -(2 ** 31) - 1,
  2 ** 63,
  2 ** 64,
  2 ** 65,
  -(2 ** 64),
  [],
  {},
  [{}],
  ['x'],
  [5],
)

/**
 * Gives documents of a schema. `mistakes` is the number of values, of a thousand, that are replaced by junk, or left out when
 * they are required.
 */
export function documents(schema: Schema, mistakes: number): fc.Arbitrary<unknown> {
  const definitions = schema.$defs ?? {}
  const maybeJunk = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
    mistakes === 0
      ? value
      : fc.oneof({ weight: 1000 - mistakes, arbitrary: value }, { weight: mistakes, arbitrary: junk })
  const of = (given: Schema): fc.Arbitrary<unknown> => {
    const node = given.$ref ? (definitions[given.$ref.split('/').at(-1) as string] as Schema) : given
    return maybeJunk(plain(node))
  }
  const plain = (node: Schema): fc.Arbitrary<unknown> => {
    if (node.enum) return fc.constantFrom(...node.enum)
    switch (node.type) {
      case 'string':
        return node.pattern
          ? fc.constantFrom(...(samples[node.pattern] as readonly string[]))
          : fc.string({ maxLength: 6 })
      case 'boolean':
        return fc.boolean()
      case 'integer':
        return number(node)
      case 'array':
        return fc.array(of(node.items ?? {}), { minLength: node.minItems ?? 0, maxLength: 2 })
      case 'object':
        return object(node)
      default:
        return fc.constant(null)
    }
  }
  const object = (node: Schema): fc.Arbitrary<unknown> => {
    if (node.additionalProperties) {
      return fc.dictionary(
        fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('\n', '')),
        of(node.additionalProperties),
        {
          maxKeys: 2,
        },
      )
    }
    const properties = Object.entries(node.properties ?? {})
    const record = fc.record(Object.fromEntries(properties.map(([key, value]) => [key, of(value)])), {
      requiredKeys: node.required ?? [],
    })
    // An unknown property is no mistake.
    const extra = fc
      .tuple(record, fc.integer({ min: 0, max: 20 }))
      .map(([value, n]) => (n === 0 ? { ...value, unknown: 1 } : value))
    if (mistakes === 0 || !node.required) return extra
    return fc
      .tuple(extra, fc.integer({ min: 0, max: 999 }), fc.constantFrom(...node.required))
      .map(([value, n, key]) =>
        n < mistakes ? Object.fromEntries(Object.entries(value).filter(([k]) => k !== key)) : value,
      )
  }
  return of(schema)
}

const number = ({ minimum = -1000, maximum = 1000 }: Schema): fc.Arbitrary<number> =>
  fc.oneof(
    fc.constantFrom(minimum, maximum, Math.max(minimum, 0)),
    fc.integer({ min: Math.max(minimum, -1_000_000), max: Math.min(maximum, 1_000_000) }),
  )
