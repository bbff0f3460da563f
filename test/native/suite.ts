/** The tests of the C layer of the native program: the object `native`, text, memory, and hostile calls. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freebsdTestsOf } from './freebsd-suite.ts'
import { type TestProgram, testProgram } from './program.ts'

/** Gives arrays within each other. */
const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth))

/** Defines the tests of a program of this name, which is built with these variables of scripts/build. */
export function testsOf(name: string, environment: Readonly<Record<string, string>>): void {
  let program: TestProgram
  const ask: TestProgram['ask'] = (...args) => program.ask(...args)
  const start: TestProgram['start'] = (...args) => program.start(...args)
  const directory = mkdtempSync(join(tmpdir(), 'jailwright-native-'))
  beforeAll(async () => {
    program = await testProgram(name, environment)
  }, 900_000)
  afterAll(() => rmSync(directory, { recursive: true }))

  describe('the object native', () => {
    it('native has the arguments, the environment, the system and the path of the executable', () => {
      const self = ask('values', 'self', '"\u00e9"') as Record<string, unknown>
      expect(self.argv).toEqual([program.executable, 'values', 'self', '"\u00e9"'])
      expect(self.home).toEqual([`HOME=${process.env.HOME}`])
      expect(self.platform).toBe(process.platform)
      expect(self.arch).toBe(process.arch)
      expect(self.version).toMatch(/^20\d\d-\d\d-\d\d$|^unknown$/)
      expect(self.execPath).toBe(realpathSync(program.executable))
    })

    it('native.fn has the functions of both systems and of this one, and none of the other system', () => {
      const { functions } = ask('values', 'self') as { functions: string[] }
      expect(functions).toContain('openat')
      expect(functions.includes('jail_set')).toBe(process.platform === 'freebsd')
      expect(functions.includes('setns')).toBe(process.platform === 'linux')
    })

    it('native.decode decodes any bytes as TextDecoder does', () => {
      const bytes = fc.array(
        fc.oneof(
          fc.integer({ min: 0, max: 255 }),
          fc.constantFrom(0xed, 0xa0, 0xf0, 0x90, 0x80, 0xf4, 0xc0, 0xe0),
        ),
        { maxLength: 40 },
      )
      fc.assert(
        fc.property(bytes, given => {
          const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array(given))
          const again = [...new TextEncoder().encode(text)]
          expect(ask('values', 'utf8', JSON.stringify(given))).toEqual({ text, again })
        }),
        { numRuns: 60 },
      )
    })

    it('native.encode encodes a lone surrogate as U+FFFD', () => {
      const expected = [...new TextEncoder().encode('a\ud800b\udc00\ud83d\ude00')]
      expect(ask('values', 'surrogates')).toEqual(expected)
    })

    it('native.decode and native.encode keep a byte order mark and the NUL character', () => {
      expect(ask('values', 'utf8', '[239,187,191,65,0,66]')).toEqual({
        text: '\ufeffA\0B',
        again: [239, 187, 191, 65, 0, 66],
      })
    })

    it('native.address counts the offset of a view, and native.copy copies the bytes that are there', () => {
      expect(ask('values', 'view')).toEqual({ text: 'ABC', copied: [65, 66, 67] })
    })

    it('native.errno keeps the errno of the call that has failed', () => {
      expect(ask('values', 'failure')).toEqual({ result: -1, errno: 2 })
    })

    it('a variadic function is called with the arguments of its row in the table', () => {
      const file = join(directory, 'file')
      writeFileSync(file, '')
      expect(ask('values', 'variadic', JSON.stringify(file))).toMatchObject({ opened: true, closed: 0 })
    })

    it('the program catches SIGCHLD and SIGCONT, which FreeBSD discards otherwise, even when its caller ignores them', () => {
      expect(ask('values', 'caught')).toEqual([true, true])
      expect(start(['values', 'caught'], { shell: "trap '' CHLD CONT;" }).stdout).toBe('[true,true]\n')
    })

    it('BigInt has numbers of any size', () => {
      expect(ask('values', 'bigint')).toBe('1180591620717411303424')
    })

    it('native.part evaluates a part once', () => {
      expect(ask('values', 'same part')).toBe(true)
    })
  })

  freebsdTestsOf(ask)

  describe('the units of the program', () => {
    it.each([
      ['nothing is evaluated that is not used', 'nothing', null, []],
      ['a constant is evaluated once, after those that it uses', 'constants', [2, 2, 1], ['first', 'second']],
      ['the names of a pattern are evaluated together', 'pattern', ['r', 'l'], ['pattern']],
      ['a variable has its first value before it is assigned to', 'assignment', 7, ['changed']],
      ['a class is evaluated after its parent', 'classes', ['child of a parent', 'parent'], ['Parent']],
      ['a statement that completes a function runs with it', 'completed', 'text', ['completed']],
      ['typeof knows an unknown variable', 'type of an unknown variable', 'undefined', []],
    ])('%s', (_, what, value, evaluated) => {
      expect(ask('units', what)).toEqual({ value, evaluated })
    })

    it('an unknown variable throws', () => {
      const { value } = ask('units', 'unknown variable') as { value: string }
      expect(value).toMatch(/^ReferenceError: .*unknownVariable.* is not defined$/)
    })

    it('an unknown property of the global object is undefined', () => {
      expect(ask('units', 'unknown name')).toEqual({ evaluated: [] })
    })

    it('a unit whose evaluation fails is evaluated again when its name is used again', () => {
      const { value } = ask('units', 'failed initializer') as { value: string[] }
      expect(value).toEqual(['Error: the first attempt', 'attempt 2', 'attempt 2'])
    })

    it('a constant that uses itself throws', () => {
      const { value } = ask('units', 'own initializer') as { value: string }
      expect(value).toMatch(/^ReferenceError: .* is not defined$/)
    })
  })

  it('values of all sizes stay intact while others are made and dropped', () => {
    expect(ask('heap', '3000')).toBeGreaterThan(1500)
  })

  describe('what is hostile ends as an exception', () => {
    it.each([
      ['too few', 'TypeError: 0 arguments where 1 are expected'],
      ['too many', 'TypeError: 2 arguments where 1 are expected'],
      ['text for a number', 'TypeError: a number is expected'],
      ['fraction', 'RangeError: a number that does not fit the argument'],
      ['wide', 'RangeError: a number that does not fit the argument'],
      ['text for memory', 'TypeError: not a TypedArray'],
      ['address zero', 'RangeError: no memory there, or too much of it'],
      ['encode a number', 'TypeError: encode: a string is expected'],
      ['no part', 'ReferenceError: no part of this name: none'],
      ['recursion', 'InternalError: stack overflow'],
    ])('a hostile call ends as an exception: %s', (what, error) => {
      expect(ask('hostile', what)).toBe(error)
    })

    it('an argument of a wrong type throws for every function of the table', () => {
      expect(ask('hostile', 'strange arguments')).toBe(true)
    })

    it('a number that is not finite throws', () => {
      expect(new Set(ask('hostile', 'not finite') as string[])).toEqual(
        new Set(['RangeError: a number that does not fit the argument']),
      )
    })

    it('a value that is no view of memory throws', () => {
      expect(new Set(ask('hostile', 'no view') as string[])).toEqual(new Set(['TypeError: not a TypedArray']))
    })

    it('JSON that is nested a million deep throws, and brackets in strings do not count', () => {
      const deep = 'SyntaxError: JSON is nested deeper than 256'
      expect(ask('hostile', 'deep JSON')).toEqual([deep, deep, deep, 508])
    })

    it('an object that is nested 250 deep can be written and given back', () => {
      expect(ask('hostile', 'deep object')).toBe(JSON.stringify(nested(250), null, 2).length)
    })

    it('a regular expression that takes two million steps back throws or ends', () => {
      expect(ask('hostile', 'backtracking')).toMatch(/^gave true|InternalError/)
    })

    it.skipIf(name === 'sanitized')('memory that the system does not give throws', () => {
      const { status, stdout, stderr } = start(['hostile', 'memory'], { shell: 'ulimit -v 100000;' })
      expect({ status, stdout, stderr }).toEqual({
        status: 0,
        stdout: '"InternalError: out of memory"\n',
        stderr: '',
      })
    })

    it('a buffer that is larger than the engine permits throws', () => {
      expect(ask('hostile', 'big array')).toMatch(/^(RangeError|InternalError): /)
    })

    it('an exception that nobody catches becomes one line and status 1', () => {
      expect(start(['hostile', 'uncaught'])).toEqual({
        status: 1,
        signal: null,
        stdout: '',
        stderr: 'jailwright: Error: first line\n',
      })
    })

    it('standard descriptors that the caller has closed never become descriptors of other files', () => {
      const { status, stdout } = start(['values', 'variadic', '"/etc/passwd"'], { shell: 'exec 0<&- 2>&-;' })
      expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('"opened":true') })
    })
  })
}
