/** jls(8) */
import { CallError, type Json } from '../client.ts'
import type { Param } from '../kernel/params.ts'
import { negated, resolve, showValue } from './jail-params.ts'
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

const TABLE = ['jid', 'name', 'host.hostname', 'path', 'ip4.addr', 'ip6.addr', 'cpuset.id', 'dying']

/** `--libxo json` and its short forms. */
export function takeLibxo(t: ToolContext): boolean {
  let json = false
  const rest: string[] = []
  for (let i = 0; i < t.args.length; i++) {
    const word = t.args[i] ?? ''
    const value = word === '--libxo' ? t.args[++i] : /^--libxo[=:](.*)$/.exec(word)?.[1]
    if (!word.startsWith('--libxo')) rest.push(word)
    else if (value?.split(/[,:]/).some(v => v === 'json' || v === 'J')) json = true
  }
  t.args = rest
  return json
}

export function main(t: ToolContext): number {
  const json = takeLibxo(t)
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
  let params = rest.map(name => resolve(t, name)?.param ?? errx(t, 1, `unknown parameter: ${name}`))
  const table = params.length === 0 && !o.names && !o.header && !o.settable
  if (params.length === 0 && !table)
    params = (t.call('jailParamList') as unknown as Param[]).filter(
      p =>
        p.type !== 'node' &&
        !(p.type === 'keyed') &&
        !(o.settable && p.readOnly === true && p.name !== 'jid'),
    )
  const wanted = table ? TABLE : params.map(p => p.name)
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
    else rows.push(t.call('jailGet', /^[0-9]+$/.test(jail) ? Number(jail) : jail, wanted) as Row)
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
        `${(o.nameColumn ? '  NAME' : '   JID').padEnd(6)}  IP Address      Hostname                      Path`,
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
  const head = o.nameColumn ? ` ${String(row.name).padEnd(15)}` : String(row.jid).padStart(6)
  const hostname = String(row['host.hostname'])
  return `${head}  ${first(row['ip4.addr']).padEnd(15)} ${hostname.padEnd(29)} ${String(row.path)}`
}

function verboseRow(row: Row): string {
  const lines = [
    `${String(row.jid).padStart(6)}  ${String(row['host.hostname']).padEnd(29)} ${String(row.path)}`,
    `        ${String(row.name).padEnd(29)} ${row.dying === true ? 'DYING' : 'ACTIVE'}`,
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
  return /[\s"'\\]/.test(text) ? `"${text.replace(/(["\\])/g, '\\$1')}"` : text
}

function paramRow(o: Options, params: Param[], row: Row): string {
  const words: string[] = []
  for (const p of params) {
    const value = row[p.name] ?? ''
    const name = p.name
    if (o.settable && (value === '' || (Array.isArray(value) && value.length === 0))) continue
    if (typeof value === 'boolean') {
      if (o.names || o.settable) words.push(value ? name : negated(name))
      else words.push(String(value))
      continue
    }
    let text =
      Array.isArray(value) && value.length === 0 ? (o.quote ? '""' : '-') : quoted(o, showValue(value))
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
