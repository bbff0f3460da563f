import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bundledSchema } from '../../scripts/schemas.mjs'
import { configFindings } from '../../src/bundle/read-bundle.ts'
import { documents, type Schema } from '../spec/arbitrary.ts'

const config = bundledSchema('config.schema.json') as Schema

/** Findings of a document, as a file would give them. */
const findings = (document: unknown) => {
  const text = JSON.stringify(document)
  return configFindings(text, JSON.parse(text))
}

test('whatever is wrong in a config, every error is a line that names a property', () => {
  let wrong = 0
  for (const mistakes of [30, 200]) {
    fc.assert(
      fc.property(documents(config, mistakes), document => {
        const { errors, warnings } = findings(document)
        for (const error of errors) {
          expect(error.code).toBe('CONFIG')
          expect(error.message).not.toContain('\n')
          if (error.subject === undefined) expect(error.message).toMatch(/^the document must be an object/)
          else expect(error.message.startsWith(`${error.subject}: `)).toBe(true)
        }
        for (const warning of warnings) expect(warning).toMatch(/^[a-z]\w*.*: ./)
        // Nothing is told twice.
        const lines = errors.map(error => error.message)
        expect(new Set(lines).size).toBe(lines.length)
        if (errors.length > 0) wrong++
      }),
      { numRuns: 100 },
    )
  }
  expect(wrong).toBeGreaterThan(50)
})

test('any JSON document is checked without an unexpected exception', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), document => {
      expect(findings(document).errors.length).toBeGreaterThan(0)
    }),
    { numRuns: 200 },
  )
})
