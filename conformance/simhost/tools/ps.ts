/** ps(1): selection, keywords with headers, columns as wide as they need to be. */
import { CallError } from '../client.ts'
import { Exit, errx, getopt, missingNull, type ToolContext } from './tool.ts'

/** The data of a process, as the kernel gives them. */
export interface ProcessRow {
  pid: number
  ppid: number
  pgid: number
  sid: number
  uid: number
  euid: number
  gid: number
  egid: number
  tty: number
  tt: string
  letter: string
  comm: string
  args: string
  start: string
  started: number
  seconds: number
  vsize: number
  rss: number
  nice: number
  threads: number
  jid: number
  jailed: boolean
  groups: number[]
}

interface Keyword {
  header: string
  left?: boolean
  /** Least width of the column. */
  width?: number
  value: (p: ProcessRow, all: ProcessRow[]) => string
}

const USAGE =
  'usage: ps [--libxo] [-aCcdeHhjlmrSTuvwXxZ] [-O fmt | -o fmt]\n          [-G gid[,gid...]] [-J jid[,jid...]] [-M core] [-N system]\n          [-p pid[,pid...]] [-t tty[,tty...]] [-U user[,user...]]\n       ps [--libxo] -L\n'

function usage(t: ToolContext): never {
  t.err(USAGE)
  throw new Exit(1)
}

function state(p: ProcessRow): string {
  let s = p.letter
  if (p.nice < 0) s += '<'
  if (p.nice > 0) s += 'N'
  if (p.pid === p.sid) s += 's'
  if (p.tty !== 0 && p.pgid === p.pid && p.pid !== p.sid) s += '+'
  return p.jailed ? `${s}J` : s
}

function time(seconds: number): string {
  const whole = Math.floor(seconds)
  const hundredths = Math.floor((seconds - whole) * 100)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}.${String(hundredths).padStart(2, '0')}`
}

function lstart(at: number): string {
  const d = new Date(at * 1000)
  const two = (n: number) => String(n).padStart(2, '0')
  const [day, month] = [
    d.toLocaleDateString('en-US', { weekday: 'short' }),
    d.toLocaleDateString('en-US', { month: 'short' }),
  ]
  return `${day} ${month} ${String(d.getDate()).padStart(2)} ${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())} ${d.getFullYear()}`
}

function started(at: number): string {
  const d = new Date(at * 1000)
  const two = (n: number) => String(n).padStart(2, '0')
  if (Date.now() / 1000 - at < 86_400) return `${two(d.getHours())}:${two(d.getMinutes())}`
  return `${two(d.getDate())}${d.toLocaleDateString('en-US', { month: 'short' })}${String(d.getFullYear()).slice(2)}`
}

function elapsed(at: number): string {
  const s = Math.max(0, Math.floor(Date.now() / 1000 - at))
  const two = (n: number) => String(n).padStart(2, '0')
  const days = Math.floor(s / 86_400)
  const hours = Math.floor(s / 3600) % 24
  const rest = `${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
  return days > 0 ? `${two(days)}-${two(hours)}:${rest}` : hours > 0 ? `${two(hours)}:${rest}` : rest
}

const number = (header: string, value: (p: ProcessRow) => number | string): Keyword => ({
  header,
  value: p => String(value(p)),
})
const word = (header: string, value: (p: ProcessRow) => string): Keyword => ({ header, left: true, value })

/** Functions that turn ids into names by the caller's own files and jails; each run sets them. */
const names = { user: String, group: String, jail: String } as Record<
  'user' | 'group' | 'jail',
  (id: number) => string
>

/** Names by number from passwd(5) or group(5); the first line of a number counts. */
function namesIn(t: ToolContext, file: string): (id: number) => string {
  const found = new Map<number, string>()
  try {
    for (const line of t.readFile(file).split('\n')) {
      const [name = '', , id = ''] = line.split(':')
      if (/^[0-9]+$/.test(id) && !found.has(Number(id))) found.set(Number(id), name)
    }
  } catch (error) {
    // Without the file the columns have numbers.
    if (!(error instanceof CallError)) throw error
  }
  return id => found.get(id) ?? String(id)
}

const KEYWORDS: Record<string, Keyword> = {
  '%cpu': number('%CPU', p => ((100 * p.seconds) / Math.max(1, Date.now() / 1000 - p.started)).toFixed(1)),
  '%mem': number('%MEM', p => ((100 * p.rss * 4096) / 4_253_323_264).toFixed(1)),
  args: word('COMMAND', p => p.args),
  comm: word('COMMAND', p => p.comm.slice(0, 19)),
  command: word('COMMAND', p => p.args),
  cpu: number('C', () => 0),
  etime: number('ELAPSED', p => elapsed(p.started)),
  etimes: number('ELAPSED', p => Math.max(0, Math.floor(Date.now() / 1000 - p.started))),
  egid: number('EGID', p => p.egid),
  flags: number('F', () => '4002'),
  gid: number('GID', p => p.egid),
  groups: word('GROUPS', p => p.groups.join(',') || String(p.egid)),
  group: word('GROUP', p => names.group(p.egid)),
  jail: word('JAIL', p => (p.jid === 0 ? '-' : names.jail(p.jid))),
  jid: number('JID', p => p.jid),
  jobc: number('JOBC', () => 0),
  logname: word('LOGIN', () => 'root'),
  lstart: word('STARTED', p => lstart(p.started)),
  lwp: number('LWP', p => 100_000 + p.pid),
  mwchan: word('MWCHAN', p => (p.letter === 'S' ? 'wait' : '-')),
  nice: number('NI', p => p.nice),
  nlwp: number('NLWP', p => p.threads),
  pgid: number('PGID', p => p.pgid),
  pid: number('PID', p => p.pid),
  ppid: number('PPID', p => p.ppid),
  pri: number('PRI', () => 20),
  rgid: number('RGID', p => p.gid),
  rss: number('RSS', p => p.rss * 4),
  rgroup: word('RGROUP', p => names.group(p.gid)),
  ruid: number('RUID', p => p.uid),
  ruser: word('RUSER', p => names.user(p.uid)),
  sid: number('SID', p => p.sid),
  start: word('STARTED', p => started(p.started)),
  state: { header: 'STAT', left: true, value: state },
  time: number('TIME', p => time(p.seconds)),
  tt: { header: 'TT', left: true, width: 3, value: p => p.tt },
  tty: word('TTY', p => (p.tt === '-' ? '-' : `pts/${p.tt}`)),
  ucomm: word('UCOMM', p => p.comm.slice(0, 19)),
  uid: number('UID', p => p.euid),
  user: word('USER', p => names.user(p.euid)),
  vsz: number('VSZ', p => Math.floor(p.vsize / 1024)),
  wchan: word('WCHAN', p => (p.letter === 'S' ? 'wait' : '-')),
}
const ALIASES: Record<string, string> = {
  pcpu: '%cpu',
  pmem: '%mem',
  stat: 'state',
  cputime: 'time',
  ni: 'nice',
  vsize: 'vsz',
  rssize: 'rss',
  pgrp: 'pgid',
  login: 'logname',
  f: 'flags',
  egroup: 'group',
}

const FORMATS = {
  default: 'pid,tt,state,time,command',
  j: 'user,pid,ppid,pgid,sid,jobc,state,tt,time,command',
  l: 'uid,pid,ppid,cpu,pri,nice,vsz,rss,mwchan,tt,state,time,command',
  u: 'user,pid,%cpu,%mem,vsz,rss,tt,state,start,time,command',
  v: 'pid,state,time,vsz,rss,%cpu,%mem,command',
}

interface Column {
  keyword: Keyword
  header: string
}

/** Reads a format: keywords with commas or blanks between them; everything after `=` is the header. */
function columns(t: ToolContext, text: string): Column[] {
  const list: Column[] = []
  let rest = text
  while (rest !== '') {
    const m = /^[\s,]*([^\s,=]+)(=(.*))?/s.exec(rest)
    if (m === null) break
    const name = m[1] ?? ''
    const keyword = KEYWORDS[ALIASES[name] ?? name]
    if (keyword === undefined) {
      t.err(`${t.name}: ${name}: keyword not found\n`)
      if (list.length === 0) {
        t.err(`${t.name}: no valid keywords; valid keywords:\n${Object.keys(KEYWORDS).join(' ')}\n`)
        throw new Exit(1)
      }
    } else list.push({ keyword, header: m[2] === undefined ? keyword.header : (m[3] ?? '') })
    rest = m[2] === undefined ? rest.slice(m[0].length) : ''
  }
  return list
}

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  // `ps aux` is the old form of `ps -aux`.
  if (t.args[0] !== undefined && /^[a-zA-Z]+$/.test(t.args[0])) t.args[0] = `-${t.args[0]}`
  const { options, rest } = getopt(t, 'AaCcdDeG:gHhjJ:LlM:mN:O:o:p:rSTt:U:uvwXxZ', () => usage(t))
  const has = (letter: string) => options.some(([l]) => l === letter)
  const lists = (letter: string) =>
    options.filter(([l]) => l === letter).flatMap(([, v]) => v.split(/[\s,]+/))
  if (has('L')) {
    t.out(`${Object.keys(KEYWORDS).join(' ')}\n`)
    return 0
  }
  const missing = missingNull(t)
  if (missing !== undefined) errx(t, 1, missing)
  const jails = t.call('jailList', ['jid', 'name']) as { jid: number; name: string }[]
  names.user = namesIn(t, '/etc/passwd')
  names.group = namesIn(t, '/etc/group')
  names.jail = jid => jails.find(jail => jail.jid === jid)?.name ?? '-'
  const all = t.call('processes') as unknown as ProcessRow[]
  const chosen = select(t, all, has, lists, rest)
  const style = (['j', 'l', 'u', 'v'] as const).findLast(has)
  const own = options.filter(([l]) => l === 'o').flatMap(([, v]) => columns(t, v))
  const shown = own.length > 0 ? own : columns(t, FORMATS[style ?? 'default'])
  const more = options.filter(([l]) => l === 'O').flatMap(([, v]) => columns(t, v))
  if (more.length > 0) shown.splice(1, 0, ...more)
  if (has('c'))
    for (const c of shown) if (c.keyword === KEYWORDS.command) c.keyword = KEYWORDS.comm ?? c.keyword
  print(t, shown, chosen, all)
  return chosen.length > 0 ? 0 : 1
}

function select(
  t: ToolContext,
  all: ProcessRow[],
  has: (letter: string) => boolean,
  lists: (letter: string) => string[],
  rest: string[],
): ProcessRow[] {
  const jails = lists('J')
    .filter(w => w !== '')
    .map(word => {
      const jid = word === '0' ? 0 : t.call('jailId', word)
      if (typeof jid === 'number') return jid
      t.err(`${t.name}: Invalid jail id: ${word}\n`)
      throw new Exit(1)
    })
  const pids = [...lists('p'), ...rest]
    .filter(w => w !== '')
    .map(word => {
      if (/^[0-9]+$/.test(word)) return Number(word)
      t.err(`${t.name}: Invalid process id: ${word}\n`)
      throw new Exit(1)
    })
  const users = lists('U')
  const groups = lists('G')
  const terminals = lists('t')
  const selectors = ['J', 'p', 'U', 'G', 't'].some(has) || rest.length > 0
  const tests: ((p: ProcessRow) => boolean)[] = []
  if (has('J')) tests.push(p => jails.includes(p.jid))
  if (pids.length > 0) tests.push(p => pids.includes(p.pid))
  if (users.length > 0) tests.push(p => users.includes(String(p.euid)) || users.includes(names.user(p.euid)))
  if (groups.length > 0) tests.push(p => groups.includes(String(p.gid)))
  if (terminals.length > 0)
    tests.push(p => terminals.some(tt => tt.replace(/^(\/dev\/)?(pts\/)?/, '') === p.tt))
  if (selectors) return all.filter(p => tests.some(test => test(p)))
  const everyone = has('a') || has('A')
  const noTerminal = has('x') || has('A')
  const uid = (t.call('ping') as { uid: number }).uid
  return all.filter(p => (everyone || p.euid === uid) && (noTerminal || p.tty !== 0))
}

function print(t: ToolContext, shown: Column[], chosen: ProcessRow[], all: ProcessRow[]): void {
  const cells = chosen.map(p => shown.map(c => c.keyword.value(p, all)))
  const widths = shown.map((c, i) =>
    Math.max(c.keyword.width ?? 0, c.header.length, ...cells.map(row => row[i]?.length ?? 0)),
  )
  const line = (words: string[]) =>
    words
      .map((text, i) => {
        if (shown[i]?.keyword.left !== true) return text.padStart(widths[i] ?? 0)
        return i === words.length - 1 ? text : text.padEnd(widths[i] ?? 0)
      })
      .join(' ')
  if (shown.some(c => c.header !== '')) t.out(`${line(shown.map(c => c.header))}\n`)
  for (const row of cells) t.out(`${line(row)}\n`)
}
