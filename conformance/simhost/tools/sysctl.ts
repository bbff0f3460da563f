/** sysctl(8) */
import { CallError } from '../client.ts'
import { Exit, errx, getopt, strerror, type ToolContext } from './tool.ts'

function usage(t: ToolContext): never {
  t.err(
    'usage: sysctl [-j jail] [-bdeFhiJlNnoqTtVWx] [ -B <bufsize> ] [-f filename] name[=value] ...\n       sysctl [-j jail] [-bdeFhJlNnoqTtVWx] [ -B <bufsize> ] -a\n',
  )
  throw new Exit(1)
}

type Entry = [name: string, value: string | null, description: string]

interface Flags {
  nameOnly: boolean
  valueOnly: boolean
  describe: boolean
  ignore: boolean
  quiet: boolean
  separator: string
}

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  const { options, rest } = getopt(t, 'AabB:def:FhiJj:lNnoqtTVwWxX', () => usage(t))
  const has = (letter: string) => options.some(([l]) => l === letter)
  const f: Flags = {
    nameOnly: has('N'),
    valueOnly: has('n'),
    describe: has('d'),
    ignore: has('i'),
    quiet: has('q'),
    separator: has('e') ? '=' : ': ',
  }
  if (f.nameOnly && f.valueOnly) usage(t)
  const jail = options.findLast(([l]) => l === 'j')?.[1]
  if (jail !== undefined) {
    const jid = t.call('jailId', jail)
    if (jid === null) errx(t, 1, 'jail not found')
    const outside = t.call
    t.call = (name, ...args) => outside('insideJail', jid, name, ...args)
  }
  if (has('a') || has('A')) {
    for (const entry of t.call('sysctlTree', '') as unknown as Entry[]) show(t, f, entry)
    return 0
  }
  if (rest.length === 0) usage(t)
  let failed = 0
  for (const word of rest) if (!one(t, f, word)) failed++
  return failed > 0 ? 1 : 0
}

function one(t: ToolContext, f: Flags, word: string): boolean {
  const m = /^([^=: ]+)(?:=|: |: *)?/.exec(word)
  const given = m?.[1] ?? word
  // A dot at the end of a name does not count (name2oid).
  const name = given.replace(/(.)\.$/, '$1')
  const value = word.includes('=') ? word.slice(word.indexOf('=') + 1) : undefined
  const exists = t.call('sysctlExists', name) as boolean
  if (!exists) {
    if (f.ignore) return true
    if (!f.quiet) t.err(`${t.name}: unknown oid '${given}'\n`)
    return false
  }
  if (value !== undefined) return set(t, f, name, value)
  const all = t.call('sysctlTree', name) as unknown as Entry[]
  const own = all.find(([n]) => n === name)
  // An oid with a value is shown by itself, a node with everything below it.
  const single = own !== undefined && own[1] !== null
  for (const entry of single ? [own] : all.filter(([n]) => n !== name)) show(t, f, entry)
  return true
}

function show(t: ToolContext, f: Flags, [name, value, description]: Entry): void {
  if (f.nameOnly) t.out(`${name}\n`)
  else if (f.describe) t.out(f.valueOnly ? `${description}\n` : `${name}${f.separator}${description}\n`)
  else if (value === null) return
  else if (f.valueOnly) t.out(`${value}\n`)
  else t.out(`${name}${f.separator}${value}\n`)
}

function set(t: ToolContext, f: Flags, name: string, value: string): boolean {
  const old = t.call('sysctl', name)
  if (old === null) {
    t.err(`${t.name}: oid '${name}' isn't a leaf node\n`)
    return false
  }
  if (/^-?[0-9]+$/.test(String(old)) && !/^-?(0x[0-9a-f]+|[0-9]+)$/i.test(value)) {
    t.err(`${t.name}: invalid integer '${value}'\n`)
    return false
  }
  try {
    t.call('sysctlSet', name, value)
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    if (error.text === 'tunable')
      t.err(
        `${t.name}: oid '${name}' is a read only tunable\n${t.name}: Tunable values are set in /boot/loader.conf\n`,
      )
    else if (error.text === 'read only') t.err(`${t.name}: oid '${name}' is read only\n`)
    else t.err(`${t.name}: ${name}=${value}: ${error.text || strerror(error.errno)}\n`)
    return false
  }
  if (!f.quiet) {
    const now = String(t.call('sysctl', name))
    t.out(
      f.valueOnly ? `${now}\n` : f.nameOnly ? `${name}\n` : `${name}${f.separator}${String(old)} -> ${now}\n`,
    )
  }
  return true
}
