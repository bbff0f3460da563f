import { KernelError, STRERROR } from '../../text/errno.ts'
import { jailNotFound } from '../../text/jail-name.ts'
import { parseInet, prefixOf } from './address.ts'
import { bridgeWord } from './bridge-words.ts'
import { create as createClone } from './clones.ts'
import { finish, readAddress, setAddress, setAlias, setEther } from './ifconfig-address.ts'
import { familyOf, type Run } from './ifconfig-run.ts'
import { FLAG, ND6 } from './interface.ts'
import { NAME_LENGTH } from './kernel.ts'
import { attachInet6, setFlags, setMtu } from './settings.ts'

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

/** Words of capabilities, which have no effect because Linux's interfaces here offload nothing. */
const CAPABILITIES =
  /^-?(rxcsum|txcsum|rxcsum6|txcsum6|tso|tso4|tso6|lro|wol|wol_ucast|wol_mcast|wol_magic|vlanmtu|vlanhwtag|vlanhwfilter|vlanhwtso|vlanhwcsum|polling|netcons|mextpg|toe|linkstate)$/

/** Words with one argument. */
const WITH_ARGUMENT: Readonly<Record<string, (run: Run, value: string) => void>> = {
  name: rename,
  mtu: (run, value) => {
    const item = run.target()
    setNumber(run, 'ioctl SIOCSIFMTU (set mtu)', value, mtu => setMtu(run.kernel, item, mtu))
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
  vlanpcp: () => undefined,
  vlanproto: () => undefined,
  media: () => undefined,
  mediaopt: () => undefined,
  '-mediaopt': () => undefined,
  mode: () => undefined,
  pltime: () => undefined,
  vltime: () => undefined,
}
const SAME_WORD: Readonly<Record<string, string>> = {
  descr: 'description',
  '-descr': '-description',
  mask: 'netmask',
}

/** Runs the parameter words of one interface. */
export function configure(run: Run, words: readonly string[]): void {
  let rest = [...words]
  while (rest.length > 0) {
    const typed = rest[0]!
    const word = SAME_WORD[typed] ?? typed
    const flag = FLAG_WORDS[word]
    const nd6 = ND6_WORDS[word]
    const action = WITH_ARGUMENT[word]
    const ofBridge = bridgeWord(run, [word, ...rest.slice(1)])
    if (ofBridge > 0) {
      rest = rest.slice(ofBridge)
      continue
    }
    if (word === '-vlandev') {
      // An argument may follow, which ifconfig(8) ignores (DEF_CMD_OPTARG).
      delete run.target().vlan
      rest = rest.slice(2)
      continue
    }
    if (action !== undefined) {
      if (rest[1] === undefined) run.out.err(1, `'${typed}' requires argument`)
      action(run, rest[1])
      rest = rest.slice(2)
      continue
    }
    rest = rest.slice(1)
    if (flag !== undefined) {
      const item = run.target()
      run.attempt(word, () => setFlags(run.kernel, item, flag[0], flag[1]), true)
    } else if (nd6 !== undefined) {
      const item = run.target()
      run.attempt('ioctl (SIOCSIFINFO_IN6)', () => {
        item.nd6 = nd6[1] ? item.nd6 | nd6[0] : item.nd6 & ~nd6[0]
        attachInet6(run.kernel, item)
      })
    } else if (word === 'alias' || word === 'add') setAlias(run, 1)
    else if (word === '-alias' || word === 'delete' || word === 'remove') setAlias(run, -1)
    else if (word === '-description') run.target().description = ''
    else if (word === 'destroy' || word === 'unplumb') {
      const item = run.target()
      run.attempt('SIOCIFDESTROY', () => run.kernel.destroy(item))
    } else if (word === 'create' || word === 'plumb') continue
    else if (CAPABILITIES.test(word)) continue
    else if (['eui64', 'anycast', 'autoconf', 'deprecated', '-deprecated', 'addr'].includes(word)) continue
    else setAddress(run, word)
  }
  finish(run)
}

/** vlan_create of ifvlan.c: the request carries the tag and the parent, so wrong ones make nothing. */
function checkVlan(run: Run, words: readonly string[]): void {
  if (!/^vlan[0-9]*$/.test(run.name)) return
  const after = (word: string) => (words.includes(word) ? words[words.indexOf(word) + 1] : undefined)
  const tag = after('vlan')
  const parent = after('vlandev')
  if (tag === undefined && parent === undefined) return
  if (tag === undefined) run.out.err(1, 'must specify a tag for vlan create')
  if (parent === undefined) run.out.err(1, 'must specify a parent device for vlan create')
  if (!/^[0-9]+$/.test(tag)) run.out.err(1, 'invalid value for vlan')
  const id = Number(tag)
  if (id > 0xffff) run.out.err(1, 'value for vlan out of range')
  run.attempt(`SIOCIFCREATE2 (${run.name})`, () => {
    const device = run.kernel.find(run.vnet, parent)
    if (device === undefined) throw new KernelError('ENXIO')
    if (id < 1 || id > 4094) throw new KernelError('EINVAL')
    const taken = run.vnet.interfaces.some(other => other.vlan?.parent === device && other.vlan.tag === id)
    if (taken) run.out.err(1, `interface ${run.name} already exists`)
  })
}

/** Does `ifconfig NAME create ...`: makes the clone, then runs the remaining words on it. */
export function create(run: Run, words: readonly string[]): void {
  checkVlan(run, words)
  run.attempt(`SIOCIFCREATE2 (${run.name})`, () => {
    try {
      run.item = createClone(run.kernel, run.vnet, run.name)
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
