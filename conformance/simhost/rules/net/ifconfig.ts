import { STRERROR } from '../../text/errno.ts'
import { type Output, runTool, type ToolOutput } from '../../text/output.ts'
import { cloners as clonerNames } from './clones.ts'
import { familyOf, type NetCaller, Run } from './ifconfig-run.ts'
import { configure, create } from './ifconfig-words.ts'
import { FLAG, type Interface } from './interface.ts'
import { NAME_LENGTH } from './kernel.ts'
import { type PrintOptions, printInterface } from './print.ts'

export type { NetCaller } from './ifconfig-run.ts'

const USAGE = `usage: ifconfig [-j jail] [-f type:format] interface address_family
                [address [dest_address]] [parameters]
       ifconfig [-j jail] interface create
       ifconfig [-j jail] -a [-dkLmuv] [-f type:format] [-G groupname] [-g groupname]
                [address_family]
       ifconfig [-C]
       ifconfig [-j jail] -g groupname
       ifconfig [-j jail] -l [-du] [-g groupname] [address_family]
       ifconfig [-j jail] [-dkLmuv] [-f type:format]
`

function usage(out: Output): never {
  out.complain(USAGE)
  out.exit(1)
}
/** Prints the final name once when it differs from the one on the command line, also when a later word failed. */
function announce(run: Run): void {
  if (run.name !== run.typed) run.out.print(`${run.name}\n`)
}
interface Flags {
  all: boolean
  names: boolean
  down: boolean
  up: boolean
  group: string | undefined
  notGroup: string | undefined
  jail: string | undefined
  formats: string[]
}

function readFlags(argv: readonly string[], out: Output): { flags: Flags; rest: string[]; cloners: boolean } {
  const flags: Flags = {
    all: false,
    names: false,
    down: false,
    up: false,
    group: undefined,
    notGroup: undefined,
    jail: undefined,
    formats: [],
  }
  let at = 0
  let cloners = false
  for (; at < argv.length; at += 1) {
    const word = argv[at]!
    if (word === '--') {
      at += 1
      break
    }
    if (!word.startsWith('-') || word === '-') break
    for (let i = 1; i < word.length; i += 1) {
      const letter = word[i]!
      if ('gGjf'.includes(letter)) {
        let value: string | undefined = word.slice(i + 1)
        if (value === '') {
          at += 1
          value = argv[at]
        }
        if (value === undefined) {
          out.warn(`option requires an argument -- ${letter}`)
          usage(out)
        }
        if (letter === 'g') flags.group = value
        else if (letter === 'G') flags.notGroup = value
        else if (letter === 'j') flags.jail = value
        else flags.formats.push(value)
        break
      }
      if (letter === 'a') flags.all = true
      else if (letter === 'l') flags.names = true
      else if (letter === 'd') flags.down = true
      else if (letter === 'u') flags.up = true
      else if (letter === 'C') cloners = true
      else if (!'kLmnvD'.includes(letter)) {
        out.warn(`illegal option -- ${letter}`)
        usage(out)
      }
    }
  }
  return { flags, rest: argv.slice(at), cloners }
}

function formats(flags: Flags, { sees, kernel }: NetCaller, out: Output): PrintOptions {
  const options: PrintOptions = {
    inet: 'hex',
    inet6: 'numeric',
    ether: 'colon',
    sees,
    now: kernel.around.now(),
  }
  for (const item of flags.formats.flatMap(text => text.split(','))) {
    const [type, how] = item.split(':')
    if (how === undefined || how === '') {
      out.warn(`Skipping invalid format specification: ${item}\n`)
      continue
    }
    if (type === 'inet' && (how === 'cidr' || how === 'dotted')) options.inet = how
    if (type === 'inet6' && how === 'cidr') options.inet6 = how
    if (type === 'ether' && how === 'dash') options.ether = how
  }
  return options
}

function list(caller: NetCaller, flags: Flags, rest: readonly string[], out: Output): void {
  const family = familyOf(rest[0])
  if (rest.length > 1 || (rest.length === 1 && family === undefined)) usage(out)
  const chosen = caller.vnet.interfaces.filter(item => {
    const up = (item.flags & FLAG.UP) !== 0
    if ((flags.down && up) || (flags.up && !up)) return false
    if (flags.group !== undefined && !inGroup(item, flags.group)) return false
    if (flags.notGroup !== undefined && inGroup(item, flags.notGroup)) return false
    if (family === 'ether' || family === 'link') return !flags.names || item.ether !== undefined
    return !flags.names || family === undefined || item.addresses.some(entry => entry.family === family)
  })
  if (flags.names) {
    out.print(`${chosen.map(item => item.name).join(' ')}\n`)
    return
  }
  const options = { ...formats(flags, caller, out), family }
  for (const item of chosen) out.print(printInterface(item, options))
}

function inGroup(item: Interface, group: string): boolean {
  return group === 'all' || item.groups.includes(group)
}

/** ifconfig(8) of 15.1: `argv` without the program's name. */
export function ifconfigTool(argv: readonly string[], context: NetCaller): ToolOutput {
  return runTool('ifconfig', (out: Output) => {
    const { flags, rest, cloners } = readFlags(argv, out)
    let caller = context
    if (flags.jail !== undefined) {
      const jail = caller.jail(flags.jail)
      if (jail === undefined) out.err(1, `jail not found: ${STRERROR.ENOENT}`)
      const own = jail.vnet.jid === jail.jid || jail.jid === 0
      caller = { ...caller, vnet: jail.vnet, privileged: caller.privileged && own }
    }
    if (flags.names && flags.all) usage(out)
    if (flags.up && flags.down) usage(out)
    const { group } = flags
    if (cloners) out.print(`${clonerNames().join(' ')}\n`)
    else if (group !== undefined && !flags.all && !flags.names && rest.length === 0) {
      for (const item of caller.vnet.interfaces) if (inGroup(item, group)) out.print(`${item.name}\n`)
    } else if (flags.all || flags.names || rest.length === 0) list(caller, flags, rest, out)
    else one(caller, flags, rest, out)
  })
}

/** Does `ifconfig NAME ...`. */
function one(caller: NetCaller, flags: Flags, words: readonly string[], out: Output): void {
  const name = words[0]!
  let rest = words.slice(1)
  const run = new Run(out, caller, name)
  run.item = caller.kernel.find(caller.vnet, name)
  if (run.item === undefined) {
    const making = rest[0] === 'create' || rest[0] === 'plumb'
    if (making && name.length > NAME_LENGTH) out.err(1, `${name}: cloning name too long`)
    if (rest[0] === '-vnet' && name.length > NAME_LENGTH) out.err(1, `${name}: interface name too long`)
    if (!making && rest[0] !== '-vnet') out.err(1, `interface ${name} does not exist`)
    try {
      if (making) create(run, rest.slice(1))
      else configure(run, rest)
    } finally {
      announce(run)
    }
    return
  }
  if ((rest[0] === 'create' || rest[0] === 'plumb') && rest.length === 1) {
    out.err(1, `interface ${name} already exists`)
  }
  const family = familyOf(rest[0])
  if (family !== undefined) {
    run.family = family
    rest = rest.slice(1)
  }
  if (rest.length === 0) {
    out.print(printInterface(run.item, { ...formats(flags, caller, out), family }))
    return
  }
  try {
    configure(run, rest)
  } finally {
    announce(run)
  }
}
