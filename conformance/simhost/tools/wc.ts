/** wc(1): FreeBSD pads every number to eight columns. */
import fs from 'node:fs'
import { errnoOf } from './errno.ts'
import { Exit, getopt, strerror, type ToolContext } from './tool.ts'

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  const bad = (): never => {
    t.err('usage: wc [-Lclmw] [file ...]\n')
    throw new Exit(1)
  }
  const { options, rest } = getopt(t, 'clmwL', bad)
  const chosen = new Set(options.map(option => option[0]))
  const wanted = (letter: string): boolean =>
    chosen.size === 0 ? 'lwc'.includes(letter) : chosen.has(letter)
  const totals = [0, 0, 0]
  let status = 0
  const line = (counts: readonly number[], name: string): string => {
    const shown = counts.filter((_, at) => wanted('lwc'[at]!) || (at === 2 && wanted('m')))
    return `${shown.map(count => ` ${String(count).padStart(7)}`).join('')}${name === '' ? '' : ` ${name}`}\n`
  }
  for (const name of rest.length === 0 ? [''] : rest) {
    try {
      const data = fs.readFileSync(name === '' ? 0 : name)
      const text = data.toString('latin1')
      const characters = chosen.has('m') ? [...data.toString()].length : data.length
      const counts = [
        text.split('\n').length - 1,
        text.split(/[ \t\n\v\f\r]+/).filter(word => word !== '').length,
        characters,
      ]
      for (const [at, count] of counts.entries()) totals[at] = (totals[at] ?? 0) + count
      t.out(line(counts, name))
    } catch (error) {
      t.err(`wc: ${name === '' ? 'stdin' : name}: ${strerror(errnoOf(error))}\n`)
      status = 1
    }
  }
  if (rest.length > 1) t.out(line(totals, 'total'))
  return status
}
