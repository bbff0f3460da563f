/** jail.conf(5): reads a file into jails with their parameters. */

import type { ConfJail } from './conf-jail.ts'
import { isWild, sameParameter, wildMatch } from './words.ts'

interface Token {
  text: string
  /** One of `{ } ; = += ,`, or `word` for everything else. */
  kind: string
  line: number
  /** The pieces of a word: literal text, and variables to expand. */
  pieces: { text: string; variable: boolean }[]
}

/** A syntax error: the whole message after `jail: `. */
export class ConfError extends Error {}

const UNQUOTED = /[A-Za-z0-9_!%&()\-.:<>?@[\]^`|~$*+/]/
const ESCAPES: Record<string, string> = { n: '\n', t: '\t', a: '\x07', b: '\b', f: '\f', r: '\r', v: '\v' }

class Lexer {
  private at = 0
  private line = 1
  private readonly text: string
  private readonly file: string
  constructor(text: string, file: string) {
    this.text = text
    this.file = file
  }

  private skip(): void {
    for (;;) {
      const c = this.text[this.at]
      const two = this.text.slice(this.at, this.at + 2)
      if (c === '\n') this.line++
      if (c !== undefined && /\s/.test(c)) this.at++
      else if (c === '#' || two === '//')
        while (this.at < this.text.length && this.text[this.at] !== '\n') this.at++
      else if (two === '/*') {
        const end = this.text.indexOf('*/', this.at + 2)
        if (end < 0) throw new ConfError(`${this.file}: unterminated comment`)
        this.line += this.text.slice(this.at, end).split('\n').length - 1
        this.at = end + 2
      } else return
    }
  }

  private escape(): string {
    const rest = this.text.slice(this.at + 1)
    const octal = /^[0-7]{1,3}/.exec(rest)?.[0]
    const hex = /^x([0-9a-fA-F]{1,2})/.exec(rest)
    if (octal !== undefined) {
      this.at += 1 + octal.length
      return String.fromCharCode(Number.parseInt(octal, 8))
    }
    if (hex?.[1] !== undefined) {
      this.at += 1 + hex[0].length
      return String.fromCharCode(Number.parseInt(hex[1], 16))
    }
    const c = rest[0] ?? ''
    this.at += 2
    if (c === '\n') {
      this.line++
      return ''
    }
    return ESCAPES[c] ?? c
  }

  private variable(): string {
    const m = /^\$(?:\{([^}\n]*)\}|([A-Za-z_][A-Za-z0-9_]*))/.exec(this.text.slice(this.at))
    if (m === null) {
      if (this.text[this.at + 1] === '{') throw new ConfError(`${this.file}: unterminated variable`)
      return ''
    }
    this.at += m[0].length
    return m[1] ?? m[2] ?? ''
  }

  next(): Token | undefined {
    this.skip()
    const c = this.text[this.at]
    if (c === undefined) return undefined
    const token: Token = { text: '', kind: 'word', line: this.line, pieces: [] }
    const add = (text: string, variable = false) => {
      token.pieces.push({ text, variable })
      if (!variable) token.text += text
    }
    if (this.text.startsWith('+=', this.at)) {
      this.at += 2
      return { ...token, kind: '+=', text: '+=' }
    }
    if ('{};=,'.includes(c)) {
      this.at++
      return { ...token, kind: c, text: c }
    }
    for (;;) {
      const d = this.text[this.at]
      if (d === undefined) break
      if (d === '"' || d === "'") this.string(d, add)
      else if (d === '\\') add(this.escape())
      else if (d === '$' && /[A-Za-z_{]/.test(this.text[this.at + 1] ?? '')) add(this.variable(), true)
      else if (this.text.startsWith('+=', this.at) || !UNQUOTED.test(d)) break
      else {
        add(d)
        this.at++
      }
    }
    if (token.pieces.length === 0) throw new ConfError(`${this.file} line ${this.line}: ${c}: syntax error`)
    return token
  }

  private string(quote: string, add: (text: string, variable?: boolean) => void): void {
    this.at++
    add('')
    for (;;) {
      const c = this.text[this.at]
      if (c === undefined) throw new ConfError(`${this.file}: unterminated string`)
      if (c === quote) break
      if (c === '\n') this.line++
      if (c === '\\') add(this.escape())
      else if (c === '$' && quote === '"' && /[A-Za-z_{]/.test(this.text[this.at + 1] ?? ''))
        add(this.variable(), true)
      else {
        add(c)
        this.at++
      }
    }
    this.at++
  }
}

type Value = Token['pieces']
interface Statement {
  name: string
  values: Value[]
  append: boolean
}
interface Block {
  name: string
  statements: Statement[]
}

/** Reads the text; `include` gives the texts of the files that `.include` names. */
function parseBlocks(text: string, file: string, include: (name: string) => string[], depth = 0): Block[] {
  if (depth > 32) throw new ConfError(`${file}: maximum include depth exceeded`)
  const lexer = new Lexer(text, file)
  const top: Block = { name: '', statements: [] }
  const blocks: Block[] = [top]
  const open: Block[] = [top]
  for (;;) {
    const word = lexer.next()
    if (word === undefined) break
    const fail = (t: Token): never => {
      throw new ConfError(`${file} line ${t.line}: ${t.text}: syntax error`)
    }
    const need = () => {
      const t = lexer.next()
      if (t === undefined) throw new ConfError(`${file}: unexpected EOF`)
      return t
    }
    const block = open.at(-1) ?? top
    if (word.kind === '}') {
      if (open.length === 1) fail(word)
      open.pop()
      continue
    }
    if (word.kind !== 'word') fail(word)
    let next = need()
    if (next.kind === '{') {
      const made = { name: block.name === '' ? word.text : `${block.name}.${word.text}`, statements: [] }
      blocks.push(made)
      open.push(made)
      continue
    }
    const isVariable = word.pieces[0]?.variable === true
    const statement: Statement = {
      name: isVariable ? `$${word.pieces[0]?.text}` : word.text,
      values: [],
      append: next.kind === '+=',
    }
    if (word.text === '.include' && next.kind === 'word') {
      if (next.pieces.some(p => p.variable))
        throw new ConfError(`${file} line ${next.line}: variables not permitted in '.include' filename`)
      const names = next.text
      if (need().kind !== ';') fail(next)
      for (const inner of include(names)) blocks.push(...parseBlocks(inner, names, include, depth + 1))
      continue
    }
    if (next.kind === '=' || next.kind === '+=') {
      do {
        const value = need()
        if (value.kind !== 'word') fail(value)
        statement.values.push(value.pieces)
        next = need()
      } while (next.kind === ',')
    }
    if (next.kind !== ';') fail(next)
    block.statements.push(statement)
  }
  if (open.length > 1) throw new ConfError(`${file}: unexpected EOF`)
  return blocks
}

/** Jails of a file, each with what the globals, wildcards and its own blocks give it, variables expanded. */
export function readConf(text: string, file: string, include: (name: string) => string[]): ConfJail[] {
  const blocks = parseBlocks(text, file, include)
  const names = [...new Set(blocks.map(b => b.name).filter(n => n !== '' && !isWild(n)))]
  return names.map(name => {
    const jail: ConfJail = { name, params: new Map(), complaints: [] }
    const raw = new Map<string, Value[]>()
    raw.set(/^[+-]?[0-9]+$/.test(name) ? 'jid' : 'name', [[{ text: name, variable: false }]])
    for (const block of blocks)
      if (block.name === name || block.name === '' || (isWild(block.name) && wildMatch(name, block.name)))
        for (const s of block.statements) define(jail, raw, s)
    expand(jail, raw)
    return jail
  })
}

/** Applies a statement: replaces or extends the parameter, which the jail has under one of its names only. */
function define(jail: ConfJail, raw: Map<string, Value[]>, { name, values, append }: Statement): void {
  const there = [...raw.keys()].find(known => known === name || sameParameter(known, name))
  const bare = name.replace(/^\$/, '')
  if (there === undefined && raw.has(name.startsWith('$') ? bare : `$${bare}`)) {
    jail.complaints.push(`variable "$${bare}" cannot have the same name as a parameter.`)
    return
  }
  if (there === 'jid' || there === 'name') {
    jail.complaints.push(`cannot redefine parameter "${there}".`)
    return
  }
  const kept = there === undefined ? [] : (raw.get(there) ?? [])
  if (there !== undefined && there !== name) raw.delete(there)
  raw.set(name, append && values.length > 0 ? [...kept, ...values] : values)
}

/** Expands variables; a variable that is the whole word may be a list. */
function expand(jail: ConfJail, raw: Map<string, Value[]>): void {
  class Bad extends Error {}
  const resolve = (value: Value, of: string, seen: string[]): string[] => {
    let texts = ['']
    for (const piece of value) {
      if (!piece.variable) {
        texts[0] += piece.text
        continue
      }
      const values = raw.get(`$${piece.text}`) ?? raw.get(piece.text)
      if (values === undefined || values.length === 0)
        throw new Bad(`${of}: variable "${piece.text}" not found`)
      if (seen.includes(piece.text)) throw new Bad(`${piece.text}: variable loop`)
      const alone = value.every(p => p === piece || (!p.variable && p.text === ''))
      if (values.length > 1 && !alone) throw new Bad(`${of}: array cannot be substituted inline`)
      const put = values.flatMap(v => resolve(v, piece.text, [...seen, piece.text]))
      if (alone) texts = put
      else texts[0] += put[0] ?? ''
    }
    return texts
  }
  for (const [key, values] of raw)
    if (!key.startsWith('$'))
      try {
        jail.params.set(
          key,
          values.flatMap(v => resolve(v, key, [])),
        )
      } catch (error) {
        if (!(error instanceof Bad)) throw error
        jail.complaints.push(error.message)
      }
}
