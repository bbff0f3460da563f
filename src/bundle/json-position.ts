/**
 * Finds the place where a text stops being JSON. The engines' error messages differ, and QuickJS names no column, so
 * this parser reads the text again after JSON.parse has refused it. The parsers of npm that give positions (jsonc-parser 3,
 * momoa 3) call themselves once per level, so that a document of 200,000 brackets ends them with a stack overflow; momoa
 * also accepts control characters in strings, which JSON.parse refuses.
 */
import { last } from '../es2020.ts'

/**
 * The first syntax error of a text: its offset in UTF-16 units, its line and column counted from 1, and what stands
 * there.
 */
export interface JsonFault {
  offset: number
  line: number
  column: number
  message: string
}

class Fault extends Error {
  readonly offset: number
  constructor(offset: number, message: string) {
    super(message)
    this.offset = offset
  }
}

const NUMBER = /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these in a string
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*/y
const SPACE = /[ \t\n\r]*/y
const WORD = /true|false|null/y

/**
 * Finds the first syntax error of a text that JSON.parse refuses. Returns undefined when the text is JSON after all.
 */
export function jsonFault(text: string): JsonFault | undefined {
  let at = 0
  const match = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    if (!pattern.test(text)) return false
    at = pattern.lastIndex
    return true
  }
  const seen = (): string =>
    at >= text.length ? 'end of file' : JSON.stringify(String.fromCodePoint(text.codePointAt(at) as number))
  const fail = (expected: string): never => {
    throw new Fault(at, `expected ${expected}, got ${seen()}`)
  }
  const string = (): void => {
    match(STRING)
    if (text[at] === '"') at++
    else if (text[at] === '\\') throw new Fault(at, 'bad escape in a string')
    else throw new Fault(at, at >= text.length ? 'the string has no end' : 'control character in a string')
  }
  // The open brackets, innermost last. A list takes the place of recursion, so that a deep document cannot exhaust the
  // stack.
  const open: ('{' | '[')[] = []
  const key = (): void => {
    match(SPACE)
    if (text[at] !== '"') fail('a property name in double quotes')
    string()
    match(SPACE)
    if (text[at] !== ':') fail('":"')
    at++
  }
  const document = (): void => {
    for (;;) {
      match(SPACE)
      const c = text[at]
      if (c === '{' || c === '[') {
        at++
        match(SPACE)
        if (text[at] === (c === '{' ? '}' : ']')) at++
        else {
          open.push(c)
          if (c === '{' && text[at] !== '"') fail('a property name in double quotes or "}"')
          if (c === '{') key()
          continue
        }
      } else if (c === '"') string()
      else if (!match(NUMBER) && !match(WORD)) fail('a value')
      for (;;) {
        match(SPACE)
        const inside = last(open)
        if (inside === undefined) {
          if (at < text.length) fail('end of file')
          return
        }
        const close = inside === '{' ? '}' : ']'
        if (text[at] === close) {
          at++
          open.pop()
          continue
        }
        if (text[at] !== ',') fail(`"," or "${close}"`)
        at++
        if (inside === '{') key()
        break
      }
    }
  }
  try {
    document()
    return undefined
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const before = text.slice(0, error.offset).split('\n')
    return {
      offset: error.offset,
      line: before.length,
      column: (last(before)?.length ?? 0) + 1,
      message: error.message,
    }
  }
}
