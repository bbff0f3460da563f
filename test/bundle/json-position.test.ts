import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonFault } from '../../src/bundle/json-position.ts'

describe('where a text stops being JSON', () => {
  test.each([
    ['', 1, 1, 'expected a value, got end of file'],
    ['{]', 1, 2, 'expected a property name in double quotes or "}", got "]"'],
    ['{"a" 1}', 1, 6, 'expected ":", got "1"'],
    ['{"a":1 "b":2}', 1, 8, 'expected "," or "}", got "\\""'],
    ['{"a":1,}', 1, 8, 'expected a property name in double quotes, got "}"'],
    ['[1,]', 1, 4, 'expected a value, got "]"'],
    ['[1 2]', 1, 4, 'expected "," or "]", got "2"'],
    ['[1', 1, 3, 'expected "," or "]", got end of file'],
    ["{'a':1}", 1, 2, 'expected a property name in double quotes or "}", got "\'"'],
    ['{\n  "a": [\n    1,\n    tru\n  ]\n}', 4, 5, 'expected a value, got "t"'],
    ['"abc', 1, 5, 'the string has no end'],
    ['"a\nb"', 1, 3, 'control character in a string'],
    ['"\\x"', 1, 2, 'bad escape in a string'],
    ['"\\u12"', 1, 2, 'bad escape in a string'],
    ['01', 1, 2, 'expected end of file, got "1"'],
    ['{} {}', 1, 4, 'expected end of file, got "{"'],
    ['// comment\n{}', 1, 1, 'expected a value, got "/"'],
    ['\ufeff{}', 1, 1, 'expected a value, got "\ufeff"'],
    ['{"a": 0x1f}', 1, 8, 'expected "," or "}", got "x"'],
    ['[😀]', 1, 2, 'expected a value, got "😀"'],
  ])('the text %j has its first fault at line %s, column %s: %s', (text, line, column, message) => {
    expect(() => JSON.parse(text)).toThrow()
    expect(jsonFault(text)).toMatchObject({ line, column, message })
  })

  test('the fault finder agrees with JSON.parse on whether a text is JSON', () => {
    const parses = (text: string) => {
      try {
        JSON.parse(text)
        return true
      } catch {
        return false
      }
    }
    const edited = fc
      .tuple(fc.json(), fc.nat(60), fc.nat(2), fc.constantFrom(...'{}[]",:\\ \n0-.eEtnu1\u0001'))
      .map(([text, at, cut, insert]) => text.slice(0, at) + insert + text.slice(at + cut))
    let faults = 0
    fc.assert(
      fc.property(fc.oneof(fc.json(), edited), text => {
        const fault = jsonFault(text)
        expect(fault === undefined).toBe(parses(text))
        if (fault) faults++
      }),
      { numRuns: 1500 },
    )
    expect(faults).toBeGreaterThan(100)
  })

  test("a deep document does not exhaust the fault finder's stack", () => {
    const deep = '['.repeat(200_000)
    expect(jsonFault(deep)).toMatchObject({ column: 200_001 })
  })
})
