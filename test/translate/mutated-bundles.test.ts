import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { configFindings } from '../../src/bundle/read-bundle.ts'
import { ConfigErrors, JailwrightError } from '../../src/errors.ts'
import { translate } from '../../src/translate/index.ts'
import { fixedFacts, offlineFacts } from '../../src/translate/offline-facts.ts'
import { planText } from '../../src/translate/text/plan-text.ts'

const BUNDLES = join(import.meta.dirname, '../../../shared/podman-freebsd/bundles')
const present = existsSync(BUNDLES)
if (!present) console.log('the bundles of podman are not here: none is mutated')

type Place = { holder: Record<string, unknown>; key: string }

/** Gives every property and element of a document. */
function places(value: unknown, found: Place[] = []): Place[] {
  if (value === null || typeof value !== 'object') return found
  const holder = value as Record<string, unknown>
  for (const key of Object.keys(holder)) {
    found.push({ holder, key })
    places(holder[key], found)
  }
  return found
}

const text = fc.oneof(
  fc.constantFrom('', '/', '..', 'a\nb', 'constructor', '%{ruleset}', 'ruleset=0', 'rule=path x', '/dev/mem'),
  fc.string({ maxLength: 20 }),
)
const anything = fc.constantFrom<unknown>(null, true, -1, 0.5, 2 ** 53, 1e30, [], {}, [null], 'x')
const annotation = fc.tuple(
  fc.constantFrom(
    ...[
      'ip4',
      'vnet',
      'ip4.addr',
      'interface',
      'vnet.interface',
      'constructor',
      '__proto__',
      'env.x',
      '',
    ].map(name => `org.freebsd.jail.${name}`),
    'org.jailwright.limits.toString',
    'org.jailwright.limits.memoryuse',
    'org.jailwright.net.0.address',
  ),
  fc.oneof(fc.constantFrom('new', 'inherit', '10.0.0.1', 'em0|10.0.0.1/24'), fc.string({ maxLength: 9 })),
)
const seldom = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })
const mutation = fc.record({
  at: fc.noBias(fc.nat(9999)),
  text,
  // A text is mostly replaced by another text, and sometimes by another kind of value.
  other: seldom(anything),
  also: seldom(annotation),
})

it.skipIf(!present)(
  'a bundle of podman with anything wrong in it has a plan, or errors that name a property',
  () => {
    const bundles = readdirSync(BUNDLES).map(name => readFileSync(join(BUNDLES, name), 'utf8'))
    let plans = 0
    let told = 0
    fc.assert(
      fc.property(
        fc.constantFrom(...bundles),
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        (text, all) => {
          const config = JSON.parse(text)
          for (const { at, text: other, other: to, also } of all) {
            const found = places(config)
            const { holder, key } = found[at % found.length]!
            if (typeof holder[key] === 'string' && to === undefined) holder[key] = other
            // The value is copied, because the next change may be made inside it.
            else if (to !== undefined) holder[key] = structuredClone(to)
            if (also && config.annotations?.constructor === Object) config.annotations[also[0]] = also[1]
          }
          const given = JSON.stringify(config)
          const document = JSON.parse(given)
          const { errors } = configFindings(given, document)
          for (const error of errors) expect(error.message).not.toContain('\n')
          if (errors.length > 0) return
          for (const facts of [fixedFacts(), offlineFacts()]) {
            try {
              const made = translate({ id: 'c1', bundle: { dir: '/b', config: document }, facts })
              plans += 1
              // Only a text in a here-document may contain a line end.
              for (const line of planText(made).split('\n')) expect(line).not.toMatch(/[\p{Cc}]/u)
            } catch (error) {
              if (!(error instanceof JailwrightError)) throw error
              for (const each of error instanceof ConfigErrors ? error.errors : [error]) {
                told += 1
                expect(each.subject).toBeTruthy()
              }
            }
          }
        },
      ),
      { numRuns: 600 },
    )
    expect(plans).toBeGreaterThan(50)
    expect(told).toBeGreaterThan(50)
  },
)
