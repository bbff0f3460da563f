/** jls(8) */
import { CallError, type Json } from '../client.ts'
import { negated, type Param } from '../rules/jail/catalogue.ts'
import { showValue } from '../rules/jail/values.ts'
import { lookUpParam } from './jail/import.ts'
import { Exit, errx, getopt, strerror, type ToolContext } from './tool.ts'

interface Options {
  json: boolean
  names: boolean
  header: boolean
  settable: boolean
  verbose: boolean
  quote: boolean
  nameColumn: boolean
}
type Row = Record<string, Json>

function usage(t: ToolContext): never {
  t.err(
    'usage: jls [--libxo] [-dhNnqv] [-j jail] [param ...]\n       jls -c [-j jail]\n       jls -s [-j jail] [param ...]\n',
  )
  throw new Exit(1)
}

/** Parameters of the type jailsys with others below them; -s shows the others only while the value is `new`. */
const PARENTS = ['host', 'ip4', 'ip6', 'linux', 'vnet']

/** The parameters of `all`: those without a dot first, then by name. */
function allParams(t: ToolContext): Param[] {
  const list = (t.call('jailParamList') as unknown as Param[]).filter(p => p.type !== 'node')
  const dotted = (p: Param) => Number(p.name.includes('.'))
  return list.sort((a, b) => dotted(a) - dotted(b) || (a.name < b.name ? -1 : 1))
}

const TABLE = ['jid', 'name', 'host.hostname', 'path', 'ip4.addr', 'ip6.addr', 'cpuset.id', 'dying']

/**
 * Takes `--libxo json` and its short forms off the command line. With `pretty` (`P`) the line that the tool writes, which
 * holds `start`, is laid out afterwards.
 */
export function takeLibxo(t: ToolContext, start: string): boolean {
  let json = false
  let pretty = false
  const rest: string[] = []
  for (let i = 0; i < t.args.length; i++) {
    const word = t.args[i] ?? ''
    const short = /^--libxo:(.*)$/.exec(word)?.[1]
    const value = word === '--libxo' ? t.args[++i] : /^--libxo=(.*)$/.exec(word)?.[1]
    if (!word.startsWith('--libxo')) rest.push(word)
    const words = short === undefined ? (value ?? '').split(',') : [...short]
    json ||= words.includes('json') || words.includes('J')
    pretty ||= words.includes('pretty') || words.includes('P')
  }
  t.args = rest
  if (json && pretty) {
    const plain = t.out
    t.out = text => plain(text.includes(start) ? `${JSON.stringify(JSON.parse(text), null, 2)}\n` : text)
  }
  return json
}

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  const json = takeLibxo(t, '"jail-information": {')
  const { options, rest } = getopt(t, 'acdhNnqsvj:', () => usage(t))
  const has = (letter: string) => options.some(([l]) => l === letter)
  const jail = options.findLast(([l]) => l === 'j')?.[1]
  const o: Options = {
    json,
    names: has('n'),
    header: has('h'),
    settable: has('s'),
    verbose: has('v'),
    quote: has('q'),
    nameColumn: has('N'),
  }
  if (has('c')) return exists(t, options, jail, rest)
  if (o.settable && o.header) usage(t)
  const table = rest.length === 0 && !o.names && !o.header && !o.settable
  const asked = rest.length === 0 && !table ? ['all'] : rest
  const params: Param[] = []
  for (const p of asked.flatMap(name =>
    name === 'all' ? allParams(t) : [lookUpParam(t, name)?.param ?? errx(t, 1, `unknown parameter: ${name}`)],
  ))
    if (!params.some(there => there.name === p.name)) params.push(p)
  const wanted = table
    ? TABLE
    : [
        ...new Set([
          ...params.map(p => p.name),
          ...(o.settable ? PARENTS.filter(name => lookUpParam(t, name) !== undefined) : []),
        ]),
      ]
  return print(t, o, table, params, jail, wanted)
}

function exists(
  t: ToolContext,
  options: [string, string][],
  jail: string | undefined,
  rest: string[],
): number {
  if (jail === undefined || rest.length > 0 || options.some(([l]) => l !== 'c' && l !== 'j')) usage(t)
  return t.call('jailId', jail) === null ? 1 : 0
}

function print(
  t: ToolContext,
  o: Options,
  table: boolean,
  params: Param[],
  jail: string | undefined,
  wanted: string[],
): number {
  const out: string[] = []
  const rows: Row[] = []
  let missing: string | undefined
  try {
    if (jail === undefined) rows.push(...(t.call('jailList', wanted) as unknown as Row[]))
    else
      rows.push(
        t.call('jailGet', /^[0-9]+$/.test(jail) && Number(jail) !== 0 ? Number(jail) : jail, wanted) as Row,
      )
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    missing = error.text || `jail_get: ${strerror(error.errno)}`
  }
  if (o.json) {
    const list = rows.map(row => jsonRow(o, table, params, row))
    t.out(`{"__version": "2", "jail-information": {"jail": [${list.join(', ')}]}}\n`)
  } else {
    if (table && !o.verbose)
      out.push(
        o.nameColumn
          ? ' JID             IP Address      Hostname                      Path'
          : '   JID  IP Address      Hostname                      Path',
      )
    if (table && o.verbose)
      out.push(
        '   JID  Hostname                      Path',
        '        Name                          State',
        '        CPUSetID',
        '        IP Address(es)',
      )
    if (o.header && !table) out.push(params.map(p => p.name).join(' '))
    for (const row of rows)
      out.push(table ? (o.verbose ? verboseRow(row) : tableRow(o, row)) : paramRow(o, params, row))
    if (out.length > 0) t.out(`${out.join('\n')}\n`)
  }
  if (missing !== undefined) errx(t, 1, missing)
  return 0
}

const first = (v: Json | undefined) => (Array.isArray(v) ? String(v[0] ?? '') : '')

function tableRow(o: Options, row: Row): string {
  const head = o.nameColumn ? ` ${String(row.name).padEnd(15)} ` : `${String(row.jid).padStart(6)}  `
  const hostname = String(row['host.hostname']).slice(0, 29)
  const path = String(row.path).slice(0, 74)
  return `${head}${first(row['ip4.addr']).padEnd(15)} ${hostname.padEnd(29)} ${path}`
}

function verboseRow(row: Row): string {
  const lines = [
    `${String(row.jid).padStart(6)}  ${String(row['host.hostname']).slice(0, 29).padEnd(29)} ${String(row.path).slice(0, 74)}`,
    `        ${String(row.name).slice(0, 29).padEnd(29)} ${row.dying === true ? 'DYING' : 'ACTIVE'}`,
    `        ${String(row['cpuset.id'])}`,
  ]
  for (const family of ['ip4.addr', 'ip6.addr'])
    for (const address of Array.isArray(row[family]) ? row[family] : [])
      lines.push(`        ${String(address)}`)
  return lines.join('\n')
}

/** quoted_print: a value for people, with quotes where -q or -s asks for them. */
function quoted(o: Options, text: string): string {
  if (text === '') return '""'
  if (!o.quote && !o.settable) return text
  const quote = text.includes("'") ? '"' : text.includes('"') ? "'" : /[ \t]/.test(text) ? '"' : ''
  return `${quote}${text}${quote}`
}

function paramRow(o: Options, params: Param[], row: Row): string {
  const words: string[] = []
  for (const p of params) {
    const value = row[p.name] ?? ''
    const name = p.name
    if (o.settable && p.readOnly === true && p.name !== 'jid') continue
    const parent = row[name.split('.', 1)[0] ?? '']
    if (o.settable && name.includes('.') && typeof parent === 'string' && parent !== 'new') continue
    if (typeof value === 'boolean') {
      if (o.names || o.settable) words.push(value ? name : negated(name))
      else words.push(String(value))
      continue
    }
    const none = o.quote || o.settable ? '""' : o.names ? '' : '-'
    let text = Array.isArray(value) && value.length === 0 ? none : quoted(o, showValue(value))
    if (o.names || o.settable) text = `${name}=${text}`
    words.push(text)
  }
  return words.join(' ')
}

function jsonRow(o: Options, table: boolean, params: Param[], row: Row): string {
  const s = (v: unknown) => JSON.stringify(v)
  if (table && !o.verbose) {
    const head = o.nameColumn ? `"name":${s(row.name)}` : `"jid":${s(row.jid)}`
    return `{${head},"ipv4":${s(first(row['ip4.addr']))},"hostname":${s(row['host.hostname'])},"path":${s(row.path)}}`
  }
  if (table) {
    const list = (v: Json | undefined) => (Array.isArray(v) ? `[${v.map(s).join(',')}]` : '[]')
    return `{"jid":${s(row.jid)},"hostname":${s(row['host.hostname'])},"path":${s(row.path)},"name":${s(row.name)},"state":${s(row.dying === true ? 'DYING' : 'ACTIVE')},"cpusetid":${s(row['cpuset.id'])}, "ipv4_addrs": ${list(row['ip4.addr'])}, "ipv6_addrs": ${list(row['ip6.addr'])}}`
  }
  let text = ''
  for (const p of params) {
    const value = row[p.name] ?? ''
    const array = Array.isArray(value)
    const shown = array
      ? ` [${value.map(s).join(',')}]`
      : typeof value === 'boolean' && (o.names || o.settable)
        ? String(value)
        : s(String(value))
    text += `${text === '' ? '' : array ? ', ' : ','}${s(p.name)}:${shown}`
  }
  return `{${text}}`
}
