/** Commands that jail(8) runs: its own tools, and exec.* on the host or inside the jail. */
import fs from 'node:fs'
import { strerror } from '../tool.ts'
import { checkPath } from './mounts.ts'
import { type Conf, flag, one, prefix, type Run, stop } from './run.ts'

/** Runs one of jail(8)'s own commands; its failure ends the step. */
export function tool(run: Run, conf: Conf, words: string[]): void {
  if (run.verbose > 0) run.t.out(`${prefix(conf)}run command: ${words.join(' ')}\n`)
  const result = Bun.spawnSync(words, {
    stdio: ['inherit', 'inherit', 'inherit'],
    env: run.t.env as Record<string, string>,
  })
  if (result.signalCode) stop(run, conf, `${words.join(' ')}: exited on signal ${result.signalCode}`)
  if (result.exitCode !== 0) stop(run, conf, `${words.join(' ')}: failed`)
}

const SHELL = /[!"$&'()*;<>?[\\\]`{|}~]/

/** Runs a command of exec.*: inside the jail when a jid is given, else on the host. */
export function command(
  run: Run,
  conf: Conf,
  text: string | string[],
  jid: number | undefined,
  inside: boolean,
): void {
  if (text === '' || text.length === 0) return
  let shown = typeof text === 'string' ? text : text.join(' ')
  const special = typeof text === 'string' ? shown.search(SHELL) : -1
  // The command runs in the background when a single `&` at its end is its only special character.
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

/** The descriptor for the output of commands inside the jail (exec.consolelog). */
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

/** The words of a process that attaches and executes: jexec(8) with the users and messages of jail(8). */
function enter(conf: Conf, jid: number, argv: string[]): string[] {
  const user = one(conf, 'exec.jail_user')
  const system = flag(conf, 'exec.system_jail_user')
  const who = user === undefined ? [] : [system ? '-u' : '-U', user]
  const fib = one(conf, 'exec.fib')
  const table = fib === undefined ? [] : ['-F', fib]
  return [
    '/usr/sbin/simhost-tool',
    'jail-exec',
    `jail: ${prefix(conf)}`,
    ...table,
    ...who,
    String(jid),
    ...argv,
  ]
}
