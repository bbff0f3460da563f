/** jail(8): options, the two forms of the command line, and what is done with each jail (jail.md sections 4 and 5). */
import fs from 'node:fs'
import { CallError } from '../client.ts'
import { ConfError, type ConfJail, readConf } from './jail-conf.ts'
import { type Conf, createJail, importParams, modifyJail, type Run, stopJail } from './jail-run.ts'
import { Exit, errx, getopt, type ToolContext } from './tool.ts'

const USAGE = `usage: jail [-dhilqv] [-J jid_file] [-u username] [-U username]
            -[cmr] param=value ... [command=command ...]
       jail [-dqv] [-f file] -[cmr] [jail]
       jail [-qv] [-f file] -[rR] ['*' | jail ...]
       jail [-dhilqv] [-J jid_file] [-u username] [-U username]
            [-n jailname] [-s securelevel]
            path hostname ip[,...] command ...
       jail [-f file] -e separator
`

function usage(t: ToolContext): never {
  t.err(USAGE)
  throw new Exit(1)
}

/** Parameters whose value is a comma list in the arguments form. */
const LISTS = new Set(['ip4.addr', 'ip6.addr', 'vnet.interface', 'zfs.dataset'])

/** `param=value ...`; `command=` takes all that follows. */
function fromArguments(args: string[]): ConfJail {
  const params = new Map<string, string[]>()
  for (const [i, word] of args.entries()) {
    const equal = word.indexOf('=')
    const name = equal < 0 ? word : word.slice(0, equal)
    if (name === 'command' && equal >= 0) {
      params.set('command', [word.slice(equal + 1), ...args.slice(i + 1)])
      break
    }
    const value = word.slice(equal + 1)
    const values = equal < 0 ? [] : LISTS.has(name) ? value.split(',') : [value]
    const list = /^(exec\.|mount)/.test(name) && params.has(name)
    params.set(name, list ? [...(params.get(name) ?? []), ...values] : values)
  }
  return { name: '', params }
}

function readFile(t: ToolContext, file: string): ConfJail[] {
  let text: string
  try {
    text = fs.readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch {
    errx(t, 1, `${file}: No such file or directory`)
  }
  const include = (name: string) => {
    const dir = name.slice(0, name.lastIndexOf('/') + 1) || './'
    const pattern = new RegExp(
      `^${name
        .slice(name.lastIndexOf('/') + 1)
        .replace(/[.+^$()|{}[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
    )
    return fs
      .readdirSync(dir)
      .filter(f => pattern.test(f))
      .sort()
      .map(f => fs.readFileSync(dir + f, 'utf8'))
  }
  try {
    return readConf(text, file === '-' ? 'STDIN' : file, include)
  } catch (error) {
    if (error instanceof ConfError) errx(t, 1, error.message)
    throw error
  }
}

export function main(t: ToolContext): number {
  const { options, rest } = getopt(t, 'cCde:f:hiJ:lmn:p:qrRs:u:U:v', () => usage(t))
  const has = (letter: string) => options.some(([l]) => l === letter)
  const get = (letter: string) => options.findLast(([l]) => l === letter)?.[1]
  if (has('d'))
    t.err(`${t.name}: the 'allow.dying' parameter and '-d' flag are deprecated and have no effect.\n`)
  const run: Run = {
    t,
    verbose: has('v') ? 1 : 0,
    quiet: has('q') || has('i'),
    printJid: has('i'),
    jidFile: get('J'),
    clean: has('l'),
    jailUser: get('U'),
    systemUser: get('u'),
    failed: false,
  }
  const separator = get('e')
  const file = get('f')
  if (separator !== undefined) {
    if (rest.length > 0 || has('c') || has('m') || has('r') || has('R')) usage(t)
    for (const jail of readFile(t, file ?? '/etc/jail.conf')) t.out(`${printed(jail, separator)}\n`)
    return 0
  }
  const op = { c: has('c'), m: has('m'), r: has('r') || has('R') }
  if (!op.c && !op.m && !op.r) {
    if (rest.length < 4 || !rest[0]?.startsWith('/')) usage(t)
    oldStyle(run, rest, get('n'), get('s'))
    return run.failed ? 1 : 0
  }
  if (op.r && !op.c && !op.m) remove(run, rest, file, has('R'))
  else if (rest.length > 1 || rest[0]?.includes('='))
    start(run, { jail: fromArguments(rest), named: false }, op)
  else {
    const all = readFile(t, file ?? '/etc/jail.conf')
    const wanted = rest[0]
    const chosen = wanted === undefined || wanted === '*' ? all : all.filter(j => matchName(wanted, j.name))
    if (chosen.length === 0) errx(t, 1, `"${wanted}" not found`)
    const wild = wanted === undefined || wanted.endsWith('*')
    if (op.r && op.c && !op.m) restart(run, chosen, all, wild)
    else
      for (const jail of ordered(run, chosen, all))
        start(run, { jail, named: true }, op, wild || !chosen.includes(jail))
  }
  return run.failed ? 1 : 0
}

function matchName(pattern: string, name: string): boolean {
  return pattern === name || (pattern.endsWith('.*') && name.startsWith(pattern.slice(0, -1)))
}

/** `depend`: what a jail needs comes first. */
function ordered(run: Run, chosen: ConfJail[], all: ConfJail[]): ConfJail[] {
  const list: ConfJail[] = []
  const visit = (jail: ConfJail, path: string[]): boolean => {
    if (list.includes(jail)) return true
    if (path.includes(jail.name)) {
      run.t.err(`jail: ${jail.name}: dependency loop\n`)
      run.failed = true
      return false
    }
    for (const name of jail.params.get('depend') ?? []) {
      const needed = all.find(j => j.name === name)
      if (needed === undefined) {
        run.t.err(`jail: ${jail.name}: depends on undefined jail "${name}"\n`)
        run.failed = true
        return false
      }
      if (!visit(needed, [...path, jail.name])) return false
    }
    list.push(jail)
    return true
  }
  for (const jail of chosen) visit(jail, [])
  return list
}

/** One jail of -c, -m and -r together. `tolerant`: it was not named itself (a wildcard, or another depends on it). */
function start(run: Run, conf: Conf, op: { c: boolean; m: boolean; r: boolean }, tolerant = false): void {
  const { t } = run
  if (importParams(run, conf) === undefined) return
  const key = conf.jail.params.get('jid')?.[0] ?? conf.jail.params.get('name')?.[0]
  const found = key === undefined ? null : t.call('jailId', key)
  const jid = typeof found === 'number' ? found : undefined
  if (jid === undefined) {
    if (op.c && (op.m || !op.r)) createJail(run, conf)
    else if (!tolerant) fail(run, key === undefined ? 'no jail specified' : `"${key}" not found`)
  } else if (op.r && !op.m) {
    stopJail(run, { jail: conf.jail, named: conf.named }, jid, run.verbose > 0)
    createJail(run, conf)
  } else if (op.m) modifyJail(run, conf, jid)
  else if (!tolerant)
    fail(run, `"${conf.named ? conf.jail.name : key === undefined ? '' : jid}" already exists`)
}

/** -rc: what depends on a jail stops before it and starts again after it; what it depends on is started when it has to. */
function restart(run: Run, chosen: ConfJail[], all: ConfJail[], wild: boolean): void {
  const running = (jail: ConfJail): number | undefined => {
    const jid = run.t.call('jailId', jail.name)
    return typeof jid === 'number' ? jid : undefined
  }
  const named = chosen.filter(jail => {
    if (running(jail) !== undefined) return true
    if (!wild) fail(run, `"${jail.name}" not found`)
    return false
  })
  const more = named.flatMap(jail => dependents(jail.name, all)).filter(jail => running(jail) !== undefined)
  const list = ordered(run, [...new Set([...named, ...more])], all)
  for (const jail of [...list].reverse()) {
    const jid = named.includes(jail) || more.includes(jail) ? running(jail) : undefined
    if (jid !== undefined) stopJail(run, { jail, named: true }, jid, run.verbose > 0)
  }
  for (const jail of list) start(run, { jail, named: true }, { c: true, m: false, r: false }, true)
}

function fail(run: Run, message: string): void {
  run.t.err(`jail: ${message}\n`)
  run.failed = true
}

/** The jails that need this one, nearest first: they go before it. */
function dependents(name: string, all: ConfJail[], path: readonly string[] = []): ConfJail[] {
  if (path.includes(name)) return []
  const direct = all.filter(j => j.params.get('depend')?.includes(name) === true)
  return direct.flatMap(j => [j, ...dependents(j.name, all, [...path, name])])
}

/** -r and -R. What is said of a removed jail depends on how it was named. */
function remove(run: Run, names: string[], file: string | undefined, ignoreFile: boolean): void {
  const { t } = run
  const conf =
    !ignoreFile && (file !== undefined || fs.existsSync('/etc/jail.conf'))
      ? readFile(t, file ?? '/etc/jail.conf')
      : undefined
  if (names.length === 0 && conf === undefined) {
    if (ignoreFile) errx(t, 1, 'no jail specified')
    errx(t, 1, '/etc/jail.conf: No such file or directory')
  }
  const running = t.call('jailList', ['jid', 'name']) as { jid: number; name: string }[]
  const wildcard = names.some(n => n.endsWith('*'))
  const targets: { conf: Conf; jid: number }[] = []
  const wanted = names.length > 0 ? names : (conf ?? []).map(j => j.name)
  for (const name of wanted) {
    const matching = name.endsWith('*')
      ? running.filter(j => name === '*' || matchName(name, j.name))
      : running.filter(j => j.name === name || String(j.jid) === name)
    if (matching.length === 0 && !name.endsWith('*') && names.length > 0) {
      if (!(run.quiet && conf?.some(j => j.name === name))) fail(run, `"${name}" not found`)
      else run.failed = true
    }
    for (const j of matching) {
      const own = conf?.find(c => c.name === j.name)
      const jail = own ?? { name: j.name, params: new Map() }
      targets.push({ conf: { jail, named: true, configured: own !== undefined }, jid: j.jid })
      for (const other of dependents(j.name, conf ?? [])) {
        const there = running.find(r => r.name === other.name)
        if (there !== undefined)
          targets.push({ conf: { jail: other, named: true, configured: true }, jid: there.jid })
      }
    }
  }
  const say = conf !== undefined || names.length > 1 || wildcard || run.verbose > 0
  for (const { conf: one, jid } of targets.reverse()) {
    if (t.call('jailId', String(jid)) === null) continue
    stopJail(run, one, jid, say)
  }
}

/** `jail path hostname ip,... command ...` */
function oldStyle(run: Run, rest: string[], name: string | undefined, level: string | undefined): void {
  const [path, hostname, ips, ...command] = rest
  const params = new Map<string, string[]>([
    ['path', [path ?? '/']],
    ['host.hostname', [hostname ?? '']],
  ])
  if (name !== undefined) params.set('name', [name])
  if (level !== undefined) params.set('securelevel', [level])
  const list = (ips ?? '').split(',').filter(a => a !== '' && a !== '-')
  const v4 = list.filter(a => !a.includes(':'))
  const v6 = list.filter(a => a.includes(':'))
  if (v4.length > 0) params.set('ip4.addr', v4)
  if (v6.length > 0) params.set('ip6.addr', v6)
  params.set('command', command)
  try {
    createJail(run, { jail: { name: '', params }, named: false })
  } catch (error) {
    if (error instanceof CallError) fail(run, error.message)
    else throw error
  }
}

function printed(jail: ConfJail, separator: string): string {
  return [...jail.params]
    .map(([name, values]) => {
      const shown = values.map(quotedPrint)
      return shown.length === 0 ? name : `${name}=${shown.join(',')}`
    })
    .join(separator)
}

/** quoted_print(): quotes around spaces, a backslash before backslashes and the quotes used. */
function quotedPrint(text: string): string {
  const quote =
    text === '' || text.includes("'") ? '"' : text.includes('"') ? "'" : /[ \t]/.test(text) ? '"' : ''
  const inner = [...text].map(c => (c === '\\' || c === quote ? `\\${c}` : c)).join('')
  return `${quote}${inner}${quote}`
}
