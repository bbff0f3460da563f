/** zpool(8): create with one file, destroy, list (sys/contrib/openzfs/cmd/zpool/zpool_main.c). */
import { CallError } from '../../client.ts'
import { nameFault } from '../../rules/zfs/names.ts'
import { getopt, strerror, type ToolContext } from '../tool.ts'
import {
  fail,
  misused,
  mountDataset,
  must,
  open,
  type Stats,
  setting,
  table,
  unmountDataset,
} from './library.ts'

const USAGE: Readonly<Record<string, string>> = {
  create:
    'create [-fnd] [-o property=value] ... [-O file-system-property=value] ... [-m mountpoint] <pool> <vdev> ...',
  destroy: 'destroy [-f] <pool>',
  list: 'list [-H] [-o property[,...]] [pool] ...',
}

function stats(t: ToolContext, name: string): Stats {
  return { ...(t.call('zfsStats', name) as unknown as Stats), name }
}

function create(t: ToolContext, args: string[]): number {
  const found = getopt({ ...t, args }, 'fndR:m:o:O:t:', () =>
    misused(t, 'invalid option', USAGE.create ?? ''),
  )
  const [name, device] = found.rest
  if (name === undefined) misused(t, 'missing pool name argument', USAGE.create ?? '')
  if (device === undefined) misused(t, 'missing vdev specification', USAGE.create ?? '')
  const action = `cannot create '${name}'`
  if (!/^[A-Za-z]/.test(name)) fail(t, action, 'name must begin with a letter')
  if (nameFault(name) !== undefined || name.includes('/')) fail(t, action, 'invalid character in pool name')
  const settings = found.options
    .filter(([letter]) => letter === 'O' || letter === 'm')
    .map(([letter, value]) => setting(t, action, letter === 'm' ? `mountpoint=${value}` : value))
  try {
    t.call('zpoolCreate', name, device, Object.fromEntries(settings))
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    const words: Record<string, string> = {
      EEXIST: `${action}: pool already exists`,
      EBUSY: `invalid vdev specification\nuse '-f' to override the following errors:\n${device} is part of active pool`,
      EOVERFLOW: `${action}: one or more devices is less than the minimum size (64M)`,
      EPERM: `${action}: permission denied`,
    }
    t.err(`${words[error.errno] ?? `cannot open '${device}': ${strerror(error.errno)}`}\n`)
    return 1
  }
  const trouble = mountDataset(t, stats(t, name))
  if (trouble !== undefined) t.err(`${trouble}\n`)
  return trouble === undefined ? 0 : 1
}

/** The names of all pools that the caller sees. */
function pools(t: ToolContext): string[] {
  return (t.call('zfsNames') as string[]).filter(name => !name.includes('/'))
}

function destroy(t: ToolContext, args: string[]): number {
  const found = getopt({ ...t, args }, 'f', () => misused(t, 'invalid option', USAGE.destroy ?? ''))
  const [name] = found.rest
  if (name === undefined) misused(t, 'missing pool argument', USAGE.destroy ?? '')
  if (!pools(t).includes(name)) fail(t, `cannot open '${name}'`, 'no such pool')
  const all = (t.call('zfsNames') as string[]).filter(each => each === name || each.startsWith(`${name}/`))
  for (const each of all.sort().reverse()) {
    const trouble = unmountDataset(t, each, found.options.length > 0)
    if (trouble === undefined) continue
    t.err(`${trouble}\ncould not destroy '${name}': could not unmount datasets\n`)
    return 1
  }
  must(t, `cannot destroy '${name}'`, 'zpoolDestroy', name)
  return 0
}

function list(t: ToolContext, args: string[]): number {
  const found = getopt({ ...t, args }, 'Ho:pPT:v', () => misused(t, 'invalid option', USAGE.list ?? ''))
  const columns = found.options.findLast(([letter]) => letter === 'o')?.[1].split(',') ?? ['name', 'health']
  const all = pools(t)
  const missing = found.rest.find(name => !all.includes(name))
  if (missing !== undefined) fail(t, `cannot open '${missing}'`, 'no such pool')
  const rows = (found.rest.length > 0 ? found.rest : all).map(name =>
    columns.map(column => (column === 'name' ? name : column === 'health' ? 'ONLINE' : '-')),
  )
  const scripted = found.options.some(([letter]) => letter === 'H')
  if (rows.length === 0) t.out(scripted ? '' : 'no pools available\n')
  else
    table(
      t,
      columns.map(column => column.toUpperCase()),
      rows,
      scripted,
    )
  return 0
}

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  const [command, ...args] = t.args
  open(t)
  if (command === 'create') return create(t, args)
  if (command === 'destroy') return destroy(t, args)
  if (command === 'list') return list(t, args)
  misused(
    t,
    command === undefined ? 'missing command' : `unrecognized command '${command}'`,
    Object.values(USAGE).join('\n\t'),
  )
}
