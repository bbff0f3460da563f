/** kldload(8), kldunload(8), kldstat(8). */
import { CallError } from '../client.ts'
import { Exit, errx, getopt, strerror, type ToolContext } from './tool.ts'

interface File {
  id: number
  name: string
  refs: number
  address: number
  size: number
  modules: string[]
}

function usage(t: ToolContext, text: string): () => never {
  return () => {
    t.err(text)
    throw new Exit(1)
  }
}

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  if (t.name === 'kldload') return load(t)
  if (t.name === 'kldunload') return unload(t)
  return stat(t)
}

function load(t: ToolContext): number {
  const show = usage(t, 'usage: kldload [-nqv] file ...\n')
  const { options, rest } = getopt(t, 'nqv', show)
  const has = (letter: string) => options.some(([l]) => l === letter)
  if (rest.length === 0) show()
  let failed = 0
  for (const name of rest) {
    try {
      const id = t.call('kldload', name)
      if (has('v')) t.out(`Loaded ${name}, id=${id}\n`)
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      if (has('n') && error.errno === 'EEXIST') {
        if (has('v')) t.out(`${name} is already loaded\n`)
        continue
      }
      failed = 1
      if (has('q')) continue
      if (error.errno === 'EEXIST')
        t.err(`${t.name}: can't load ${name}: module already loaded or in kernel\n`)
      else t.err(`${t.name}: can't load ${name}: ${strerror(error.errno)}\n`)
    }
  }
  return failed
}

/** kldunload(8): with `-i` all words are ids; the first failure ends the tool. */
function unload(t: ToolContext): number {
  const show = usage(t, 'usage: kldunload [-fv] -i id ...\n       kldunload [-fv] [-n] name ...\n')
  const { options, rest } = getopt(t, 'finv', show)
  const has = (letter: string) => options.some(([l]) => l === letter)
  if (rest.length === 0) show()
  for (const word of rest) {
    const files = t.call('kldstat') as unknown as File[]
    const file = has('i')
      ? files.find(f => f.id === Number(word))
      : files.find(f => f.name === word || f.name === `${word}.ko`)
    if (file === undefined && !has('i')) errx(t, 1, `can't find file ${word}`)
    if (has('v') && file === undefined) errx(t, 1, `can't stat file: ${strerror('ENOENT')}`)
    if (has('v')) t.out(`Unloading ${file?.name}, id=${file?.id}\n`)
    try {
      t.call('kldunload', file?.name ?? word)
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      errx(t, 1, `can't unload file: ${strerror(error.errno)}`)
    }
  }
  return 0
}

function line(f: File): string {
  const hex = (n: number) => `0x${n.toString(16)}`
  return `${String(f.id).padStart(2)} ${String(f.refs).padStart(4)} ${`0xffffffff8${f.address.toString(16).padStart(7, '0')}`} ${hex(f.size).slice(2).padStart(8)} ${f.name}\n`
}

function stat(t: ToolContext): number {
  const show = usage(t, 'usage: kldstat [-dhqv] [-i id] [-n filename]\n       kldstat [-dhq] [-m modname]\n')
  const { options } = getopt(t, 'dhi:m:n:qv', show)
  const has = (letter: string) => options.some(([l]) => l === letter)
  const get = (letter: string) => options.findLast(([l]) => l === letter)?.[1]
  const files = t.call('kldstat') as unknown as File[]
  const module = get('m')
  if (module !== undefined) {
    const at = files.flatMap(f => f.modules).indexOf(module)
    if (at < 0) {
      if (has('q')) return 1
      errx(t, 1, `can't find module ${module}: ${strerror('ENOENT')}`)
    }
    if (!has('q')) t.out(`Id  Refs Name\n${String(at + 1).padStart(3)} ${'1'.padStart(4)} ${module}\n`)
    return 0
  }
  let shown = files
  const name = get('n')
  const id = get('i')
  if (name !== undefined || id !== undefined) {
    shown = files.filter(f => f.name === name || f.name === `${name}.ko` || f.id === Number(id))
    if (shown.length === 0) {
      if (has('q')) return 1
      errx(
        t,
        1,
        name !== undefined ? `can't find file ${name}: ${strerror('ENOENT')}` : `can't stat id ${id}`,
      )
    }
    if (has('q')) return 0
  }
  t.out('Id Refs Address                Size Name\n')
  for (const f of shown) {
    t.out(line(f))
    if (has('v'))
      t.out(
        `\tContains modules:\n\t\tId Name\n${f.modules.map((m, i) => `\t\t${String(i + 1).padStart(2)} ${m}\n`).join('')}`,
      )
  }
  return 0
}
