/** jail(8): the options, the two forms of the command line, and the work on each jail. */
import fs from 'node:fs'
import { CallError } from '../../client.ts'
import { Exit, errx, getopt, strerror, type ToolContext } from '../tool.ts'
import { ConfError, readConf } from './conf.ts'
import type { ConfJail } from './conf-jail.ts'
import { importParams } from './import.ts'
import { oldStyle } from './old-form.ts'
import { type Conf, fail, type Run } from './run.ts'
import { changesFixed, createJail, modifyJail, printedParams } from './start.ts'
import { stopJail } from './stop.ts'
import { addArguments, addParameter, isWild, wildMatch } from './words.ts'

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
    const jails = readConf(text, file === '-' ? 'STDIN' : file, include)
    for (const jail of jails) for (const wrong of jail.complaints) t.err(`jail: ${jail.name}: ${wrong}\n`)
    return jails
  } catch (error) {
    if (error instanceof ConfError) errx(t, 1, error.message)
    throw error
  }
}

/** Runs the tool and returns its exit status. */
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
    jidFile: undefined,
    failed: false,
  }
  // The options -h, -l, -n, -s, -u and -U describe the one jail of the command line.
  const anonymous: ConfJail = { name: '', params: new Map(), complaints: [] }
  for (const [letter, value] of options) optionParameter(anonymous, letter, value)
  const fromFile = !options.some(([letter]) => 'hlnsuU'.includes(letter))
  const file = get('f') ?? '/etc/jail.conf'
  const separator = get('e')
  if (separator !== undefined) {
    if (has('c') || has('m') || has('r') || has('R')) usage(t)
    for (const jail of readFile(t, file)) t.out(`${printedParams(jail, separator)}\n`)
    return 0
  }
  const op = { c: has('c'), m: has('m'), r: has('r') || has('R') }
  const jidFile = get('J')
  const openJidFile = () => {
    if (jidFile === undefined) return
    try {
      run.jidFile = fs.openSync(jidFile, 'w')
    } catch (error) {
      errx(t, 1, `open ${jidFile}: ${strerror((error as NodeJS.ErrnoException).code ?? 'ENOENT')}`)
    }
  }
  if (!op.c && !op.m && !op.r) {
    if (rest.length < 4 || !rest[0]?.startsWith('/')) usage(t)
    openJidFile()
    oldStyle(run, anonymous, rest)
  } else if (op.r && !op.c && !op.m) {
    if (!fromFile || rest.length === 0) usage(t)
    if (!has('R') && rest.some(word => word.includes('='))) usage(t)
    remove(run, rest, file, has('R'))
  } else if (rest.length > 1 || rest[0]?.includes('=')) {
    if (has('R')) usage(t)
    addArguments(anonymous, rest)
    for (const wrong of anonymous.complaints) fail(run, wrong)
    openJidFile()
    start(run, { jail: anonymous, named: false }, op)
  } else {
    if (has('R') || !fromFile) usage(t)
    const all = readFile(t, file)
    const wanted = rest[0]
    const wild = wanted === undefined || isWild(wanted)
    const chosen =
      wanted === undefined || wanted === '*'
        ? all
        : all.filter(j => (wild ? wildMatch(j.name, wanted) : j.name === wanted))
    if (chosen.length === 0 && !wild) errx(t, 1, `"${wanted}" not found`)
    openJidFile()
    if (op.r && op.c && !op.m) restart(run, chosen, all, wild)
    else
      for (const jail of ordered(run, chosen, all))
        start(run, { jail, named: true }, op, wild || !chosen.includes(jail))
  }
  return run.failed ? 1 : 0
}

function optionParameter(jail: ConfJail, letter: string, value: string): void {
  const add = (name: string, ...values: string[]) => addParameter(jail, name, values, true)
  if (letter === 'h') add('ip_hostname')
  else if (letter === 'l') add('exec.clean')
  else if (letter === 'n') add('name', value)
  else if (letter === 's') add('securelevel', value)
  else if (letter === 'u' || letter === 'U') {
    add('exec.jail_user', value)
    add('exec.system_jail_user', ...(letter === 'u' ? [] : ['false']))
  }
}

/** The jails in the order of `depend`: a jail comes after those that it needs. */
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

/**
 * Does -c, -m and -r for one jail. `tolerant` is for a jail that a wildcard or another jail's `depend` named.
 */
function start(run: Run, conf: Conf, op: { c: boolean; m: boolean; r: boolean }, tolerant = false): void {
  if (conf.jail.complaints.length > 0) {
    run.failed = true
    return
  }
  const imported = importParams(run, conf)
  if (imported === undefined) return
  const params = conf.jail.params
  const key = params.get('jid')?.at(-1) ?? params.get('name')?.at(-1)
  const jid = runningJid(run, conf.jail)
  if (jid === undefined) {
    if (op.c) createJail(run, conf)
    else if (!tolerant) fail(run, key === undefined ? 'no jail specified' : `"${key}" not found`)
  } else if (op.r && (!op.m || changesFixed(run, jid, imported) !== undefined)) {
    stopJail(run, { jail: conf.jail, named: conf.named }, jid, run.verbose > 0)
    createJail(run, conf)
  } else if (op.m) modifyJail(run, conf, jid)
  else if (!tolerant) fail(run, `"${conf.named ? conf.jail.name : jid}" already exists`)
}

/** running_jid: finds the running jail by `jid` if the parameter is given, else by `name`. */
function runningJid(run: Run, jail: ConfJail): number | undefined {
  const jid = jail.params.get('jid')?.at(-1)
  const name = jail.params.get('name')?.at(-1)
  const key = jid === undefined ? name : Number(jid)
  if (key === undefined || key === 0 || Number.isNaN(key)) return undefined
  try {
    return Number((run.t.call('jailGet', key, ['jid']) as { jid: number }).jid)
  } catch (error) {
    if (error instanceof CallError) return undefined
    throw error
  }
}

/** -rc: jails that depend on this one stop before it and start after it; jails that it needs start if necessary. */
function restart(run: Run, chosen: ConfJail[], all: ConfJail[], wild: boolean): void {
  const running = (jail: ConfJail) => runningJid(run, jail)
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

/** The jails that need this one, nearest first; they stop before it. */
function dependents(name: string, all: ConfJail[], path: readonly string[] = []): ConfJail[] {
  if (path.includes(name)) return []
  const direct = all.filter(j => j.params.get('depend')?.includes(name) === true)
  return direct.flatMap(j => [j, ...dependents(j.name, all, [...path, name])])
}

/** -r and -R. The message about a removed jail depends on how it was named; -r '*' means the jails of the file. */
function remove(run: Run, names: string[], file: string, ignoreFile: boolean): void {
  const { t } = run
  const conf = !ignoreFile && (file === '-' || fs.existsSync(file)) ? readFile(t, file) : undefined
  const running = t.call('jailList', ['jid', 'name']) as { jid: number; name: string }[]
  const targets: { conf: Conf; jid: number }[] = []
  const configured = (jail: ConfJail, tolerant: boolean) => {
    if (jail.complaints.length > 0) run.failed = true
    const jid = runningJid(run, jail)
    if (jid !== undefined) targets.push({ conf: { jail, named: true, configured: true }, jid })
    else if (!tolerant) {
      if (!run.quiet) t.err(`jail: "${jail.name}" not found\n`)
      run.failed = true
    }
  }
  const plain = ({ jid, name }: { jid: number; name: string }) => {
    const jail: ConfJail = { name, params: new Map([['jid', [String(jid)]]]), complaints: [] }
    targets.push({ conf: { jail, named: true, configured: false }, jid })
  }
  for (const name of names) {
    if (isWild(name)) {
      if (ignoreFile) running.filter(j => wildMatch(j.name, name)).forEach(plain)
      else
        for (const jail of conf ?? []) if (name === '*' || wildMatch(jail.name, name)) configured(jail, true)
      continue
    }
    const own = conf?.find(c => c.name === name)
    if (own !== undefined) {
      configured(own, false)
      for (const other of dependents(name, conf ?? [])) configured(other, true)
      continue
    }
    // A whole number that is not 0 is a jid.
    const jid = /^[+-]?[0-9]+$/.test(name) ? Number(name) : 0
    const there = running.find(j => (jid !== 0 ? j.jid === jid : j.name === name))
    if (there === undefined) fail(run, `"${name}" not found`)
    else plain(there)
  }
  const say = conf !== undefined || names.length > 1 || isWild(names[0] ?? '') || run.verbose > 0
  for (const { conf: one, jid } of targets.reverse()) {
    if (t.call('jailId', String(jid)) === null) continue
    stopJail(run, one, jid, say)
  }
}
