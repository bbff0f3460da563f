import { KernelError } from '../../text/errno.ts'
import { type Output, runTool, type ToolOutput } from '../../text/output.ts'
import { formatInet, maskOf, network6, networkOf, parseInet, prefixOf } from './address.ts'
import type { NetCaller } from './ifconfig.ts'
import { addRoute, canonical, deleteRoute, lookupRoute, type RouteSpec } from './routes.ts'

const EX_USAGE = 64
const EX_DATAERR = 65
const EX_NOHOST = 68
const EX_NOPERM = 77

function usage(out: Output, keyword?: string): never {
  if (keyword !== undefined) out.warn(`bad keyword: ${keyword}`)
  out.complain('usage: route [-j jail] [-46dnqtv] command [[modifiers] args]\n')
  out.exit(EX_USAGE)
}

interface Words {
  family: 'inet' | 'inet6'
  destination?: string
  gateway?: string
  mask?: string
  prefix?: number
  device: boolean
  force?: 'host' | 'net'
  reject?: 'reject' | 'blackhole'
}

/** Words with an argument that have no effect here. */
const IGNORED_PAIRS = new Set([
  'ifa',
  'ifp',
  'mtu',
  'hopcount',
  'expire',
  'recvpipe',
  'sendpipe',
  'weight',
  'fib',
  'genmask',
  'ssthresh',
  'rtt',
  'rttvar',
])
const IGNORED = new Set([
  'static',
  'nostatic',
  'proto1',
  'proto2',
  'cloning',
  'nocloning',
  'llinfo',
  'xresolve',
  'lock',
  'lockrest',
  'sticky',
  'nosticky',
  'pinned',
])

function read(argv: readonly string[], family: 'inet' | 'inet6', out: Output): Words {
  const words: Words = { family, device: false }
  const plain = (text: string): void => {
    if (words.destination === undefined) words.destination = text
    else if (words.gateway === undefined) words.gateway = text
    else words.mask = text
  }
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at]!
    if (!word.startsWith('-')) {
      plain(word)
      continue
    }
    const key = word.slice(1)
    const value = (): string => {
      at += 1
      return argv[at] ?? usage(out)
    }
    if (key === '4' || key === 'inet') words.family = 'inet'
    else if (key === '6' || key === 'inet6') words.family = 'inet6'
    else if (key === 'host') words.force = 'host'
    else if (key === 'net') words.force = 'net'
    else if (key === 'interface' || key === 'iface') words.device = true
    else if (key === 'reject' || key === 'blackhole') words.reject = key
    else if (key === 'netmask') words.mask = value()
    else if (key === 'prefixlen') words.prefix = Number(value())
    else if (key === 'dst' || key === 'gateway') plain(value())
    else if (IGNORED_PAIRS.has(key)) value()
    else if (!IGNORED.has(key)) usage(out, key)
  }
  return words
}

/** Destination and mask as getaddr of route(8) reads them, and the text it prints afterwards. */
function destination(words: Words, out: Output): { spec: RouteSpec; shown: string } {
  const text = words.destination ?? usage(out)
  const { family } = words
  const full = family === 'inet' ? 32 : 128
  if (text === 'default') {
    const spec: RouteSpec = {
      family,
      destination: family === 'inet' ? '0.0.0.0' : '::',
      prefix: 0,
      host: false,
    }
    return { spec, shown: text }
  }
  const slash = text.indexOf('/')
  const name = slash < 0 ? text : text.slice(0, slash)
  const address = canonical(family, name)
  if (address === undefined) out.err(EX_NOHOST, `bad address: ${name}`)
  let prefix = slash < 0 ? undefined : Number(text.slice(slash + 1))
  if (slash >= 0 && !(Number.isInteger(prefix) && (prefix as number) >= 0 && (prefix as number) <= full)) {
    out.err(EX_NOHOST, `bad mask length: ${text.slice(slash + 1)}`)
  }
  if (words.mask !== undefined) prefix = prefixOf(parseInet(words.mask) ?? 0xffffffff)
  prefix ??= words.prefix
  // Zero octets at the end make a network, unless the caller says `-host`.
  if (prefix === undefined && words.force !== 'host' && family === 'inet') {
    const classed = address === '0.0.0.0' ? 0 : address.endsWith('.0') ? classOf(address) : undefined
    prefix = words.force === 'net' ? (classed ?? 32) : classed
  }
  const host = words.force === 'host' || (prefix === undefined && words.force !== 'net')
  const length = host ? full : (prefix ?? full)
  const network = family === 'inet' ? formatInet(networkOf(address, length)) : network6(address, length)
  return { spec: { family, destination: network, prefix: length, host }, shown: name }
}

function classOf(address: string): number {
  if (address.endsWith('.0.0.0')) return 8
  if (address.endsWith('.0.0')) return 16
  return 24
}

const REASONS: Readonly<Record<string, string>> = {
  ESRCH: 'not in table',
  EBUSY: 'entry in use',
  ENOBUFS: 'not enough memory',
  EADDRINUSE: 'gateway uses the same route',
  EEXIST: 'route already in table',
}

/** Does `route add`, `delete` and `change`; standard output has the result, and errors as well. */
function change(command: string, caller: NetCaller, words: Words, quiet: boolean, out: Output): void {
  if (!caller.root) out.err(EX_NOPERM, 'must be root to alter routing table')
  const { spec, shown } = destination(words, out)
  if (words.gateway !== undefined) {
    if (words.device) {
      if (caller.kernel.find(caller.vnet, words.gateway) === undefined)
        out.err(EX_DATAERR, `interface '${words.gateway}' does not exist`)
      spec.device = words.gateway
    } else {
      const gateway = canonical(words.family, words.gateway)
      const scope = /%(.*)$/.exec(words.gateway)?.[1]
      const known = scope === undefined || caller.kernel.find(caller.vnet, scope) !== undefined
      if (gateway === undefined || !known) out.err(EX_NOHOST, `bad address: ${words.gateway}`)
      spec.gateway = gateway
    }
  }
  if (words.reject !== undefined) spec.reject = words.reject
  let failure: KernelError | undefined
  try {
    if (!caller.routing) throw new KernelError('EPERM')
    if (command === 'add') addRoute(caller.kernel, caller.vnet, spec)
    else if (command === 'delete' || command === 'del') deleteRoute(caller.kernel, caller.vnet, spec)
    else {
      const { gateway: _, ...any } = spec
      deleteRoute(caller.kernel, caller.vnet, any)
      addRoute(caller.kernel, caller.vnet, spec)
    }
  } catch (error) {
    if (!(error instanceof KernelError)) throw error
    failure = error
    // route(8) prints this about the netlink answer (rtmsg_nl), before it prints the result of the command.
    out.warn(
      error.errno === 'ESRCH' ? 'route has not been found' : `message indicates error: ${error.message}`,
    )
  }
  if (!quiet) {
    const gateway = words.gateway === undefined ? '' : `: gateway ${words.gateway}`
    const reason = failure === undefined ? '' : ` fib 0: ${REASONS[failure.errno] ?? failure.message}`
    out.print(`${command} ${spec.host ? 'host' : 'net'} ${shown}${gateway}${reason}\n`)
  }
  if (failure !== undefined) out.exit(1)
}

function get(caller: NetCaller, words: Words, out: Output): void {
  const { spec, shown } = destination(words, out)
  const entry =
    spec.prefix === 0
      ? lookupRoute(caller.vnet, spec.family, spec.destination)
      : lookupRoute(caller.vnet, spec.family, canonical(spec.family, shown) ?? spec.destination)
  if (entry === undefined) out.err(1, 'route has not been found')
  const isDefault = entry.prefix === 0
  const mask =
    spec.family === 'inet'
      ? formatInet(maskOf(entry.prefix))
      : network6('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', entry.prefix)
  out.print(`   route to: ${shown}\n`)
  out.print(`destination: ${isDefault ? 'default' : entry.destination}\n`)
  if (!entry.host) out.print(`       mask: ${isDefault ? 'default' : mask}\n`)
  if (entry.gateway !== undefined) out.print(`    gateway: ${entry.gateway}\n`)
  out.print('        fib: 0\n')
  out.print(`  interface: ${entry.interface.name}\n`)
  const names = ['UP']
  if (entry.flags.includes('G')) names.push('GATEWAY')
  if (entry.host) names.push('HOST')
  if (entry.flags.includes('R')) names.push('REJECT')
  names.push('DONE')
  if (entry.flags.includes('S')) names.push('STATIC')
  if (entry.flags.includes('B')) names.push('BLACKHOLE')
  if (entry.gateway === undefined) names.push('PINNED')
  out.print(`      flags: <${names.join(',')}>\n`)
  out.print(' recvpipe  sendpipe  ssthresh  rtt,msec    mtu        weight    expire\n')
  out.print(
    `       0         0         0         0  ${String(entry.interface.mtu).padStart(8)}         1         0 \n`,
  )
}

/** Does `route flush`, which deletes every route through a gateway. */
function flush(caller: NetCaller, family: 'inet' | 'inet6' | undefined, quiet: boolean, out: Output): void {
  if (!caller.root) out.err(EX_NOPERM, 'must be root to alter routing table')
  for (const route of [...caller.vnet.routes]) {
    if (route.gateway === undefined || (family !== undefined && route.family !== family)) continue
    if (!caller.routing) out.err(1, `write to routing socket: ${new KernelError('EPERM').message}`)
    deleteRoute(caller.kernel, caller.vnet, route as RouteSpec)
    if (quiet) continue
    const name = route.prefix === 0 ? 'default' : route.destination
    out.print(`${name.slice(0, 20).padEnd(20)} ${route.gateway.slice(0, 20).padEnd(20)} done\n`)
  }
}

/** route(8) of 15.1: `argv` without the program's name. */
export function routeTool(argv: readonly string[], context: NetCaller): ToolOutput {
  return runTool('route', (out: Output) => {
    let caller = context
    let family: 'inet' | 'inet6' | undefined
    let quiet = false
    let at = 0
    for (; at < argv.length && argv[at]!.startsWith('-'); at += 1) {
      for (const letter of argv[at]!.slice(1)) {
        if (letter === '4') family = 'inet'
        else if (letter === '6') family = 'inet6'
        else if (letter === 'q') quiet = true
        else if (letter === 'j') {
          at += 1
          const jail = caller.jail(argv[at] ?? usage(out))
          if (jail === undefined) out.err(1, 'Jail not found')
          caller = { ...caller, vnet: jail.vnet, routing: caller.root && jail.routing }
        } else if (!'dntv'.includes(letter)) {
          out.warn(`illegal option -- ${letter}`)
          usage(out)
        }
      }
    }
    const command = argv[at]
    if (command === undefined) usage(out)
    const rest = argv.slice(at + 1)
    switch (command) {
      case 'add':
      case 'delete':
      case 'del':
      case 'change':
        return change(command, caller, read(rest, family ?? 'inet', out), quiet, out)
      case 'get':
      case 'show':
        return get(caller, read(rest, family ?? 'inet', out), out)
      case 'flush': {
        const word = rest[0]
        const named =
          word === '-inet' || word === '-4' ? 'inet' : word === '-inet6' || word === '-6' ? 'inet6' : family
        return flush(caller, named, quiet, out)
      }
      default:
        usage(out, command)
    }
  })
}
