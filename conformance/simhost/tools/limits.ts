/** limits(1): shows resource limits, or runs a command with others. */
import { ptr } from 'bun:ffi'
import { libc } from '../libc.ts'
import { LIMIT_ROWS, limitsTable } from '../print/limits.ts'
import { expandNumber } from '../text/numbers.ts'
import { execvp } from './process.ts'
import { Exit, getopt, strerror, type ToolContext } from './tool.ts'

/** Linux's numbers of the limits that Linux has, too. */
const LINUX: Readonly<Record<string, number>> = { t: 0, f: 1, d: 2, s: 3, c: 4, m: 5, u: 6, n: 7, l: 8, v: 9 }

function set(letter: string, value: bigint): void {
  const resource = LINUX[letter]
  if (resource === undefined) return
  const limit = Buffer.alloc(16)
  limit.writeBigUInt64LE(value, 0)
  limit.writeBigUInt64LE(value, 8)
  libc.syscall(process.arch === 'arm64' ? 261 : 302, 0, resource, ptr(limit), 0, 0)
}

/** An option without its argument (`-n` alone) asks for that resource. */
function split(args: readonly string[]): {
  shown: string[]
  values: [string, string][]
  rest: string[]
  type: string
} {
  const letters = LIMIT_ROWS.map(row => row.letter).join('')
  const found = { shown: [] as string[], values: [] as [string, string][], rest: [] as string[], type: '' }
  let at = 0
  for (; at < args.length; at += 1) {
    const option = /^-([A-Za-z])(.*)$/.exec(args[at]!)
    if (option === null) break
    const [, letter, attached] = option as unknown as [string, string, string]
    if (!letters.includes(letter)) {
      if ('SHB'.includes(letter)) found.type = letter
      else if (letter === 'P' || letter === 'U' || letter === 'C') at += attached === '' ? 1 : 0
      continue
    }
    const next = attached !== '' ? attached : args[at + 1]
    if (next !== undefined && /^([0-9]+[a-zA-Z]*|inf(inity)?|unlimited)$/.test(next)) {
      found.values.push([letter, next])
      if (attached === '') at += 1
    } else found.shown.push(letter)
  }
  found.rest = args.slice(at)
  return found
}

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  const unknown = t.args.find(word => /^-[^A-Za-z]/.test(word))
  if (unknown !== undefined) {
    getopt({ ...t, args: [unknown] }, '', () => {
      throw new Exit(64)
    })
  }
  const { shown, values, rest, type } = split(t.args)
  if (rest.length === 0) {
    const rows = LIMIT_ROWS.filter(row => shown.length === 0 || shown.includes(row.letter))
    const title = { S: ' (soft)', H: ' (hard)', B: '' }[type] ?? ' (current)'
    t.out(limitsTable(rows, title))
    return 0
  }
  for (const [letter, text] of values) {
    const kilobytes = /^(?:f|d|s|c|m|l|v)$/.test(letter) && /^[0-9]+$/.test(text)
    const number = expandNumber(text)
    set(letter, number === undefined ? 2n ** 64n - 1n : kilobytes ? number * 1024n : number)
  }
  const error = execvp(rest, t.env)
  t.err(`limits: ${rest[0]}: ${strerror(error)}\n`)
  return error === 'ENOENT' ? 127 : 126
}
