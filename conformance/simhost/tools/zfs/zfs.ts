/** zfs(8): create, destroy, get, set, list, mount, umount, jail, unjail (sys/contrib/openzfs/cmd/zfs/zfs_main.c). */
import { above, nameFault } from '../../rules/zfs/names.ts'
import { Exit, getopt, type ToolContext } from '../tool.ts'
import {
  ask,
  fail,
  misused,
  mountDataset,
  mountedOn,
  must,
  onHost,
  open,
  type Stats,
  setting,
  table,
  unmountDataset,
} from './library.ts'

const USAGE: Readonly<Record<string, string>> = {
  create: 'create [-Pnpuv] [-o property=value] ... <filesystem>',
  destroy: 'destroy [-fnpRrv] <filesystem|volume>',
  get: 'get [-rHp] [-o "all" | field[,...]] [-t type[,...]] <"all" | property[,...]> [filesystem|volume] ...',
  set: 'set <property=value> ... <filesystem|volume> ...',
  list: 'list [-rH] [-o property[,...]] [-t type[,...]] [filesystem|volume] ...',
  mount: 'mount [-a | filesystem]',
  umount: 'umount [-f] <-a | filesystem|mountpoint>',
  jail: 'jail <jailid|jailname> <filesystem>',
  unjail: 'unjail <jailid|jailname> <filesystem>',
}

/** zfs_open: the dataset, or the end with `cannot open`. */
function opened(t: ToolContext, name: string, types: readonly string[] = ['filesystem', 'volume']): Stats {
  const action = `cannot open '${name}'`
  const fault = nameFault(name)
  if (fault !== undefined) fail(t, action, fault)
  const stats = must(t, action, 'zfsStats', name) as unknown as Stats
  if (!types.includes(stats.type)) fail(t, action, 'operation not applicable to datasets of this type')
  return { ...stats, name }
}

function options(
  t: ToolContext,
  command: string,
  spec: string,
  args: string[],
): { has: (letter: string) => boolean; all: (letter: string) => string[]; rest: string[] } {
  const found = getopt({ ...t, args }, spec, () => misused(t, 'invalid option', USAGE[command] ?? ''))
  return {
    has: letter => found.options.some(([l]) => l === letter),
    all: letter => found.options.filter(([l]) => l === letter).map(([, value]) => value),
    rest: found.rest,
  }
}

function jail(t: ToolContext, command: 'jail' | 'unjail', args: string[]): number {
  const [jailName, name] = args
  if (jailName === undefined || name === undefined) misused(t, 'missing argument(s)', USAGE[command] ?? '')
  if (args.length > 2) misused(t, 'too many arguments', USAGE[command] ?? '')
  const jid = t.call('jailId', jailName)
  if (typeof jid !== 'number') misused(t, 'invalid jail id or name', USAGE[command] ?? '')
  opened(t, name, ['filesystem'])
  must(t, `cannot ${command} '${name}'`, command === 'jail' ? 'zfsJail' : 'zfsUnjail', name, jid)
  return 0
}

function create(t: ToolContext, args: string[]): number {
  const { has, all, rest } = options(t, 'create', 'o:pPnuvV:s', args)
  const [name] = rest
  if (name === undefined) misused(t, 'missing filesystem argument', USAGE.create ?? '')
  const action = `cannot create '${name}'`
  const fault = nameFault(name)
  if (fault !== undefined) fail(t, action, fault)
  const properties = Object.fromEntries(all('o').map(text => setting(t, action, text)))
  const parent = above(name)
  if (parent === undefined) fail(t, action, 'missing dataset name')
  const pool = name.replace(/\/.*/, '')
  if ('fault' in ask(t, 'zfsStats', pool)) fail(t, action, `no such pool '${pool}'`)
  if ('fault' in ask(t, 'zfsStats', parent)) {
    if (!has('p')) fail(t, action, 'parent does not exist')
    create(t, ['-p', parent])
  }
  if (opened(t, parent).type === 'volume') fail(t, action, 'parent is not a filesystem')
  if (has('p') && 'value' in ask(t, 'zfsStats', name)) return 0
  must(t, action, 'zfsCreate', name, has('V') ? 'volume' : 'filesystem', properties)
  const trouble = has('u') ? undefined : mountDataset(t, opened(t, name))
  if (trouble === undefined) return 0
  t.err(`${trouble}\nfilesystem successfully created, but not mounted\n`)
  return 1
}

function destroy(t: ToolContext, args: string[]): number {
  const { has, rest } = options(t, 'destroy', 'fnpRrv', args)
  const [name] = rest
  if (name === undefined) misused(t, 'missing dataset argument', USAGE.destroy ?? '')
  const dataset = opened(t, name)
  const below = (t.call('zfsNames') as string[]).filter(other => other.startsWith(`${name}/`))
  if (below.length > 0 && !has('r')) {
    t.err(`cannot destroy '${name}': ${dataset.type} has children\n`)
    t.err(`use '-r' to destroy the following datasets:\n${below.join('\n')}\n`)
    return 1
  }
  for (const each of [name, ...below].sort().reverse()) {
    const trouble = unmountDataset(t, each, has('f'))
    if (trouble !== undefined) {
      t.err(`${trouble}\n`)
      return 1
    }
    must(t, `cannot destroy '${each}'`, 'zfsDestroy', each)
  }
  return 0
}

/** A property of a dataset as `get` and `list` show it. */
function shown(t: ToolContext, dataset: Stats, property: string): { value: string; source: string } {
  const plain = (value: string) => ({ value, source: '-' })
  if (property === 'name') return plain(dataset.name)
  if (property === 'type') return plain(dataset.type)
  if (property === 'mounted')
    return plain(dataset.type === 'volume' ? '-' : mountedOn(t, dataset.name) === undefined ? 'no' : 'yes')
  // The host counts no space.
  if (['used', 'refer', 'referenced'].includes(property)) return plain('96K')
  if (property === 'avail' || property === 'available') return plain('1.00G')
  const found = dataset.properties[property]
  if (found === undefined) {
    t.err(`bad property list: invalid property '${property}'\n`)
    throw new Exit(2)
  }
  return found
}

/** The datasets that are named, with `recurse` those below them too, or all. Ends with status 1 for an unknown one. */
function chosen(
  t: ToolContext,
  names: readonly string[],
  recurse: boolean,
  types: readonly string[],
): Stats[] {
  const all = t.call('zfsNames') as string[]
  const wanted =
    names.length === 0
      ? all
      : names.flatMap(name => [
          opened(t, name, types).name,
          ...all.filter(other => recurse && other.startsWith(`${name}/`)),
        ])
  return wanted.map(name => opened(t, name)).filter(({ type }) => types.includes(type))
}

/** The types of -t; `fs` and `vol` are short for two. */
function typesOf(values: readonly string[], otherwise: readonly string[]): readonly string[] {
  const short: Record<string, string[]> = {
    fs: ['filesystem'],
    vol: ['volume'],
    all: ['filesystem', 'volume'],
  }
  const words = values.flatMap(value => value.split(',')).flatMap(word => short[word] ?? [word])
  return words.length > 0 ? words : otherwise
}

function get(t: ToolContext, args: string[]): number {
  const { has, all, rest } = options(t, 'get', 'd:o:s:rt:Hp', args)
  const [properties, ...names] = rest
  if (properties === undefined) misused(t, 'missing property argument', USAGE.get ?? '')
  const columns = all('o').at(-1)?.split(',') ?? ['name', 'property', 'value', 'source']
  const datasets = chosen(t, names, has('r'), typesOf(all('t'), ['filesystem', 'volume']))
  const rows = datasets.flatMap(dataset =>
    properties.split(',').map(property => {
      const { value, source } = shown(t, dataset, property)
      const cells: Record<string, string> = { name: dataset.name, property, value, source }
      return columns.map(column => cells[column] ?? '-')
    }),
  )
  table(
    t,
    columns.map(column => column.toUpperCase()),
    rows,
    has('H'),
  )
  return 0
}

function list(t: ToolContext, args: string[]): number {
  const { has, all, rest } = options(t, 'list', 'd:HpS:s:rt:o:', args)
  const columns = all('o').at(-1)?.split(',') ?? ['name', 'used', 'avail', 'refer', 'mountpoint']
  const datasets = chosen(t, rest, has('r'), typesOf(all('t'), ['filesystem', 'volume']))
  if (datasets.length === 0) {
    t.err('no datasets available\n')
    return 0
  }
  const rows = datasets.map(dataset => columns.map(column => shown(t, dataset, column).value))
  table(
    t,
    columns.map(column => column.toUpperCase()),
    rows,
    has('H'),
  )
  return 0
}

function set(t: ToolContext, args: string[]): number {
  const [assignment, ...names] = args
  if (assignment === undefined) misused(t, 'missing property=value argument(s)', USAGE.set ?? '')
  if (names.length === 0) misused(t, 'missing dataset name(s)', USAGE.set ?? '')
  if (!assignment.includes('=')) misused(t, "missing '=' in property=value argument", USAGE.set ?? '')
  for (const name of names) {
    const dataset = opened(t, name)
    const action = `cannot set property for '${name}'`
    const [property, value] = setting(t, action, assignment)
    if (dataset.type === 'volume') fail(t, action, `'${property}' does not apply to datasets of this type`)
    if (property === 'mountpoint' && onHost(t) && dataset.properties.jailed?.value === 'on')
      fail(t, action, "'mountpoint' cannot be set on dataset in a non-global zone")
    const remount = property === 'mountpoint' && mountedOn(t, name) !== undefined
    const trouble = remount ? unmountDataset(t, name) : undefined
    if (trouble !== undefined) {
      t.err(`${trouble}\n`)
      return 1
    }
    must(t, action, 'zfsSet', name, property, value)
    if (remount || property === 'mountpoint') mountDataset(t, opened(t, name))
  }
  return 0
}

/** share_mount_one: why a dataset cannot be mounted here, when it is mounted by name. */
function obstacle(t: ToolContext, { name, properties }: Stats): string | undefined {
  const before = `cannot mount '${name}': `
  const point = properties.mountpoint?.value
  const jailed = properties.jailed?.value === 'on'
  if (jailed && onHost(t)) return `${before}dataset is exported to a local zone`
  if (!jailed && !onHost(t)) return `${before}permission denied`
  if (point === 'legacy') return `${before}legacy mountpoint\nuse mount(8) to mount this filesystem`
  if (point === 'none') return `${before}no mountpoint set`
  if (properties.canmount?.value === 'off') return `${before}'canmount' property is set to 'off'`
  return mountedOn(t, name) === undefined ? undefined : `${before}filesystem already mounted`
}

function mount(t: ToolContext, args: string[]): number {
  const { has, rest } = options(t, 'mount', 'aflOo:Rv', args)
  if (has('a')) {
    const all = chosen(t, [], false, ['filesystem'])
    const todo = all.filter(one => one.properties.canmount?.value === 'on' && obstacle(t, one) === undefined)
    const troubles = todo.map(dataset => mountDataset(t, dataset)).filter(text => text !== undefined)
    for (const trouble of troubles) t.err(`${trouble}\n`)
    return troubles.length > 0 ? 1 : 0
  }
  const [name] = rest
  if (name === undefined) {
    const mounts = t.call('mounts') as { fstype: string; from: string; on: string }[]
    for (const m of mounts.filter(({ fstype }) => fstype === 'zfs')) t.out(`${m.from.padEnd(30)}  ${m.on}\n`)
    return 0
  }
  const dataset = opened(t, name, ['filesystem'])
  const trouble = obstacle(t, dataset) ?? mountDataset(t, dataset)
  if (trouble === undefined) return 0
  t.err(`${trouble}\n`)
  return 1
}

function umount(t: ToolContext, args: string[]): number {
  const { has, rest } = options(t, 'umount', 'afu', args)
  const [name] = rest
  if (name === undefined) misused(t, 'missing filesystem argument', USAGE.umount ?? '')
  if (mountedOn(t, opened(t, name, ['filesystem']).name) === undefined)
    fail(t, `cannot unmount '${name}'`, 'not currently mounted')
  const trouble = unmountDataset(t, name, has('f'))
  if (trouble === undefined) return 0
  t.err(`${trouble}\n`)
  return 1
}

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  const [command, ...args] = t.args
  if (command === undefined) misused(t, 'missing command', Object.values(USAGE).join('\n\t'))
  open(t)
  if (command === 'jail' || command === 'unjail') return jail(t, command, args)
  if (command === 'create') return create(t, args)
  if (command === 'destroy') return destroy(t, args)
  if (command === 'get') return get(t, args)
  if (command === 'list') return list(t, args)
  if (command === 'set') return set(t, args)
  if (command === 'mount') return mount(t, args)
  if (command === 'umount' || command === 'unmount') return umount(t, args)
  misused(t, `unrecognized command '${command}'`, Object.values(USAGE).join('\n\t'))
}
