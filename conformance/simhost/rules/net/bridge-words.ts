/** The words of ifconfig(8) for bridges (sbin/ifconfig/ifbridge.c of 15.x): members, their flags and VLANs. */
import { KernelError } from '../../text/errno.ts'
import { addMember, deleteMember } from './bridge.ts'
import type { Run } from './ifconfig-run.ts'
import type { BridgePort, Interface } from './interface.ts'

/** Flags of a member by word (IFBIF_*). */
const PORT_FLAGS: Readonly<Record<string, number>> = {
  learn: 0x1,
  discover: 0x2,
  stp: 0x4,
  sticky: 0x10,
  edge: 0x20,
  autoedge: 0x40,
  ptp: 0x80,
  autoptp: 0x100,
  private: 0x800,
  qinq: 0x1000,
}
/** Numeric settings of the bridge, with the largest value and the request that sets it. */
const NUMBERS: Readonly<Record<string, readonly [limit: number, request: string]>> = {
  maxaddr: [0xffffffff, 'BRDGSCACHE'],
  timeout: [0xffffffff, 'BRDGSTO'],
  hellotime: [0xff, 'BRDGSHT'],
  fwddelay: [0xff, 'BRDGSFD'],
  maxage: [0xff, 'BRDGSMA'],
  holdcnt: [0xff, 'BRDGSTXHC'],
  priority: [0xffff, 'BRDGSPRI'],
}
/** Numeric settings of a member, with the largest value and the request that sets it. */
const PORT_NUMBERS: Readonly<Record<string, readonly [limit: number, request: string]>> = {
  ifpriority: [0xff, 'BRDGSIFPRIO'],
  ifpathcost: [Number.MAX_SAFE_INTEGER, 'BRDGSIFCOST'],
  ifmaxaddr: [0xffffffff, 'BRDGSIFAMAX'],
}
/** Flags of the bridge (IFBRF_*). */
const BRIDGE_FLAGS: Readonly<Record<string, number>> = { vlanfilter: 0x1, defqinq: 0x2 }

/** The number of arguments of each word of bridges. */
const ARGUMENTS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    Object.keys(PORT_FLAGS).flatMap(word => [
      [word, 1],
      [`-${word}`, 1],
    ]),
  ),
  ...Object.fromEntries(Object.keys(NUMBERS).map(word => [word, 1])),
  ...Object.fromEntries(Object.keys(PORT_NUMBERS).map(word => [word, 2])),
  ...Object.fromEntries(
    ['deletem', 'span', '-span', 'proto', '-ifuntagged', 'defuntagged'].map(word => [word, 1]),
  ),
  ...Object.fromEntries(
    ['ifuntagged', 'iftagged', '+iftagged', '-iftagged', 'ifvlanproto'].map(word => [word, 2]),
  ),
  ...Object.fromEntries(
    ['vlanfilter', '-vlanfilter', 'defqinq', '-defqinq', '-defuntagged', 'flush', 'flushall'].map(word => [
      word,
      0,
    ]),
  ),
}

/** strtoul(3) with any base over the whole text. */
function number(text: string): number | undefined {
  if (!/^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(text)) return undefined
  return /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text)
}

function vlanId(text: string): number | undefined {
  const id = number(text)
  return id !== undefined && id >= 1 && id <= 4094 ? id : undefined
}

/** `none`, `all`, or numbers and ranges from 1 to 4094. */
function vlanSet(text: string): Set<number> | undefined {
  if (text === 'none') return new Set()
  const set = new Set<number>()
  for (const part of text === 'all' ? ['1-4094'] : text.split(',')) {
    const range = /^([0-9]+)(?:-([0-9]+))?$/.exec(part)
    const first = Number(range?.[1])
    const last = Number(range?.[2] ?? range?.[1])
    if (!(first >= 1 && last <= 4094 && first <= last)) return undefined
    for (let id = first; id <= last; id += 1) set.add(id)
  }
  return set
}

function bridgeOf(run: Run): Interface {
  const item = run.target()
  if (item.kind !== 'bridge') throw new KernelError('EINVAL')
  return item
}

/** The settings of a member; ENOENT for another interface. */
function portOf(run: Run, name: string): BridgePort {
  const member = bridgeOf(run).members.find(item => item.name === name)
  if (member?.port === undefined) throw new KernelError('ENOENT', 'Interface is not a bridge member')
  return member.port
}

/** Does `addm IF [untagged ID] [tagged SET]` and gives the number of words it took. */
function add(run: Run, words: readonly string[]): number {
  const [name] = words
  if (name === undefined) run.out.err(1, 'usage: addm <interface> [opts ...]')
  let untagged: number | undefined
  let tagged: Set<number> | undefined
  let at = 1
  for (; words[at] === 'untagged' || words[at] === 'tagged'; at += 2) {
    const text = words[at + 1]
    if (words[at] === 'untagged') {
      if (text === undefined) run.out.err(1, 'usage: untagged <vlan id>')
      untagged = vlanId(text) ?? run.out.err(1, `invalid VLAN identifier: ${text}`)
    } else {
      if (text === undefined) run.out.err(1, 'usage: tagged <vlan set>')
      tagged = vlanSet(text) ?? run.out.err(1, `invalid vlan set: ${text}`)
    }
  }
  run.attempt(`BRDGADD ${name}`, () => addMember(run.kernel, bridgeOf(run), name))
  if (untagged !== undefined)
    run.attempt(`BRDGSIFPVID ${name} ${untagged}`, () => {
      portOf(run, name).untagged = untagged
    })
  if (tagged !== undefined)
    run.attempt(`BRDGSIFVLANSET ${name}`, () => {
      portOf(run, name).tagged = tagged
    })
  return at
}

/** Does a word with two arguments: the name of a member, then a value. */
function setPort(run: Run, word: string, name: string, value: string): void {
  const numbers = PORT_NUMBERS[word]
  if (numbers !== undefined) {
    const given = number(value)
    if (given === undefined || given > numbers[0]) run.out.err(1, `invalid value: ${value}`)
    run.attempt(`${numbers[1]} ${value}`, () => portOf(run, name))
  } else if (word === 'ifuntagged') {
    const id = vlanId(value) ?? run.out.err(1, `invalid VLAN identifier: ${value}`)
    run.attempt(`BRDGSIFPVID ${value}`, () => {
      portOf(run, name).untagged = id
    })
  } else if (word === 'ifvlanproto') {
    if (value !== '802.1q' && value !== '802.1ad') run.out.err(1, `unrecognised VLAN protocol: ${value}`)
    run.attempt('BRDGSIFVLANPROTO', () => {
      portOf(run, name).protocol = value
    })
  } else {
    const set = vlanSet(value) ?? run.out.err(1, `invalid vlan set: ${value}`)
    run.attempt(`BRDGSIFVLANSET ${value}`, () => {
      const port = portOf(run, name)
      if (word === 'iftagged') port.tagged = set
      else for (const id of set) word === '+iftagged' ? port.tagged.add(id) : port.tagged.delete(id)
    })
  }
}

/** Does a word with one argument: the name of a member, or a value of the bridge. */
function setOne(run: Run, word: string, value: string): void {
  const bare = word.replace(/^-/, '')
  const flag = PORT_FLAGS[bare]
  const numbers = NUMBERS[word]
  if (flag !== undefined) {
    run.attempt('unable to get bridge flags', () => {
      const port = portOf(run, value)
      port.flags = word === bare ? port.flags | flag : port.flags & ~flag
    })
  } else if (numbers !== undefined) {
    const given = number(value)
    if (given === undefined || given > numbers[0]) run.out.err(1, `invalid value: ${value}`)
    run.attempt(`${numbers[1]} ${value}`, () => bridgeOf(run))
  } else if (word === 'proto') {
    if (!/^r?stp$/i.test(value)) run.out.err(1, 'unknown stp protocol')
    run.attempt(`BRDGSPROTO ${value}`, () => bridgeOf(run))
  } else if (word === 'deletem')
    run.attempt(`BRDGDEL ${value}`, () => deleteMember(run.kernel, bridgeOf(run), value))
  else if (word === '-ifuntagged')
    run.attempt('BRDGSIFPVID', () => {
      portOf(run, value).untagged = 0
    })
  else if (word === 'defuntagged') {
    const id = vlanId(value) ?? run.out.err(1, `invalid vlan id: ${value}`)
    run.attempt('BRDGSDEFPVID', () => {
      bridgeOf(run).defaultUntagged = id
    })
  } else
    run.attempt(`${word === 'span' ? 'BRDGADDS' : 'BRDGDELS'} ${value}`, () => {
      bridgeOf(run)
      if (run.kernel.find(run.vnet, value) === undefined) throw new KernelError('ENOENT')
    })
}

/** Does a word without arguments. */
function setBridge(run: Run, word: string): void {
  const bare = word.replace(/^-/, '')
  const flag = BRIDGE_FLAGS[bare]
  if (flag !== undefined)
    run.attempt('BRDGGFLAGS', () => {
      const item = bridgeOf(run)
      const now = item.bridgeFlags ?? 0
      item.bridgeFlags = word === bare ? now | flag : now & ~flag
    })
  else if (bare === 'defuntagged')
    run.attempt('BRDGSDEFPVID', () => {
      bridgeOf(run).defaultUntagged = 0
    })
  else run.attempt('BRDGFLUSH', () => bridgeOf(run))
}

/** Does `words[0]` when it is a word of bridges. Gives the number of words with its arguments, 0 for another word. */
export function bridgeWord(run: Run, words: readonly string[]): number {
  const [word = '', first, second] = words
  if (word === 'addm') return 1 + add(run, words.slice(1))
  const count = ARGUMENTS[word]
  if (count === undefined) return 0
  if (count === 1 && first === undefined) run.out.err(1, `'${word}' requires argument`)
  if (count === 2 && (first === undefined || second === undefined))
    run.out.err(1, `'${word}' requires 2 arguments`)
  if (count === 0) setBridge(run, word)
  else if (count === 1) setOne(run, word, first ?? '')
  else setPort(run, word, first ?? '', second ?? '')
  return 1 + count
}

const PORT_NAMES = [
  [0x1, 'LEARNING'],
  [0x2, 'DISCOVER'],
  [0x4, 'STP'],
  [0x8, 'SPAN'],
  [0x10, 'STICKY'],
  [0x20, 'EDGE'],
  [0x40, 'AUTOEDGE'],
  [0x80, 'PTP'],
  [0x100, 'AUTOPTP'],
  [0x800, 'PRIVATE'],
  [0x1000, 'QINQ'],
] as const
const BRIDGE_NAMES = [
  [0x1, 'VLANFILTER'],
  [0x2, 'DEFQINQ'],
] as const

function bits(value: number, names: readonly (readonly [number, string])[]): string {
  return `${value.toString(16)}<${names
    .filter(([bit]) => (value & bit) !== 0)
    .map(([, name]) => name)
    .join(',')}>`
}

/** ` tagged 1,5-9`, or nothing for an empty set. */
function taggedText(tagged: ReadonlySet<number>): string {
  const ids = [...tagged].sort((a, b) => a - b)
  const ranges: [number, number][] = []
  for (const id of ids) {
    const last = ranges.at(-1)
    if (last !== undefined && last[1] === id - 1) last[1] = id
    else ranges.push([id, id])
  }
  const text = ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',')
  return text === '' ? '' : ` tagged ${text}`
}

/** What ifconfig(8) prints of a bridge's flags and members. */
export function bridgeMemberLines(item: Interface): string[] {
  const untagged = item.defaultUntagged ? ` defuntagged=${item.defaultUntagged}` : ''
  const lines = [`\tbridge flags=${bits(item.bridgeFlags ?? 0, BRIDGE_NAMES)}${untagged}`]
  for (const { name, index, port } of item.members) {
    if (port === undefined) continue
    lines.push(`\tmember: ${name} flags=${bits(port.flags, PORT_NAMES)}`)
    const own = port.untagged === 0 ? '' : ` untagged ${port.untagged}`
    lines.push(
      `\t        port ${index} priority 128 path cost 2000 vlan protocol ${port.protocol}${own}${taggedText(port.tagged)}`,
    )
  }
  return lines
}
