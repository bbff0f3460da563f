/** Starts and changes a jail: the steps in order, the undo of each step, and jail_set(2). */
import fs from 'node:fs'
import { CallError, type Json } from '../../client.ts'
import { type Resolved, showValue } from '../../rules/jail/values.ts'
import { strerror } from '../tool.ts'
import { aliases, unalias } from './addresses.ts'
import { command, tool } from './commands.ts'
import type { ConfJail } from './conf-jail.ts'
import { type Given, importParams, lookUpParam } from './import.ts'
import { checkMounted, checkPath, mounts } from './mounts.ts'
import { type Conf, complain, Failed, flag, note, one, prefix, type Run, stop, values } from './run.ts'
import { sameParameter } from './words.ts'

/** Makes a jail step by step; a failure undoes the steps that were done. */
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

/** Does a step whose failure has no effect. */
export function quietly(step: () => void): void {
  try {
    step()
  } catch (error) {
    if (!(error instanceof Failed) && !(error instanceof CallError)) throw error
  }
}

function steps(run: Run, conf: Conf, imported: Given[], undo: (() => void)[]): void {
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
  // The jail needs persist while there are commands to run; jail(8) takes it away after them.
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
    run.t.call(
      'jailSet',
      [
        ['jid', String(jid)],
        ['nopersist', true],
      ],
      'update',
    )
    if (run.verbose > 0) run.t.out(`${prefix(conf)}jail_set(JAIL_UPDATE) jid=${jid} nopersist\n`)
  }
  if (run.printJid) run.t.out(`${jid}\n`)
  if (run.jidFile !== undefined) fs.writeSync(run.jidFile, `jid=${jid} ${printedParams(conf.jail, ' ')}\n`)
}

/** create_jail: makes checks with better messages than the kernel's, then calls jail_set(2). */
function set(run: Run, conf: Conf, imported: Given[], temporary: boolean): number {
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
    ? [{ name: 'persist', found: lookUpParam(run.t, 'persist') as Resolved, value: true, text: true }]
    : []
  const list = imported.filter(g => !temporary || !sameParameter(g.name, 'persist'))
  return jailSet(run, conf, 'create', [...persist, ...list])
}

/** jailparam_set_note: calls jail_set(2); with -v it says so whatever the result is. */
function jailSet(run: Run, conf: Conf, mode: 'create' | 'update', list: Given[]): number {
  const tell = (failure: string) => {
    const words = list.map(g => ` ${g.name}${g.text !== true ? `=${quotedPrint(showValue(g.value))}` : ''}`)
    if (run.verbose > 0)
      run.t.out(`${prefix(conf)}jail_set(JAIL_${mode.toUpperCase()})${words.join('')}${failure}\n`)
  }
  try {
    const jid = run.t.call(
      'jailSet',
      list.map(g => [g.name, g.text]),
      mode,
    ) as number
    tell('')
    return jid
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    tell(`: ${strerror(error.errno)}`)
    stop(run, conf, error.text || `jail_set: ${strerror(error.errno)}`)
  }
}

/** rdtun_params: the first parameter that differs and that a running jail cannot change. */
export function changesFixed(run: Run, jid: number, list: Given[]): string | undefined {
  const fixed = list.filter(g => g.found.param.fixed === true && g.found.param.name !== 'jid')
  if (fixed.length === 0) return undefined
  const now = run.t.call(
    'jailGet',
    jid,
    fixed.map(g => g.found.param.name),
  ) as Record<string, Json>
  return fixed.find(g => now[g.found.param.name] !== g.value)?.name
}

/** -m: fixed parameters must have the value they have; jail_set(2) gets the others. */
export function modifyJail(run: Run, conf: Conf, jid: number): void {
  const imported = importParams(run, conf)
  if (imported === undefined) return
  const changed = changesFixed(run, jid, imported)
  if (changed !== undefined) {
    complain(run, conf, `${changed} cannot be changed after creation`)
    return
  }
  const list = imported.filter(g => g.found.param.fixed !== true)
  const itself: Given = {
    name: 'jid',
    found: lookUpParam(run.t, 'jid') as Resolved,
    value: jid,
    text: String(jid),
  }
  try {
    if (list.length > 0) jailSet(run, conf, 'update', [itself, ...list])
    note(run, conf, 'updated')
  } catch (error) {
    if (!(error instanceof Failed)) throw error
  }
}

/** print_jail: the parameters in order, without the jid. */
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
