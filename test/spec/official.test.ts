import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { schemaProperties } from '../../scripts/schema-properties.mjs'
import { bundledSchema } from '../../scripts/schemas.mjs'
import { schemaErrors, type Validator } from '../../src/bundle/check.ts'
import validateConfig from '../../src/bundle/generated/validate-config.js'
import validateFeatures from '../../src/bundle/generated/validate-features.js'
import validateProcess from '../../src/bundle/generated/validate-process.js'
import validateResources from '../../src/bundle/generated/validate-resources.js'
import validateState from '../../src/bundle/generated/validate-state.js'
import { configFindings } from '../../src/bundle/read-bundle.ts'
import { parseJson } from '../../src/bundle/read-json.ts'
import { documents, type Schema } from './arbitrary.ts'
import { configDifferences, type Difference, featuresDifferences, stateDifferences } from './differences.ts'
import { findings, haveOfficial, officialProperties, officialValidator, vectors } from './official.ts'

describe.skipIf(!haveOfficial)('official vectors get the official verdict', () => {
  const judge = {
    config: (text: string) => {
      const document = parseJson(text, 'config.json')
      return configFindings(text, document).errors
    },
    state: (text: string) => schemaErrors(validateState, parseJson(text, 'state.json')),
    features: (text: string) => schemaErrors(validateFeatures, parseJson(text, 'features.json')),
  }
  for (const kind of ['config', 'state', 'features'] as const) {
    test.each(vectors(kind))('the official vector has the official verdict: $name', ({ text, good }) => {
      let errors: string[]
      try {
        errors = judge[kind](text).map(error => error.message)
      } catch (error) {
        errors = [(error as Error).message]
      }
      if (good) expect(errors).toEqual([])
      else expect(errors.length).toBeGreaterThan(0)
    })
  }
  test('there are official vectors of each kind', () => {
    expect(vectors('config').length).toBeGreaterThanOrEqual(13)
    expect(vectors('state').length).toBeGreaterThanOrEqual(2)
    expect(vectors('features').length).toBeGreaterThanOrEqual(3)
  })
})

/** Gives both verdicts of a document, and the findings that the table of differences does not explain. */
function compare(
  ours: Validator<unknown>,
  official: ReturnType<typeof officialValidator>,
  differences: readonly Difference[],
  document: unknown,
) {
  const text = JSON.stringify(document)
  const officialGood = official(JSON.parse(text))
  const officialFindings = findings(official)
  const errors = schemaErrors(ours, JSON.parse(text)).map(error => error.message)
  const unexplained =
    errors.length > 0 === officialFindings.length > 0
      ? []
      : officialGood
        ? errors.filter(message => !differences.some(difference => difference.ours?.test(message)))
        : officialFindings.filter(
            finding => !differences.some(difference => difference.official?.test(finding)),
          )
  return { unexplained, officialGood, oursGood: errors.length === 0 }
}

/** Gives the properties of an official schema below `pointer`. */
const cases = [
  { name: 'config', ours: validateConfig, official: 'config-schema.json', differences: configDifferences },
  { name: 'state', ours: validateState, official: 'state-schema.json', differences: stateDifferences },
  {
    name: 'features',
    ours: validateFeatures,
    official: 'features-schema.json',
    differences: featuresDifferences,
  },
] as const

describe.skipIf(!haveOfficial).each(cases)(
  'generated documents: $name',
  ({ name, ours, official, differences }) => {
    const schema = bundledSchema(`${name}.schema.json`) as Schema
    // For the official schemas nearly every object is a wrong section of these platforms, which would hide all other findings.
    for (const section of ['windows', 'solaris', 'vm', 'zos']) delete schema.properties?.[section]
    const theirs = haveOfficial ? officialValidator(official) : undefined

    test('a generated valid document is valid for both schemas', () => {
      let both = 0
      fc.assert(
        fc.property(documents(schema, 0), document => {
          const { unexplained, oursGood } = compare(ours, theirs!, differences, document)
          expect(unexplained).toEqual([])
          expect(oursGood).toBe(true)
          both++
        }),
        { numRuns: 60 },
      )
      expect(both).toBe(60)
    })

    test('a generated document with mistakes has the same verdict, except for the listed differences', () => {
      const seen = { good: 0, bad: 0 }
      for (const mistakes of [1, 8, 60]) {
        fc.assert(
          fc.property(documents(schema, mistakes), document => {
            const { unexplained, officialGood } = compare(ours, theirs!, differences, document)
            expect(unexplained).toEqual([])
            seen[officialGood ? 'good' : 'bad']++
          }),
          { numRuns: 80 },
        )
      }
      // The comparison proves nothing unless both verdicts occur.
      expect(seen.good).toBeGreaterThan(5)
      expect(seen.bad).toBeGreaterThan(5)
    })
  },
)

test.skipIf(!haveOfficial).each(['config', 'state', 'features'])(
  'the schema %s has the properties of the official one, and no other',
  name => {
    const ours = schemaProperties(`${name}.schema.json`).map(property => property.path)
    const theirs = officialProperties(`${name}-schema.json`).filter(
      path => !/^(windows|solaris|vm|zos)\./.test(path),
    )
    expect(ours.sort()).toEqual(theirs.sort())
  },
)

describe('process and resources are judged alone as within a config', () => {
  test.each([
    [
      'process',
      validateProcess,
      (value: unknown) => ({ ociVersion: '1.3.0', root: { path: 'r' }, process: value }),
    ],
    [
      'resources',
      validateResources,
      (value: unknown) => ({ ociVersion: '1.3.0', root: { path: 'r' }, linux: { resources: value } }),
    ],
  ] as const)('%s alone has the errors that it has within a config', (name, alone, wrap) => {
    const prefix = name === 'process' ? 'process' : 'linux.resources'
    fc.assert(
      fc.property(documents(bundledSchema(`${name}.schema.json`) as Schema, 20), document => {
        const text = JSON.stringify(document)
        const inConfig = schemaErrors(validateConfig, wrap(JSON.parse(text))).map(error => error.message)
        const byItself = schemaErrors(alone as Validator<unknown>, JSON.parse(text), prefix).map(
          error => error.message,
        )
        expect(byItself.sort()).toEqual(inConfig.sort())
      }),
      { numRuns: 100 },
    )
  })
})

describe.skipIf(!haveOfficial)('every listed difference is real', () => {
  const config = (more: object) => ({ ociVersion: '1.3.0', root: { path: 'r' }, ...more })
  test.each([
    ['no root', { ociVersion: '1.3.0' }, true, false],
    ['no args', config({ process: { cwd: '/' } }), true, false],
    ['empty args', config({ process: { cwd: '/', args: [] } }), true, false],
    ['device without path', config({ freebsd: { devices: [{ mode: 1 }] } }), true, false],
    ['enforceStatfs 3', config({ freebsd: { jail: { enforceStatfs: 3 } } }), true, false],
    ['number as value of the empty annotation', config({ annotations: { '': 5 } }), true, false],
    ['windows without layers', config({ windows: {} }), false, true],
    ['vm with a wrong image', config({ vm: { image: 5 } }), false, true],
  ])(
    'the listed difference between our schema and the official one is real: %s',
    (_, document, officialGood, oursGood) => {
      const result = compare(
        validateConfig,
        officialValidator('config-schema.json'),
        configDifferences,
        document,
      )
      expect(result).toEqual({ unexplained: [], officialGood, oursGood })
    },
  )
  test('the listed difference about the status paused is real', () => {
    const state = { ociVersion: '1.3.0', id: 'x', status: 'paused', bundle: '/b' }
    const result = compare(validateState, officialValidator('state-schema.json'), stateDifferences, state)
    expect(result).toEqual({ unexplained: [], officialGood: false, oursGood: true })
  })
})
