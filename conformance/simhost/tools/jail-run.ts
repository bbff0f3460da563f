/** What jail(8) does for one jail: the steps of starting and stopping it, in order, with their undo. */
import fs from 'node:fs'
import { CallError, type Json } from '../client.ts'
import type { ConfJail } from './jail-conf.ts'
import { parseValue, type Resolved, resolve, ValueError } from './jail-params.ts'
import { strerror, type ToolContext } from './tool.ts'

export interface Run {
  t: ToolContext
  verbose: number
  quiet: boolean
  printJid: boolean
  jidFile: string | undefined
  clean: boolean
  jailUser: string | undefined
  systemUser: string | undefined
  failed: boolean
}

/** A jail to work on. `named`: messages say its name (config form, and everything about removing). */
export interface Conf {
  jail: ConfJail
  named: boolean
  configured?: boolean
}

/** jail(8)'s own parameters, never passed to the kernel. */
const PSEUDO = new Set(
  `command depend exec.clean exec.consolelog exec.created exec.fib exec.jail_user exec.poststart exec.poststop
  exec.prepare exec.prestart exec.prestop exec.release exec.start exec.stop exec.system_jail_user exec.system_user
  exec.timeout interface ip_hostname mount mount.devfs mount.fdescfs mount.fstab mount.procfs stop.timeout
  vnet.interface zfs.dataset allow.dying`.split(/\s+/),
)

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
const flag = (conf: Conf, name: string) => {
  const v = conf.jail.params.get(name)
  return v !== undefined && (v.length === 0 || v.at(-1) === 'true' || Number(v.at(-1)) > 0)
}

export interface Imported {
  given: Record<string, Json>
  /** As `-v` prints them. */
  words: string[]
}

/** import_params: all kernel parameters, found and converted. */
export function importParams(run: Run, conf: Conf): Imported | undefined {
  const imported: Imported = { given: {}, words: [] }
  let good = true
  for (const [name, list] of conf.jail.params) {
    if (PSEUDO.has(name)) continue
    const positive = /^(.*\.)?no([^.]+)$/.exec(name)
    if (positive && PSEUDO.has(`${positive[1] ?? ''}${positive[2]}`)) continue
    const found: Resolved | undefined = resolve(run.t, name)
    if (found === undefined) {
      complain(run, conf, `unknown parameter: ${name}`)
      good = false
      continue
    }
    try {
      const address = found.param.type === 'ip4' || found.param.type === 'ip6'
      const text = address ? list.map(plainAddress).join(',') : list.at(-1)
      imported.given[found.param.name] = parseValue(found, text)
      imported.words.push(
        text === undefined ? name : `${name}=${/[\s"]/.test(text) ? JSON.stringify(text) : text}`,
      )
    } catch (error) {
      if (!(error instanceof ValueError)) throw error
      complain(run, conf, error.message)
      good = false
    }
  }
  return good ? imported : undefined
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

/** Mount commands: lines, files, then devfs, fdescfs, procfs. */
function mountCommands(run: Run, conf: Conf): string[][] {
  const list: string[][] = []
  const line = (text: string) => {
    const [from, node, type, options] = text
      .trim()
      .split(/\s+/)
      .map(w => w)
    if (type === undefined || from === undefined || node === undefined)
      stop(run, conf, `mount: ${text}: missing information`)
    const decode = (w: string) =>
      w.replace(/\\([0-7]{3})/g, (_, o: string) => String.fromCharCode(Number.parseInt(o, 8)))
    checkLinks(run, conf, decode(node))
    list.push(['/sbin/mount', '-t', type, ...(options ? ['-o', options] : []), decode(from), decode(node)])
  }
  for (const text of values(conf, 'mount')) if (text !== '') line(text)
  for (const file of values(conf, 'mount.fstab')) {
    if (file === '') continue
    let text: string
    try {
      text = fs.readFileSync(file, 'utf8')
    } catch (error) {
      stop(run, conf, `mount.fstab: ${file}: ${strerror((error as NodeJS.ErrnoException).code ?? 'ENOENT')}`)
    }
    for (const entry of text.split('\n')) {
      const bare = entry.replace(/#.*/, '')
      if (bare.trim() !== '') line(bare)
    }
  }
  const path = one(conf, 'path')
  for (const [name, type, at] of [
    ['mount.devfs', 'devfs', '/dev'],
    ['mount.fdescfs', 'fdescfs', '/dev/fd'],
    ['mount.procfs', 'procfs', '/proc'],
  ] as const) {
    if (!flag(conf, name)) continue
    if (path === undefined) stop(run, conf, `${name}: no jail root path defined`)
    const ruleset = type === 'devfs' ? [`-oruleset=${one(conf, 'devfs_ruleset') ?? '4'}`] : []
    list.push(['/sbin/mount', '-t', type, ...ruleset, '.', `${path}${at}`])
  }
  return list
}

/** The umount(8) command for a mount(8) command; jail(8)'s own three are named by their place alone. */
function unmounting(words: string[]): string[] {
  const node = words.at(-1) ?? ''
  return words.at(-2) === '.' ? ['/sbin/umount', node] : ['/sbin/umount', '-t', words[2] ?? '', node]
}

/** Below the jail's path no component of a mount point may be a link. */
function checkLinks(run: Run, conf: Conf, node: string): void {
  const path = one(conf, 'path')
  if (path === undefined || !node.startsWith(`${path}/`)) return
  let at = path
  for (const part of node
    .slice(path.length)
    .split('/')
    .filter(p => p !== '')) {
    at += `/${part}`
    if (fs.lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() === true)
      stop(run, conf, `${at} is a symbolic link`)
  }
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
  const user = run.jailUser ?? one(conf, 'exec.jail_user')
  if (run.verbose > 0) {
    const as = user === undefined ? '' : ` as ${user}`
    run.t.out(`${prefix(conf)}run command${inside ? ' in jail' : ''}${inside ? as : ''}: ${argv.join(' ')}\n`)
  }
  const env: Record<string, string> = {}
  if (inside && (flag(conf, 'exec.clean') || run.clean))
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
  const words = inside ? enter(run, conf, jid ?? 0, argv) : argv
  const log = inside ? one(conf, 'exec.consolelog') : undefined
  const out = log === undefined ? 'inherit' : fs.openSync(log, 'a', 0o600)
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

function signalNumber(name: string): number {
  const { constants } = require('node:os') as typeof import('node:os')
  return (constants.signals as Record<string, number>)[name] ?? 0
}

/** A process that attaches and executes: jexec(8) with jail(8)'s users and messages. */
function enter(run: Run, conf: Conf, jid: number, argv: string[]): string[] {
  const user = run.jailUser ?? one(conf, 'exec.jail_user')
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
  for (const words of mountCommands(run, conf)) {
    tool(run, conf, words)
    undo.push(() => tool(run, conf, unmounting(words)))
  }
  for (const text of values(conf, 'exec.prestart')) command(run, conf, text, undefined, false)
  const commands = ['exec.start', 'command', 'exec.poststart', 'exec.created', 'vnet.interface']
  const temporary = imported.given.persist !== true && commands.some(n => values(conf, n).length > 0)
  const jid = set(run, conf, imported, temporary)
  undo.push(() => {
    run.t.call('jailRemove', jid)
    note(run, conf, 'removed')
  })
  if (run.printJid) run.t.out(`${jid}\n`)
  if (run.jidFile !== undefined) fs.writeFileSync(run.jidFile, `${imported.words.join(' ')} jid=${jid}\n`)
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
  if (temporary) run.t.call('jailSet', { update: true }, { jid, persist: false })
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
  const given = temporary ? { ...imported.given, persist: true } : imported.given
  return jailSet(run, conf, 'JAIL_CREATE', { create: true }, given, [
    ...imported.words,
    ...(temporary ? ['persist'] : []),
  ])
}

function jailSet(
  run: Run,
  conf: Conf,
  flagName: string,
  flags: Record<string, boolean>,
  given: Record<string, Json>,
  words: string[],
): number {
  if (run.verbose > 0) run.t.out(`${prefix(conf)}jail_set(${flagName}) ${words.join(' ')}\n`)
  try {
    return run.t.call('jailSet', flags, given) as number
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    stop(run, conf, error.text || `jail_set: ${strerror(error.errno)}`)
  }
}

/** -m: only the kernel's parameters count. */
export function modifyJail(run: Run, conf: Conf, jid: number): void {
  const imported = importParams(run, conf)
  if (imported === undefined) return
  try {
    jailSet(run, conf, 'JAIL_UPDATE', { update: true }, { ...imported.given, jid }, [
      `jid=${jid}`,
      ...imported.words,
    ])
    if (run.printJid) run.t.out(`${jid}\n`)
    note(run, conf, 'updated')
  } catch (error) {
    if (!(error instanceof Failed)) throw error
  }
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
    quietly(() => {
      for (const words of mountCommands(run, conf).reverse())
        quietly(() => tool(run, conf, unmounting(words)))
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
