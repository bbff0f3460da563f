/** pgrep(1) and pkill(1). */
import { CallError } from '../client.ts'
import type { ProcessRow } from './ps.ts'
import { signalNumber } from './signals.ts'
import { Exit, errx, getopt, missingNull, strerror, type ToolContext } from './tool.ts'

const OPTIONS = 'DF:G:ILM:N:P:SU:acd:fg:ij:lnoqs:t:u:vx'

function usage(t: ToolContext): never {
  const first =
    t.name === 'pgrep'
      ? 'usage: pgrep [-LSafilnoqvx] [-d delim] [-F pidfile] [-G gid] [-M core] [-N system]\n'
      : 'usage: pkill [-signal] [-ILfilnovx] [-F pidfile] [-G gid] [-M core] [-N system]\n'
  t.err(
    `${first}             [-P ppid] [-U uid] [-c class] [-g pgrp] [-j jail]\n             [-s sid] [-t tty] [-u euid] pattern ...\n`,
  )
  throw new Exit(2)
}

/** The test of a process's jid that -j asks for: `none`, `any`, 0 (any), or a list of names and jids. */
function jailTest(t: ToolContext, list: string): (jid: number) => boolean {
  const wanted = new Set<number>()
  for (const word of list.split(',')) {
    if (word === 'none') return jid => jid === 0
    if (word === 'any' || word === '0') return jid => jid > 0
    const jid = t.call('jailId', word)
    if (typeof jid !== 'number') {
      t.err(`${t.name}: Invalid jail ID or name \`${word}'\n`)
      throw new Exit(2)
    }
    wanted.add(jid)
  }
  return jid => wanted.has(jid)
}

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  const kill = t.name === 'pkill'
  let signal = 15
  if (kill && t.args[0]?.startsWith('-')) {
    const number = signalNumber(t.args[0].slice(1))
    if (number !== undefined) {
      signal = number
      t.args.shift()
    }
  }
  const tests: ((p: ProcessRow) => boolean)[] = []
  const { options, rest } = getopt(
    t,
    OPTIONS,
    () => usage(t),
    (letter, value) => {
      if (letter !== 'j') return
      const test = jailTest(t, value)
      tests.push(p => test(p.jid))
    },
  )
  const has = (letter: string) => options.some(([l]) => l === letter)
  const get = (letter: string) => options.findLast(([l]) => l === letter)?.[1]
  const selective = ['F', 'G', 'P', 'U', 'g', 'j', 's', 't', 'u', 'c'].some(has)
  if (rest.length === 0 && !selective) usage(t)
  const missing = missingNull(t)
  if (missing !== undefined) errx(t, 3, `Cannot open kernel files (${missing})`)
  const all = t.call('processes') as unknown as ProcessRow[]
  const excluded = ancestors(all, t, has('a'))
  const numbers = (letter: string, value: (p: ProcessRow) => number | string) => {
    const list = get(letter)?.split(',')
    if (list !== undefined) tests.push(p => list.includes(String(value(p))))
  }
  numbers('P', p => p.ppid)
  numbers('U', p => p.uid)
  numbers('u', p => p.euid)
  numbers('G', p => p.gid)
  numbers('g', p => p.pgid)
  numbers('s', p => p.sid)
  numbers('t', p => p.tt)
  if (rest.length > 0) tests.push(patternTest(t, rest, has('f'), has('x'), has('i')))
  let chosen = all.filter(p => p.pid !== 1 || !kill)
  chosen = chosen.filter(
    p => !excluded.has(p.pid) && p.letter !== 'Z' && tests.every(test => test(p)) !== has('v'),
  )
  const byAge = [...chosen].sort((a, b) => Number(a.start) - Number(b.start) || a.pid - b.pid)
  if (has('n')) chosen = byAge.slice(-1)
  if (has('o')) chosen = byAge.slice(0, 1)
  if (chosen.length === 0) return 1
  return kill
    ? send(t, chosen, signal, has('l'))
    : print(t, chosen, get('d') ?? '\n', has('l'), has('f'), has('q'))
}

/** The pids that pgrep(1) never reports: its own, and without -a those of its ancestors. */
function ancestors(all: ProcessRow[], t: ToolContext, keep: boolean): Set<number> {
  const self = (t.call('ping') as { pid: number }).pid
  const set = new Set([self])
  for (let p = all.find(q => q.pid === self); !keep && p !== undefined && p.pid !== 1; ) {
    const parent = all.find(q => q.pid === p?.ppid)
    if (parent !== undefined) set.add(parent.pid)
    p = parent
  }
  return set
}

function patternTest(
  t: ToolContext,
  patterns: string[],
  full: boolean,
  exact: boolean,
  ignoreCase: boolean,
): (p: ProcessRow) => boolean {
  const list = patterns.map(pattern => {
    try {
      return new RegExp(exact ? `^(${pattern})$` : pattern, ignoreCase ? 'i' : '')
    } catch {
      t.err(`${t.name}: Cannot compile regular expression \`${pattern}' (Invalid regular expression)\n`)
      throw new Exit(2)
    }
  })
  return p => list.some(regex => regex.test(full ? p.args : p.comm))
}

function send(t: ToolContext, chosen: ProcessRow[], signal: number, list: boolean): number {
  let status = 1
  for (const p of chosen) {
    try {
      t.call('kill', p.pid, signal)
      if (list) t.out(`kill -${signal} ${p.pid}\n`)
      status = 0
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      if (error.errno !== 'ESRCH') t.err(`${t.name}: signalling pid ${p.pid}: ${strerror(error.errno)}\n`)
    }
  }
  return status
}

function print(
  t: ToolContext,
  chosen: ProcessRow[],
  delimiter: string,
  long: boolean,
  full: boolean,
  quiet: boolean,
): number {
  if (!quiet)
    t.out(
      `${chosen.map(p => (long ? `${p.pid} ${full ? p.args : p.comm}` : String(p.pid))).join(delimiter)}\n`,
    )
  return 0
}
