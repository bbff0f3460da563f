/** What zfs(8) and zpool(8) share: the words of libzfs (libzfs_util.c, libzfs_mount.c), mounts, tables. */
import { CallError, type Json } from '../../client.ts'
import type { Property } from '../../rules/zfs/datasets.ts'
import { PROPERTIES } from '../../rules/zfs/datasets.ts'
import { Exit, strerror, type ToolContext } from '../tool.ts'

/** What the kernel tells of a dataset. */
export interface Stats {
  name: string
  type: 'filesystem' | 'volume'
  properties: Record<string, Property>
}

/** Words of zfs_standard_error for the errnos that the simulated kernel gives. */
const WORDS: Readonly<Record<string, string>> = {
  EPERM: 'permission denied',
  EACCES: 'permission denied',
  ENOENT: 'dataset does not exist',
  EEXIST: 'dataset already exists',
  EBUSY: 'dataset is busy',
  EINVAL: 'invalid argument',
}

/** Makes a call; gives an error of it as text in the words of libzfs. */
export function ask(t: ToolContext, name: string, ...args: Json[]): { value: Json } | { fault: string } {
  try {
    return { value: t.call(name, ...args) }
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    return { fault: WORDS[error.errno] ?? strerror(error.errno) }
  }
}

/** Ends the tool with status 1 after a message of libzfs. */
export function fail(t: ToolContext, action: string, reason: string): never {
  t.err(`${action}: ${reason}\n`)
  throw new Exit(1)
}

/** Makes a call, and ends the tool with `action: reason` when the call fails. */
export function must(t: ToolContext, action: string, name: string, ...args: Json[]): Json {
  const answer = ask(t, name, ...args)
  return 'fault' in answer ? fail(t, action, answer.fault) : answer.value
}

/** libzfs_init: the module, loaded where that is allowed, and the device. */
export function open(t: ToolContext): void {
  try {
    if (t.call('modfind', 'zfs') !== true) t.call('kldload', 'zfs')
    t.call('lookup', '/dev/zfs')
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    const before = t.call('modfind', 'zfs') === true ? '' : 'Failed to load zfs module: '
    t.err(`${before}${strerror(error.errno)}\n`)
    throw new Exit(1)
  }
}

/** True for a caller on the host, outside every jail. */
export function onHost(t: ToolContext): boolean {
  return (t.call('ping') as { jid: number }).jid === 0
}

/** Prints a message and the usage of a command, status 2. */
export function misused(t: ToolContext, message: string, usage: string): never {
  t.err(`${message}\nusage:\n\t${usage}\n`)
  throw new Exit(2)
}

/** `NAME=VALUE` as a property that can be set; ends the tool for another one. */
export function setting(t: ToolContext, action: string, text: string): [name: string, value: string] {
  const at = text.indexOf('=')
  const [name, value] = [text.slice(0, at), text.slice(at + 1)]
  const known = Object.hasOwn(PROPERTIES, name) ? PROPERTIES[name] : undefined
  if (known === undefined) fail(t, action, `invalid property '${name}'`)
  if (known.values?.includes(value) === false)
    fail(t, action, `'${name}' must be one of '${known.values.join(' | ')}'`)
  if (name === 'mountpoint' && !/^(\/.*|none|legacy)$/.test(value))
    fail(t, action, "'mountpoint' must be an absolute path, 'none', or 'legacy'")
  return [name, value]
}

/** Where a dataset is mounted, as far as the caller sees. */
export function mountedOn(t: ToolContext, name: string): string | undefined {
  const mounts = t.call('mounts') as { fstype: string; from: string; on: string }[]
  return mounts.find(m => m.fstype === 'zfs' && m.from === name)?.on
}

/** zfs_mount: gives the text of an error; nothing is done for a dataset that is not to be mounted here. */
export function mountDataset(t: ToolContext, { name, properties }: Stats): string | undefined {
  const value = (property: string): string => properties[property]?.value ?? ''
  const point = value('mountpoint')
  if (!point.startsWith('/') || value('canmount') === 'off') return undefined
  if (value('jailed') === 'on' && onHost(t)) return undefined
  const directory = ask(t, 'makeDirectories', point)
  if ('fault' in directory) return `cannot mount '${point}': failed to create mountpoint: ${directory.fault}`
  try {
    t.call('mountVisible', [
      ['fstype', 'zfs'],
      ['fspath', point],
      ['from', name],
    ])
    return undefined
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    const words: Record<string, string> = {
      EBUSY: 'mountpoint or dataset is busy',
      EPERM: 'Insufficient privileges',
    }
    return `cannot mount '${name}': ${words[error.errno] ?? strerror(error.errno)}`
  }
}

/** Unmounts a dataset that is mounted; gives the text of an error. */
export function unmountDataset(t: ToolContext, name: string, force = false): string | undefined {
  const on = mountedOn(t, name)
  if (on === undefined) return undefined
  try {
    t.call('unmount', on, { force })
    return undefined
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    const words: Record<string, string> = { EBUSY: 'pool or dataset is busy', EPERM: 'permission denied' }
    return `cannot unmount '${on}': ${words[error.errno] ?? 'unmount failed'}`
  }
}

/** Columns of numbers, which are set to the right. */
const NUMBERS = ['USED', 'AVAIL', 'REFER']

/** A table: with `scripted` tabs and no heading, else columns two spaces apart. */
export function table(
  t: ToolContext,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  scripted: boolean,
): void {
  if (scripted) {
    for (const row of rows) t.out(`${row.join('\t')}\n`)
    return
  }
  if (rows.length === 0) return
  const lines = [heads, ...rows]
  const widths = heads.map((_, column) => Math.max(...lines.map(line => line[column]?.length ?? 0)))
  const cell = (word: string, column: number): string => {
    const width = widths[column] ?? 0
    return NUMBERS.includes(heads[column] ?? '') ? word.padStart(width) : word.padEnd(width)
  }
  for (const line of lines) t.out(`${line.map(cell).join('  ').trimEnd()}\n`)
}
