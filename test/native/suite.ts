/** What is asked of the C layer of the native program: `native`, text, memory, and what may not crash. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestProgram, testProgram } from './program.ts'

/** Arrays within each other. */
const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth))

/** The tests of a program of this name, that is built with variables of scripts/build. */
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
    it('tells arguments, environment, system and the path of the program.executable', () => {
      const self = ask('values', 'self', '"\u00e9"') as Record<string, unknown>
      expect(self.argv).toEqual([program.executable, 'values', 'self', '"\u00e9"'])
      expect(self.home).toEqual([`HOME=${process.env.HOME}`])
      expect(self.platform).toBe(process.platform)
      expect(self.arch).toBe(process.arch)
      expect(self.version).toMatch(/^20\d\d-\d\d-\d\d$|^unknown$/)
      expect(self.execPath).toBe(realpathSync(program.executable))
    })

    it('has the functions of both systems and of this one, and none of the other', () => {
      const { functions } = ask('values', 'self') as { functions: string[] }
      expect(functions).toContain('openat')
      expect(functions.includes('jail_set')).toBe(process.platform === 'freebsd')
      expect(functions.includes('setns')).toBe(process.platform === 'linux')
    })

    it('decodes bytes as TextDecoder does, whatever they are', () => {
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

    it('encodes a surrogate without its pair as U+FFFD', () => {
      const expected = [...new TextEncoder().encode('a\ud800b\udc00\ud83d\ude00')]
      expect(ask('values', 'surrogates')).toEqual(expected)
    })

    it('keeps a byte order mark and the NUL character', () => {
      expect(ask('values', 'utf8', '[239,187,191,65,0,66]')).toEqual({
        text: '\ufeffA\0B',
        again: [239, 187, 191, 65, 0, 66],
      })
    })

    it('gives the address of a view with its offset, and copies what is there', () => {
      expect(ask('values', 'view')).toEqual({ text: 'ABC', copied: [65, 66, 67] })
    })

    it('keeps errno of the call that failed', () => {
      expect(ask('values', 'failure')).toEqual({ result: -1, errno: 2 })
    })

    it('calls variadic functions with what their table says', () => {
      const file = join(directory, 'file')
      writeFileSync(file, '')
      expect(ask('values', 'variadic', JSON.stringify(file))).toMatchObject({ opened: true, closed: 0 })
    })

    it('catches SIGCHLD and SIGCONT, which FreeBSD throws away otherwise, also when the caller ignores them', () => {
      expect(ask('values', 'caught')).toEqual([true, true])
      expect(start(['values', 'caught'], { shell: "trap '' CHLD CONT;" }).stdout).toBe('[true,true]\n')
    })

    it('has numbers of any size', () => {
      expect(ask('values', 'bigint')).toBe('1180591620717411303424')
    })

    it('evaluates a part once', () => {
      expect(ask('values', 'same part')).toBe(true)
    })
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
    ])('%s', (what, error) => {
      expect(ask('hostile', what)).toBe(error)
    })

    it('an argument of a wrong type, for every function of the table', () => {
      expect(ask('hostile', 'strange arguments')).toBe(true)
    })

    it('numbers that are not finite', () => {
      expect(new Set(ask('hostile', 'not finite') as string[])).toEqual(
        new Set(['RangeError: a number that does not fit the argument']),
      )
    })

    it('something else than a view of memory', () => {
      expect(new Set(ask('hostile', 'no view') as string[])).toEqual(new Set(['TypeError: not a TypedArray']))
    })

    it('JSON nested a million deep, with brackets in strings not counted', () => {
      const deep = 'SyntaxError: JSON is nested deeper than 256'
      expect(ask('hostile', 'deep JSON')).toEqual([deep, deep, deep, 508])
    })

    it('a deep object is written and given back without recursion that nobody counts', () => {
      expect(ask('hostile', 'deep object')).toBe(JSON.stringify(nested(250), null, 2).length)
    })

    it('a regular expression that takes two million steps back', () => {
      expect(ask('hostile', 'backtracking')).toMatch(/^gave true|InternalError/)
    })

    it.skipIf(name === 'sanitized')('memory that the system does not give', () => {
      const { status, stdout, stderr } = start(['hostile', 'memory'], { shell: 'ulimit -v 100000;' })
      expect({ status, stdout, stderr }).toEqual({
        status: 0,
        stdout: '"InternalError: out of memory"\n',
        stderr: '',
      })
    })

    it('a buffer that is larger than there can be', () => {
      expect(ask('hostile', 'big array')).toMatch(/^(RangeError|InternalError): /)
    })

    it('an exception that nobody catches is one line and status 1', () => {
      expect(start(['hostile', 'uncaught'])).toEqual({
        status: 1,
        signal: null,
        stdout: '',
        stderr: 'jailwright: Error: first line\n',
      })
    })

    it('standard descriptors that the caller has closed are no descriptors of files', () => {
      const { status, stdout } = start(['values', 'variadic', '"/etc/passwd"'], { shell: 'exec 0<&- 2>&-;' })
      expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('"opened":true') })
    })
  })
}
