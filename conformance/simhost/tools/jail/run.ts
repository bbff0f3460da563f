/** What jail(8) does for one jail: the steps of starting and stopping it, in order, with their undo. */
import fs from 'node:fs'
import { CallError, type Json } from '../../client.ts'
import { strerror, type ToolContext } from '../tool.ts'
import type { ConfJail } from './conf.ts'
import { parseValue, type Resolved, resolve, showValue, ValueError } from './params.ts'
import { checkInternals, isTrue, sameParameter } from './words.ts'

export interface Run {
  t: ToolContext
  verbose: number
  quiet: boolean
  printJid: boolean
  /** Descriptor of the file of -J. */
  jidFile: number | undefined
  failed: boolean
}

/** A jail to work on. `named`: messages say its name (config form, and everything about removing). */
export interface Conf {
  jail: ConfJail
  named: boolean
  configured?: boolean
}

/** jail(8)'s own parameters, never passed to the kernel. */
const PSEUDO =
  `command depend exec.clean exec.consolelog exec.created exec.fib exec.jail_user exec.poststart exec.poststop
  exec.prepare exec.prestart exec.prestop exec.release exec.start exec.stop exec.system_jail_user exec.system_user
  exec.timeout interface ip_hostname mount mount.devfs mount.fdescfs mount.fstab mount.procfs stop.timeout
  vnet.interface zfs.dataset allow.dying`.split(/\s+/)

class Failed extends Error {}

function prefix(conf: Conf): string {
  return conf.named && conf.jail.name !== '' ? `${conf.jail.name}: ` : ''
}

function complain(run: Run, conf: Conf, message: string): void {
  run.t.err(`jail: ${prefix(conf)}${message}\n`)
  run.failed = true
}

function stop(run: Run, conf: Conf, message: string): never {
  complain(run, conf, message)
  throw new Failed()
}

/** jail_note: what was done, on standard output. */
function note(run: Run, conf: Conf, what: string): void {
  if (run.quiet || !(conf.named || run.verbose > 0)) return
  run.t.out(`${prefix(conf)}${what}\n`)
}

const values = (conf: Conf, name: string) => conf.jail.params.get(name) ?? []
const one = (conf: Conf, name: string) => conf.jail.params.get(name)?.at(-1)
const flag = (conf: Conf, name: string) => isTrue(conf.jail, name)

/** A parameter as it was written, with its value in the kernel's form; null when it has none. */
interface Given {
  name: string
  found: Resolved
  value: Json
  hasText: boolean
}

export interface Imported {
  list: Given[]
  /** For jail_set(2), by the positive name. */
  given: Record<string, Json>
}

function imported(list: Given[]): Imported {
  return { list, given: Object.fromEntries(list.map(g => [g.found.param.name, g.value])) }
}

/** check_intparams and import_params: all parameters checked, those of the kernel found and converted. */
export function importParams(run: Run, conf: Conf): Imported | undefined {
  if (!checked(run, conf)) return undefined
  let good = true
  const list: Given[] = []
  for (const [name, texts] of conf.jail.params) {
    if (PSEUDO.some(known => sameParameter(name, known))) continue
    const found: Resolved | undefined = resolve(run.t, name)
    if (found === undefined) {
      complain(run, conf, `unknown parameter: ${name}`)
      good = false
      continue
    }
    try {
      const address = found.param.type === 'ip4' || found.param.type === 'ip6'
      const text = address && texts.length > 0 ? texts.map(plainAddress).join(',') : texts.at(-1)
      list.push({ name, found, value: parseValue(found, text), hasText: text !== undefined })
    } catch (error) {
      if (!(error instanceof ValueError)) throw error
      complain(run, conf, error.message)
      good = false
    }
  }
  return good ? imported(list) : undefined
}

/** check_intparams: jail(8)'s own values, and that each mount.fstab can be read. */
function checked(run: Run, conf: Conf): boolean {
  const wrong = checkInternals(conf.jail)
  for (const file of values(conf, 'mount.fstab')) {
    if (file === '') continue
    try {
      fs.accessSync(file, fs.constants.R_OK)
    } catch (error) {
      wrong.push(`mount.fstab: ${file}: ${strerror((error as NodeJS.ErrnoException).code ?? 'ENOENT')}`)
    }
  }
  for (const text of wrong) complain(run, conf, text)
  return wrong.length === 0
}

/** `IF|ADDR/MASK extra` without what is for ifconfig(8). */
function plainAddress(text: string): string {
  return (text.split('|').at(-1) ?? '').replace(/[/\s].*$/, '')
}

/** The alias commands for ip4.addr and ip6.addr. */
function aliases(conf: Conf): string[][] {
  const list: string[][] = []
  for (const family of ['ip4', 'ip6'] as const)
    for (const text of values(conf, `${family}.addr`)) {
      const bar = text.indexOf('|')
      const device = bar >= 0 ? text.slice(0, bar) : one(conf, 'interface')
      if (device === undefined || device === '') continue
      const [address, ...extra] = text.slice(bar + 1).split(/\s+/)
      list.push(['/sbin/ifconfig', device, ...addressWords(family, address ?? ''), ...extra, 'alias'])
    }
  return list
}

/** An address for ifconfig(8): with its prefix as it is, a dotted mask as `netmask`, else one host alone. */
function addressWords(family: 'ip4' | 'ip6', address: string): string[] {
  const slash = address.indexOf('/')
  const mask = address.slice(slash + 1)
  if (family === 'ip6') return slash < 0 ? ['inet6', address, 'prefixlen', '128'] : ['inet6', address]
  if (slash < 0) return ['inet', address, 'netmask', '255.255.255.255']
  return mask.includes('.') ? ['inet', address.slice(0, slash), 'netmask', mask] : ['inet', address]
}

function unalias(words: string[]): string[] {
  const [tool, device, family, host] = words
  return [tool ?? '', device ?? '', family ?? '', host ?? '', '-alias']
}

/** One mount of jail(8)'s: how it is done, and how what is there is checked and undone. */
interface JailMount {
  /** The parameter it comes from, as messages name it. */
  of: string
  type: string
  node: string
  up: string[]
  down: string[]
}

/** Mounts in order: lines, files, then devfs, fdescfs, procfs. Throws for a line that says too little. */
function mounts(run: Run, conf: Conf): (() => JailMount | undefined)[] {
  const list: (() => JailMount | undefined)[] = []
  const line = (of: string, text: string) => {
    const words = text.split(/[ \t\f\v\r\n]+/).filter(w => w !== '')
    if (words.length === 0) return undefined
    const [from, node] = words.slice(0, 2).map(decodeVis)
    const [, , type, options] = words
    if (from === undefined || (words.length > 1 && node === undefined))
      stop(run, conf, `${of}: ${text}: fstab parse error`)
    if (node === undefined || type === undefined) stop(run, conf, `${of}: ${text}: missing information`)
    const up = ['/sbin/mount', '-t', type, ...(options === undefined ? [] : ['-o', options]), from, node]
    return { of, type, node, up, down: ['/sbin/umount', '-t', type, node] }
  }
  for (const text of values(conf, 'mount')) list.push(() => line('mount', text))
  for (const file of values(conf, 'mount.fstab')) {
    if (file === '') continue
    for (const entry of fs.readFileSync(file, 'utf8').split('\n'))
      list.push(() => line('mount.fstab', entry.replace(/#.*/, '')))
  }
  const path = one(conf, 'path')
  for (const [of, type, at] of [
    ['mount.devfs', 'devfs', '/dev'],
    ['mount.fdescfs', 'fdescfs', '/dev/fd'],
    ['mount.procfs', 'procfs', '/proc'],
  ] as const) {
    if (!flag(conf, of)) continue
    list.push(() => {
      if (path === undefined) stop(run, conf, `${of}: no jail root path defined`)
      const node = `${path}${at}`
      const ruleset = type === 'devfs' ? [`-oruleset=${one(conf, 'devfs_ruleset') ?? '4'}`] : []
      return {
        of,
        type,
        node,
        up: ['/sbin/mount', '-t', type, ...ruleset, '.', node],
        down: ['/sbin/umount', node],
      }
    })
  }
  return list
}

/** strunvis(3) as far as fstabs go: octal and the simple escapes. undefined: a backslash before something else. */
function decodeVis(text: string): string | undefined {
  let bad = false
  const plain = text.replace(/\\(?:([0-7]{1,3})|(.?))/g, (_, octal?: string, other?: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff)
    const known = {
      '\\': '\\',
      n: '\n',
      t: '\t',
      s: ' ',
      r: '\r',
      b: '\b',
      a: '\x07',
      v: '\v',
      f: '\f',
      E: '\x1b',
      $: '',
    }
    const meaning = (known as Record<string, string>)[other ?? '']
    if (meaning === undefined) bad = true
    return meaning ?? ''
  })
  return bad ? undefined : plain
}

/** check_path: absolute, and below the jail's path no component is missing or a link. `file`: the last may be missing. */
function checkPath(run: Run, conf: Conf, of: string, node: string, file: boolean): void {
  if (!node.startsWith('/')) stop(run, conf, `${of}: ${node}: not an absolute pathname`)
  const path = one(conf, 'path') ?? ''
  if (!node.startsWith(`${path}/`)) return
  const ends = [...node.matchAll(/\//g)].map(m => m.index).filter(i => i > path.length)
  for (const end of [...ends, node.length]) {
    const at = node.slice(0, end)
    let stat: fs.Stats
    try {
      stat = fs.lstatSync(at)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' && file && end === node.length) return
      stop(run, conf, `${of}: ${at}: ${strerror(code ?? 'ENOENT')}`)
    }
    if (stat.isSymbolicLink()) stop(run, conf, `${of}: ${at} is a symbolic link`)
  }
}

/** Before an unmount: the place is a mount point, of that type. */
function checkMounted(run: Run, conf: Conf, { of, node, type }: JailMount): void {
  checkPath(run, conf, of, node, false)
  let on: { on: string; fstype: string }
  try {
    on = run.t.call('statfs', node) as { on: string; fstype: string }
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    stop(run, conf, `${of}: ${node}: ${strerror(error.errno)}`)
  }
  if (fs.statSync(node).ino !== fs.statSync(on.on).ino) stop(run, conf, `${of}: ${node}: not a mount point`)
  if (on.fstype !== type) stop(run, conf, `${of}: ${node}: not a ${type} mount`)
}

/** Runs a command of jail(8)'s own; its failure ends the step. */
function tool(run: Run, conf: Conf, words: string[]): void {
  if (run.verbose > 0) run.t.out(`${prefix(conf)}run command: ${words.join(' ')}\n`)
  const result = Bun.spawnSync(words, {
    stdio: ['inherit', 'inherit', 'inherit'],
    env: run.t.env as Record<string, string>,
  })
  if (result.signalCode) stop(run, conf, `${words.join(' ')}: exited on signal ${result.signalCode}`)
  if (result.exitCode !== 0) stop(run, conf, `${words.join(' ')}: failed`)
}

const SHELL = /[!"$&'()*;<>?[\\\]`{|}~]/

/** exec.*: on the host, or inside the jail when a jid is given. */
function command(
  run: Run,
  conf: Conf,
  text: string | string[],
  jid: number | undefined,
  inside: boolean,
): void {
  if (text === '' || text.length === 0) return
  let shown = typeof text === 'string' ? text : text.join(' ')
  const special = typeof text === 'string' ? shown.search(SHELL) : -1
  // One `&` at the very end, and nothing else special before it.
  const background = special >= 0 && shown[special] === '&' && special === shown.length - 1
  if (background) shown = shown.slice(0, -1)
  const argv =
    typeof text !== 'string'
      ? text
      : special >= 0 && !background
        ? ['/bin/sh', '-c', shown]
        : shown.split(/\s+/).filter(w => w !== '')
  if (argv.length === 0) return
  if (special >= 0 && !background) shown = argv.join(' ')
  const user = one(conf, inside ? 'exec.jail_user' : 'exec.system_user')
  if (run.verbose > 0) {
    const as = user === undefined ? '' : ` as ${user}`
    run.t.out(`${prefix(conf)}run command${inside ? ' in jail' : ''}${as}: ${argv.join(' ')}\n`)
  }
  const env: Record<string, string> = {}
  if (inside && flag(conf, 'exec.clean'))
    Object.assign(env, {
      HOME: '/root',
      SHELL: '/bin/sh',
      USER: 'root',
      TERM: run.t.env.TERM ?? '',
      PATH: '/bin:/usr/bin',
    })
  else Object.assign(env, run.t.env)
  if (!inside) {
    if (jid !== undefined) env.JID = String(jid)
    const name = one(conf, 'name') ?? conf.jail.name
    if (name !== '') env.JNAME = name
    const path = one(conf, 'path')
    if (path !== undefined) env.JPATH = path
  }
  const words = inside ? enter(conf, jid ?? 0, argv) : argv
  const out = inside ? consoleLog(run, conf) : 'inherit'
  const timeout = Number(one(conf, 'exec.timeout') ?? 0) * 1000
  if (background) {
    Bun.spawn(words, { stdio: ['ignore', out, out], env }).unref()
    return
  }
  let result: Bun.SyncSubprocess<'inherit', 'inherit'> | undefined
  try {
    result = Bun.spawnSync(words, {
      stdio: ['inherit', out as 'inherit', out as 'inherit'],
      env,
      ...(timeout > 0 ? { timeout, killSignal: 'SIGKILL' } : {}),
    })
  } catch {
    run.t.err(`jail: ${prefix(conf)}exec ${words[0]}: No such file or directory\n`)
    stop(run, conf, `${shown}: failed`)
  } finally {
    if (typeof out === 'number') fs.closeSync(out)
  }
  if (result.exitedDueToTimeout === true) stop(run, conf, `${shown}: timed out`)
  if (result.signalCode)
    stop(run, conf, `${shown}: exited on signal ${signalNumber(String(result.signalCode))}`)
  if (result.exitCode !== 0) stop(run, conf, `${shown}: failed`)
}

/** Where the output of commands inside goes. */
function consoleLog(run: Run, conf: Conf): number | 'inherit' {
  const log = one(conf, 'exec.consolelog')
  if (log === undefined) return 'inherit'
  checkPath(run, conf, 'exec.consolelog', log, true)
  try {
    return fs.openSync(log, 'a', 0o666)
  } catch (error) {
    stop(run, conf, `open ${log}: ${strerror((error as NodeJS.ErrnoException).code ?? 'ENOENT')}`)
  }
}

function signalNumber(name: string): number {
  const { constants } = require('node:os') as typeof import('node:os')
  return (constants.signals as Record<string, number>)[name] ?? 0
}

/** A process that attaches and executes: jexec(8) with jail(8)'s users and messages. */
function enter(conf: Conf, jid: number, argv: string[]): string[] {
  const user = one(conf, 'exec.jail_user')
  const system = flag(conf, 'exec.system_jail_user')
  const who = user === undefined ? [] : [system ? '-u' : '-U', user]
  return ['/usr/sbin/simhost-tool', 'jail-exec', `jail: ${prefix(conf)}`, ...who, String(jid), ...argv]
}

/** Each step done has its undo; a failure plays them back. */
export function createJail(run: Run, conf: Conf): void {
  const undo: (() => void)[] = []
  const imported = importParams(run, conf)
  if (imported === undefined) return
  try {
    steps(run, conf, imported, undo)
  } catch (error) {
    if (!(error instanceof Failed)) throw error
    for (const step of undo.reverse()) quietly(step)
  }
}

function quietly(step: () => void): void {
  try {
    step()
  } catch (error) {
    if (!(error instanceof Failed) && !(error instanceof CallError)) throw error
  }
}

function steps(run: Run, conf: Conf, imported: Imported, undo: (() => void)[]): void {
  for (const text of values(conf, 'exec.prepare')) command(run, conf, text, undefined, false)
  for (const words of aliases(conf)) {
    tool(run, conf, words)
    undo.push(() => tool(run, conf, unalias(words)))
  }
  for (const prepare of mounts(run, conf)) {
    const mount = prepare()
    if (mount === undefined) continue
    checkPath(run, conf, mount.of, mount.node, false)
    tool(run, conf, mount.up)
    undo.push(() => {
      checkMounted(run, conf, mount)
      tool(run, conf, mount.down)
    })
  }
  for (const text of values(conf, 'exec.prestart')) command(run, conf, text, undefined, false)
  // persist is needed as long as there are commands to run, and taken away after them.
  const temporary =
    !flag(conf, 'persist') && ['exec.start', 'command', 'exec.poststart'].some(n => conf.jail.params.has(n))
  const jid = set(run, conf, imported, temporary)
  undo.push(() => {
    run.t.call('jailRemove', jid)
    note(run, conf, 'removed')
  })
  note(run, conf, 'created')
  for (const text of values(conf, 'exec.created')) command(run, conf, text, jid, false)
  for (const name of values(conf, 'vnet.interface')) {
    tool(run, conf, ['/sbin/ifconfig', name, 'vnet', String(jid)])
    undo.push(() => tool(run, conf, ['/sbin/ifconfig', name, '-vnet', String(jid)]))
  }
  for (const text of values(conf, 'exec.start')) command(run, conf, text, jid, true)
  const words = values(conf, 'command')
  if (words.length > 0) command(run, conf, conf.named ? (words[0] ?? '') : words, jid, true)
  for (const text of values(conf, 'exec.poststart')) command(run, conf, text, jid, false)
  if (temporary) {
    run.t.call('jailSet', { update: true }, { jid, persist: false })
    if (run.verbose > 0) run.t.out(`${prefix(conf)}jail_set(JAIL_UPDATE) jid=${jid} nopersist\n`)
  }
  if (run.printJid) run.t.out(`${jid}\n`)
  if (run.jidFile !== undefined) fs.writeSync(run.jidFile, `jid=${jid} ${printedParams(conf.jail, ' ')}\n`)
}

/** create_jail: the checks with better messages than the kernel's, then jail_set(2). */
function set(run: Run, conf: Conf, imported: Imported, temporary: boolean): number {
  const path = one(conf, 'path')
  if (path !== undefined) {
    if (conf.named && !path.startsWith('/')) stop(run, conf, `path ${path}: not an absolute pathname`)
    let stat: fs.Stats | undefined
    try {
      stat = fs.statSync(path)
    } catch (error) {
      stop(run, conf, `path ${path}: ${strerror((error as NodeJS.ErrnoException).code ?? 'ENOENT')}`)
    }
    if (!stat.isDirectory()) stop(run, conf, `path ${path}: ${strerror('ENOTDIR')}`)
  }
  const persist: Given[] = temporary
    ? [{ name: 'persist', found: resolve(run.t, 'persist') as Resolved, value: true, hasText: false }]
    : []
  const list = imported.list.filter(g => !temporary || !sameParameter(g.name, 'persist'))
  return jailSet(run, conf, 'JAIL_CREATE', { create: true }, [...persist, ...list])
}

/** jailparam_set_note: the call, told with -v whatever came of it. */
function jailSet(
  run: Run,
  conf: Conf,
  flagName: string,
  flags: Record<string, boolean>,
  list: Given[],
): number {
  const tell = (failure: string) => {
    const words = list.map(g => ` ${g.name}${g.hasText ? `=${quotedPrint(showValue(g.value))}` : ''}`)
    if (run.verbose > 0) run.t.out(`${prefix(conf)}jail_set(${flagName})${words.join('')}${failure}\n`)
  }
  try {
    const jid = run.t.call('jailSet', flags, imported(list).given) as number
    tell('')
    return jid
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    tell(`: ${strerror(error.errno)}`)
    stop(run, conf, error.text || `jail_set: ${strerror(error.errno)}`)
  }
}

/** rdtun_params: the first parameter, as written, that a jail cannot change any more and that would change. */
export function changesFixed(run: Run, jid: number, { list }: Imported): string | undefined {
  const fixed = list.filter(g => g.found.param.fixed === true && g.found.param.name !== 'jid')
  if (fixed.length === 0) return undefined
  const now = run.t.call(
    'jailGet',
    jid,
    fixed.map(g => g.found.param.name),
  ) as Record<string, Json>
  return fixed.find(g => now[g.found.param.name] !== g.value)?.name
}

/** -m: what is fixed must be as it is, the rest is for jail_set(2). */
export function modifyJail(run: Run, conf: Conf, jid: number): void {
  const imported = importParams(run, conf)
  if (imported === undefined) return
  const changed = changesFixed(run, jid, imported)
  if (changed !== undefined) {
    complain(run, conf, `${changed} cannot be changed after creation`)
    return
  }
  const list = imported.list.filter(g => g.found.param.fixed !== true)
  const itself: Given = { name: 'jid', found: resolve(run.t, 'jid') as Resolved, value: jid, hasText: true }
  try {
    if (list.length > 0) jailSet(run, conf, 'JAIL_UPDATE', { update: true }, [itself, ...list])
    note(run, conf, 'updated')
  } catch (error) {
    if (!(error instanceof Failed)) throw error
  }
}

/** print_jail: parameters in order, without the jid. */
export function printedParams(jail: ConfJail, separator: string): string {
  return [...jail.params]
    .filter(([name]) => name !== 'jid')
    .map(([name, values]) => (values.length === 0 ? name : `${name}=${values.map(quotedPrint).join(',')}`))
    .join(separator)
}

/** quoted_print(): quotes around spaces, a backslash before backslashes and the quotes used. */
function quotedPrint(text: string): string {
  const quote =
    text === '' || text.includes("'") ? '"' : text.includes('"') ? "'" : /[ \t]/.test(text) ? '"' : ''
  const inner = [...text].map(c => (c === '\\' || c === quote ? `\\${c}` : c)).join('')
  return `${quote}${inner}${quote}`
}

/** Stops a jail: exec.prestop, exec.stop, SIGTERM and a wait, removal, exec.poststop, unmounts, aliases. */
export function stopJail(run: Run, conf: Conf, jid: number, say = true): void {
  try {
    for (const text of values(conf, 'exec.prestop')) command(run, conf, text, jid, false)
    for (const text of values(conf, 'exec.stop')) command(run, conf, text, jid, true)
  } catch (error) {
    if (error instanceof Failed) return
    throw error
  }
  terminate(run, jid, Number(one(conf, 'stop.timeout') ?? 10))
  try {
    run.t.call('jailRemove', jid)
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    if (error.errno === 'EPERM') {
      complain(run, conf, `jail_remove: ${strerror('EPERM')}`)
      return
    }
  }
  if (say && !run.quiet) run.t.out(`${prefix(conf)}removed\n`)
  for (const text of values(conf, 'exec.poststop')) quietly(() => command(run, conf, text, undefined, false))
  if (conf.configured !== false) {
    for (const prepare of mounts(run, conf).reverse())
      quietly(() => {
        const mount = prepare()
        if (mount === undefined) return
        checkMounted(run, conf, mount)
        tool(run, conf, mount.down)
      })
    for (const words of aliases(conf).reverse()) quietly(() => tool(run, conf, unalias(words)))
  }
  for (const text of values(conf, 'exec.release')) quietly(() => command(run, conf, text, undefined, false))
}

/** SIGTERM to the jail's own processes, then a wait for their end. */
function terminate(run: Run, jid: number, seconds: number): void {
  if (seconds <= 0) return
  let pids = ownProcesses(run, jid)
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGTERM')
    } catch {
      // It ended by itself.
    }
  }
  const until = Date.now() + seconds * 1000
  while (pids.length > 0 && Date.now() < until) {
    Bun.sleepSync(20)
    pids = ownProcesses(run, jid)
  }
}

function ownProcesses(run: Run, jid: number): number[] {
  const list = run.t.call('jailProcesses', jid) as number[]
  return list.filter(pid => {
    const p = run.t.call('processInfo', pid) as { jid: number; zombie: boolean } | null
    return p !== null && p.jid === jid && !p.zombie
  })
}
