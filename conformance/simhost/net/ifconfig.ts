import { randomBytes } from 'node:crypto'
import { type Errno, KernelError, STRERROR } from '../text/errno.ts'
import { jailNotFound } from '../text/jail-name.ts'
import { type Output, runTool, type ToolOutput } from '../text/output.ts'
import { formatInet, formatInet6, type InterfaceAddress, parseInet, parseInet6, prefixOf } from './address.ts'
import { addAddress, deleteAddress } from './addresses.ts'
import { FLAG, type Interface, isEthernet, ND6, type Vnet } from './interface.ts'
import { NAME_LENGTH, type NetKernel } from './kernel.ts'
import { type PrintOptions, printInterface } from './print.ts'

/** Who runs ifconfig(8) and what it can reach. */
export interface NetCaller {
  kernel: NetKernel
  /** The stack of the caller's jail. */
  vnet: Vnet
  /** Root on the host or in a vnet jail; a classic jail may look only. */
  privileged: boolean
  sees: (address: string) => boolean
  /** jail_getid(3) by name or number, relative to the caller's jail: its jid and the stack it uses. */
  jail: (name: string) => { jid: number; vnet: Vnet } | undefined
}

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

type Family = 'inet' | 'inet6' | 'ether' | 'link'
const FAMILIES: readonly Family[] = ['inet', 'inet6', 'ether', 'link']

function familyOf(word: string | undefined): Family | undefined {
  if (word === 'lladdr') return 'ether'
  return FAMILIES.find(family => family === word)
}

/** Address work that ifconfig(8) puts off until all words are read. */
interface Pending {
  address?: InterfaceAddress
  maskGiven: boolean
  /** 1 after `alias`, -1 after `-alias` or `delete`, else 0. */
  alias: number
  clear: boolean
  add: boolean
  removal?: string
}

class Run {
  readonly out: Output
  readonly caller: NetCaller
  vnet: Vnet
  kernel: NetKernel
  item: Interface | undefined
  name: string
  family: Family = 'inet'
  pending: Pending = { maskGiven: false, alias: 0, clear: false, add: true }
  /** The name to print at the end when it is not the one that was typed. */
  typed: string
  changed = false
  vlan: { tag?: number; parent?: string } = {}

  constructor(out: Output, caller: NetCaller, name: string) {
    this.out = out
    this.caller = caller
    this.vnet = caller.vnet
    this.kernel = caller.kernel
    this.name = name
    this.typed = name
  }

  target(): Interface {
    return this.item ?? this.out.err(1, `interface ${this.name} does not exist`)
  }

  /** A kernel call; `text` is err(3)'s. With `perror`, EPERM reads "permission denied" (Perror of ifconfig). */
  attempt(text: string, call: () => void, perror = false): void {
    try {
      if (!this.caller.privileged) throw new KernelError('EPERM')
      call()
    } catch (error) {
      if (!(error instanceof KernelError)) throw error
      if (perror && error.errno === 'EPERM') this.out.err(1, `${text}: permission denied`)
      if (perror && error.errno === 'ENXIO') this.out.err(1, `${text}: no such interface`)
      this.out.err(1, `${text}: ${error.message}`)
    }
  }
}

/** Reads an address word, with `/prefix`, in the run's family. */
function readAddress(run: Run, word: string): InterfaceAddress {
  const slash = word.lastIndexOf('/')
  const text = slash < 0 ? word : word.slice(0, slash)
  const width = slash < 0 ? undefined : word.slice(slash + 1)
  const limit = run.family === 'inet6' ? 128 : 32
  let prefix = run.family === 'inet6' ? 128 : 32
  if (width !== undefined) {
    const why =
      !/^[0-9]/.test(width) || !/^[0-9]+$/.test(width) ? 'invalid' : Number(width) > limit ? 'too large' : ''
    if (why !== '' && run.family === 'inet') run.out.err(1, `${word}: bad value (width ${why})`)
    if (why !== '') run.out.err(1, `${width}: bad value`)
    prefix = Number(width)
    run.pending.maskGiven = true
  }
  if (run.family === 'inet6') {
    const groups = parseInet6(text)
    if (groups === undefined) run.out.err(1, `${text}: bad value`)
    return { family: 'inet6', address: formatInet6(groups), prefix: width === undefined ? 64 : prefix }
  }
  const value = parseInet(text)
  if (value === undefined) run.out.err(1, `${text}: bad value`)
  return { family: 'inet', address: formatInet(value), prefix }
}

function setAddress(run: Run, word: string): void {
  if (run.family === 'ether' || run.family === 'link') {
    setEther(run, word)
    return
  }
  const { pending } = run
  if (pending.address !== undefined && pending.add) {
    // A second address is the other end.
    pending.address.destination = readAddress(run, word).address
    return
  }
  const entry = readAddress(run, word)
  if (pending.alias < 0) pending.removal = entry.address
  else {
    if (pending.alias === 0 && run.family === 'inet') pending.clear = true
    pending.address = entry
  }
}

function setEther(run: Run, word: string): void {
  const item = run.target()
  let ether = word.toLowerCase().replaceAll('-', ':')
  if (ether === 'random') {
    const bytes = [...randomBytes(6)]
    bytes[0] = (bytes[0]! & 0xfc) | 2
    ether = bytes.map(byte => byte.toString(16)).join(':')
  }
  if (!/^([0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/.test(ether)) run.out.err(1, `ether: bad value`)
  const padded = ether
    .split(':')
    .map(byte => byte.padStart(2, '0'))
    .join(':')
  run.pending.add = false
  run.attempt('ioctl (SIOCAIFADDR)', () => run.kernel.setEther(item, padded), true)
}

function setAlias(run: Run, sign: number): void {
  const { pending } = run
  if (sign < 0) {
    if (pending.address !== undefined && pending.alias === 0) pending.removal = pending.address.address
    pending.clear = true
    pending.add = false
  } else pending.clear = false
  pending.alias = sign
}

/** What is put off: vlan parameters, removal and addition of addresses. */
function finish(run: Run): void {
  finishVlan(run)
  const { pending } = run
  if (run.family !== 'inet' && run.family !== 'inet6') return
  const family = run.family
  if (pending.add && family === 'inet' && pending.address !== undefined && !pending.maskGiven) {
    const item = run.target()
    if ((item.flags & (FLAG.LOOPBACK | FLAG.POINTOPOINT)) === 0) {
      run.out.stderr += 'ifconfig: ERROR: setting interface address without mask is no longer supported.\n'
      run.out.exit(1)
    }
    const first = Number(pending.address.address.split('.')[0])
    pending.address.prefix = first < 128 ? 8 : first < 192 ? 16 : 24
  }
  if (pending.clear) {
    const item = run.target()
    try {
      if (!run.caller.privileged) throw new KernelError('EPERM')
      deleteAddress(run.kernel, item, family, pending.removal)
    } catch (error) {
      if (!(error instanceof KernelError)) throw error
      const none = error.errno === 'EADDRNOTAVAIL' && pending.alias >= 0
      if (!none) run.attempt('ioctl (SIOCDIFADDR)', () => fail(error.errno), true)
    }
  }
  const entry = pending.address
  if (pending.add && entry !== undefined) {
    const item = run.target()
    run.attempt('ioctl (SIOCAIFADDR)', () => addAddress(run.kernel, item, entry), true)
  }
}

function fail(errno: Errno): never {
  throw new KernelError(errno)
}

function finishVlan(run: Run): void {
  const { tag, parent } = run.vlan
  if (tag === undefined && parent === undefined) return
  if (tag === undefined || parent === undefined) run.out.err(1, 'both vlan and vlandev must be specified')
  const item = run.target()
  const device = run.kernel.find(run.vnet, parent)
  run.attempt('SIOCSETVLAN', () => {
    if (device === undefined || !isEthernet(device.kind)) throw new KernelError('ENXIO')
    run.kernel.setVlan(item, tag, device)
  })
}

function rename(run: Run, to: string): void {
  const item = run.target()
  run.attempt('ioctl SIOCSIFNAME (set name)', () => run.kernel.rename(item, to))
  run.name = item.name
  run.changed = true
}

function setNumber(run: Run, what: string, text: string, call: (value: number) => void): void {
  const value = Number.parseInt(text, 10)
  run.attempt(what, () => call(Number.isNaN(value) ? 0 : value))
}

const FLAG_WORDS: Readonly<Record<string, readonly [number, boolean]>> = {
  up: [FLAG.UP, true],
  down: [FLAG.UP, false],
  arp: [FLAG.NOARP, false],
  '-arp': [FLAG.NOARP, true],
  debug: [FLAG.DEBUG, true],
  '-debug': [FLAG.DEBUG, false],
  promisc: [FLAG.PPROMISC, true],
  '-promisc': [FLAG.PPROMISC, false],
  link0: [FLAG.LINK0, true],
  '-link0': [FLAG.LINK0, false],
  link1: [FLAG.LINK1, true],
  '-link1': [FLAG.LINK1, false],
  link2: [FLAG.LINK2, true],
  '-link2': [FLAG.LINK2, false],
  monitor: [FLAG.MONITOR, true],
  '-monitor': [FLAG.MONITOR, false],
  staticarp: [FLAG.STATICARP, true],
  '-staticarp': [FLAG.STATICARP, false],
}

const ND6_WORDS: Readonly<Record<string, readonly [number, boolean]>> = {
  ifdisabled: [ND6.IFDISABLED, true],
  '-ifdisabled': [ND6.IFDISABLED, false],
  auto_linklocal: [ND6.AUTO_LINKLOCAL, true],
  '-auto_linklocal': [ND6.AUTO_LINKLOCAL, false],
  accept_rtadv: [ND6.ACCEPT_RTADV, true],
  '-accept_rtadv': [ND6.ACCEPT_RTADV, false],
  no_dad: [ND6.NO_DAD, true],
  '-no_dad': [ND6.NO_DAD, false],
}

/** Capability words: taken, without effect (offloading does not exist here). */
const CAPABILITIES =
  /^-?(rxcsum|txcsum|rxcsum6|txcsum6|tso|tso4|tso6|lro|wol|wol_ucast|wol_mcast|wol_magic|vlanmtu|vlanhwtag|vlanhwfilter|vlanhwtso|vlanhwcsum|polling|netcons|mextpg|toe|linkstate)$/

/** Words with one argument. */
const WITH_ARGUMENT: Readonly<Record<string, (run: Run, value: string) => void>> = {
  name: rename,
  mtu: (run, value) => {
    const item = run.target()
    setNumber(run, 'ioctl SIOCSIFMTU (set mtu)', value, mtu => run.kernel.setMtu(item, mtu))
  },
  metric: (run, value) => {
    const item = run.target()
    setNumber(run, 'ioctl SIOCSIFMETRIC (set metric)', value, metric => {
      item.metric = metric
    })
  },
  fib: (run, value) => {
    const item = run.target()
    setNumber(run, 'ioctl (SIOCSIFFIB)', value, fib => {
      if (fib !== 0) throw new KernelError('EINVAL')
      item.fib = fib
    })
  },
  description: (run, value) => {
    const item = run.target()
    run.attempt('ioctl SIOCSIFDESCR (set descr)', () => {
      if (Buffer.byteLength(value) >= 1024) throw new KernelError('ENAMETOOLONG')
      item.description = value
    })
  },
  group: (run, value) => {
    const item = run.target()
    if (/[0-9]$/.test(value)) run.out.err(1, 'setifgroup: group names may not end in a digit')
    if (value.length > NAME_LENGTH) run.out.err(1, 'setifgroup: group name too long')
    if (item.groups.includes(value)) return
    run.attempt(' SIOCAIFGROUP', () => item.groups.push(value))
  },
  '-group': (run, value) => {
    const item = run.target()
    if (/[0-9]$/.test(value)) run.out.err(1, 'unsetifgroup: group names may not end in a digit')
    run.attempt('SIOCDIFGROUP', () => {
      if (!item.groups.includes(value)) throw new KernelError('ENOENT')
      item.groups = item.groups.filter(group => group !== value)
    })
  },
  netmask: (run: Run, value) => {
    const mask = parseInet(value)
    if (mask === undefined) run.out.err(1, `${value}: bad value`)
    run.pending.maskGiven = true
    if (run.pending.address !== undefined) run.pending.address.prefix = prefixOf(mask)
  },
  prefixlen: (run, value) => {
    if (!/^[0-9]+$/.test(value) || Number(value) > 128) run.out.err(1, `${value}: bad value`)
    if (run.pending.address !== undefined) run.pending.address.prefix = Number(value)
  },
  broadcast: (run, value) => {
    if (run.pending.address !== undefined) run.pending.address.broadcast = readAddress(run, value).address
  },
  ether: setEther,
  lladdr: setEther,
  addm: (run, value) => {
    const item = run.target()
    run.attempt(`BRDGADD ${value}`, () => {
      if (item.kind !== 'bridge') throw new KernelError('EINVAL')
      run.kernel.addMember(item, value)
    })
  },
  deletem: (run, value) => {
    const item = run.target()
    run.attempt(`BRDGDEL ${value}`, () => {
      if (item.kind !== 'bridge') throw new KernelError('EINVAL')
      run.kernel.deleteMember(item, value)
    })
  },
  vnet: (run: Run, value) => {
    const item = run.target()
    const jail = run.caller.jail(value)
    if (jail === undefined) run.out.err(1, jailNotFound(value))
    run.attempt('SIOCSIFVNET', () => run.kernel.moveTo(item, jail.vnet))
  },
  '-vnet': (run: Run, value) => {
    const jail = run.caller.jail(value)
    if (jail === undefined) run.out.err(1, jailNotFound(value))
    run.attempt(`SIOCSIFRVNET(${jail.jid}, ${run.name})`, () =>
      run.kernel.reclaim(run.vnet, jail.vnet, run.name),
    )
  },
  vlan: (run, value) => {
    if (!/^[0-9]+$/.test(value)) run.out.err(1, 'invalid value for vlan')
    if (Number(value) < 1 || Number(value) > 4094) run.out.err(1, `SIOCSETVLAN: ${STRERROR.EINVAL}`)
    run.vlan.tag = Number(value)
  },
  vlandev: (run, value) => {
    run.vlan.parent = value
  },
  '-vlandev': run => {
    delete run.target().vlan
  },
  vlanpcp: () => undefined,
  vlanproto: () => undefined,
  media: () => undefined,
  mediaopt: () => undefined,
  '-mediaopt': () => undefined,
  mode: () => undefined,
  pltime: () => undefined,
  vltime: () => undefined,
  maxaddr: () => undefined,
  timeout: () => undefined,
  priority: () => undefined,
  hellotime: () => undefined,
  fwddelay: () => undefined,
  maxage: () => undefined,
  holdcnt: () => undefined,
  proto: () => undefined,
  ...Object.fromEntries(
    [
      'stp',
      '-stp',
      'learn',
      '-learn',
      'discover',
      '-discover',
      'edge',
      '-edge',
      'private',
      '-private',
      'sticky',
      '-sticky',
      'span',
      '-span',
    ].map(word => [word, () => undefined]),
  ),
}
const SAME_WORD: Readonly<Record<string, string>> = {
  descr: 'description',
  '-descr': '-description',
  mask: 'netmask',
}

/** Runs the parameter words of one interface. */
function configure(run: Run, words: readonly string[]): void {
  let rest = [...words]
  while (rest.length > 0) {
    const typed = rest[0]!
    const word = SAME_WORD[typed] ?? typed
    const flag = FLAG_WORDS[word]
    const nd6 = ND6_WORDS[word]
    const action = WITH_ARGUMENT[word]
    if (action !== undefined) {
      if (rest[1] === undefined) run.out.err(1, `'${typed}' requires argument`)
      action(run, rest[1])
      rest = rest.slice(2)
      continue
    }
    rest = rest.slice(1)
    if (flag !== undefined) {
      const item = run.target()
      run.attempt(word, () => run.kernel.setFlags(item, flag[0], flag[1]), true)
    } else if (nd6 !== undefined) {
      const item = run.target()
      run.attempt('ioctl (SIOCSIFINFO_IN6)', () => {
        item.nd6 = nd6[1] ? item.nd6 | nd6[0] : item.nd6 & ~nd6[0]
        run.kernel.attachInet6(item)
      })
    } else if (word === 'alias' || word === 'add') setAlias(run, 1)
    else if (word === '-alias' || word === 'delete' || word === 'remove') setAlias(run, -1)
    else if (word === '-description') run.target().description = ''
    else if (word === 'destroy' || word === 'unplumb') {
      const item = run.target()
      run.attempt('SIOCIFDESTROY', () => run.kernel.destroy(item))
    } else if (word === 'create' || word === 'plumb') continue
    else if (CAPABILITIES.test(word)) continue
    else if (['eui64', 'anycast', 'autoconf', 'deprecated', '-deprecated', 'flush', 'addr'].includes(word))
      continue
    else setAddress(run, word)
  }
  finish(run)
}

/** `ifconfig NAME create ...`: the clone, then the remaining words on it. */
function create(run: Run, words: readonly string[]): void {
  run.attempt(`SIOCIFCREATE2 (${run.name})`, () => {
    try {
      run.item = run.kernel.create(run.vnet, run.name)
    } catch (error) {
      if (error instanceof KernelError && error.errno === 'EEXIST') {
        run.out.err(1, `interface ${run.name} already exists`)
      }
      throw error
    }
  })
  run.name = run.item!.name
  let rest = words
  const family = familyOf(rest[0])
  if (family !== undefined && !(family === 'ether' && rest[0] === 'ether')) {
    run.family = family
    rest = rest.slice(1)
  }
  configure(run, rest)
}

/** Prints the final name once, when it is not the one typed; also when a later word failed. */
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

function formats(flags: Flags, sees: (address: string) => boolean, out: Output): PrintOptions {
  const options: PrintOptions = { inet: 'hex', inet6: 'numeric', ether: 'colon', sees }
  for (const item of flags.formats.flatMap(text => text.split(','))) {
    const [type, how] = item.split(':')
    if (type === undefined || how === undefined) out.err(1, `Skipping invalid format: ${item}`)
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
  const options = { ...formats(flags, caller.sees, out), family }
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
    if (cloners) out.print(`${caller.kernel.cloners().join(' ')}\n`)
    else if (group !== undefined && !flags.all && !flags.names && rest.length === 0) {
      for (const item of caller.vnet.interfaces) if (inGroup(item, group)) out.print(`${item.name}\n`)
    } else if (flags.all || flags.names || rest.length === 0) list(caller, flags, rest, out)
    else one(caller, flags, rest, out)
  })
}

/** `ifconfig NAME ...`. */
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
    out.print(printInterface(run.item, { ...formats(flags, caller.sees, out), family }))
    return
  }
  try {
    configure(run, rest)
  } finally {
    announce(run)
  }
}
