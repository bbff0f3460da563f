import { getopt } from '../../text/getopt.ts'
import { type Output, runTool, type ToolOutput } from '../../text/output.ts'
import { formatInet, formatInet6, isLinkLocal, parseInet, parseInet6 } from './address.ts'
import type { Interface, Vnet } from './interface.ts'
import { lookupRoute } from './routes.ts'

const EX_USAGE = 64
const EX_NOHOST = 68
const EX_OSERR = 71

/** The result of one echo request: an answer, silence, or why the request could not be sent. */
export type Echo =
  | { from: string; ttl: number; milliseconds: number; bytes: number }
  | 'timeout'
  | { error: string }

/** What ping(8) uses of the kernel. */
export interface PingHost {
  vnet: Vnet
  /** Whether the caller may open raw sockets: always in a vnet jail, in other jails only with allow.raw_sockets. */
  raw: boolean
  /** Sends one echo request and waits for its answer. */
  echo: (request: EchoRequest) => Echo
}

/** An echo request that ping(8) sends. */
export interface EchoRequest {
  family: 'inet' | 'inet6'
  address: string
  /** Linux's name of the interface of a link-local destination. */
  scope: string | undefined
  source: string | undefined
  sequence: number
  size: number
  timeout: number
}

interface Settings {
  count: number
  size: number
  timeout: number
  quiet: boolean
  once: boolean
  source: string | undefined
  family: 'inet' | 'inet6' | undefined
}

function usage(out: Output): never {
  out.complain('usage: ping [-4AaDdfHnoQqRrv] [-C pcp] [-c count] [-G sweepmaxsize] [-g sweepminsize]\n')
  out.exit(EX_USAGE)
}

function settings(argv: readonly string[], out: Output): { how: Settings; target: string } {
  const { options, rest } = getopt(argv, '46AaC:c:DdfG:g:Hh:I:i:k:L:l:M:m:noP:p:QqRrS:s:T:t:uvW:z:', out)
  // Without a count FreeBSD's ping goes on for ever; nobody can interrupt the kernel, so it stops.
  const how: Settings = {
    count: 10,
    size: 56,
    timeout: 1000,
    quiet: false,
    once: false,
    source: undefined,
    family: undefined,
  }
  for (const { letter, value } of options) {
    if (letter === '?') usage(out)
    const number = Number(value)
    if (letter === 'c') {
      if (!/^[0-9]+$/.test(value) || number === 0)
        out.err(EX_USAGE, `invalid count of packets to transmit: \`${value}'`)
      how.count = number
    } else if (letter === 's') how.size = Math.min(1400, number)
    else if (letter === 'W') how.timeout = Math.min(1000, number)
    else if (letter === 't') how.count = Math.min(how.count, Math.max(1, number))
    else if (letter === 'q') how.quiet = true
    else if (letter === 'o') how.once = true
    else if (letter === 'S') how.source = value
    else if (letter === '4') how.family = 'inet'
    else if (letter === '6') how.family = 'inet6'
  }
  const target = rest[0]
  if (target === undefined || rest.length > 1) usage(out)
  return { how, target }
}

/** The source address of a packet to `address`. */
function sourceOf(
  vnet: Vnet,
  family: 'inet' | 'inet6',
  address: string,
  scope: Interface | undefined,
): string | undefined {
  const via = scope ?? lookupRoute(vnet, family, address)?.interface
  const own = via?.addresses.filter(entry => entry.family === family)
  const local = isLinkLocal(address)
  return (own?.find(entry => isLinkLocal(entry.address) === local) ?? own?.[0])?.address
}

/** ping(8) of 15.1 for addresses (names are not resolved but for `localhost`). */
export function pingTool(argv: readonly string[], host: PingHost, six: boolean): ToolOutput {
  return runTool(six ? 'ping6' : 'ping', (out: Output) => {
    const { how, target } = settings(argv, out)
    const name = target === 'localhost' ? (how.family === 'inet6' || six ? '::1' : '127.0.0.1') : target
    const groups = parseInet6(name)
    const value = parseInet(name)
    const family = groups !== undefined && how.family !== 'inet' ? 'inet6' : 'inet'
    if (family === 'inet' && (value === undefined || how.family === 'inet6')) {
      out.err(EX_NOHOST, `cannot resolve ${target}: Unknown host`)
    }
    if (!host.raw) out.err(EX_OSERR, `${family === 'inet6' ? '' : 'ssend '}socket: Operation not permitted`)
    const address = family === 'inet6' ? formatInet6(groups!) : formatInet(value!)
    const scopeName = /%(.+)$/.exec(name)?.[1]
    const scope = host.vnet.interfaces.find(item => item.name === scopeName)
    const source = how.source ?? sourceOf(host.vnet, family, address, scope)
    const six6 = family === 'inet6'
    const size = six6 && !argv.includes('-s') ? 8 : how.size
    const shown = scopeName === undefined ? address : `${address}%${scopeName}`
    if (six6) out.print(`PING(${size + 48}=40+8+${size} bytes) ${source ?? '::'} --> ${shown}\n`)
    else out.print(`PING ${target} (${address}): ${size} data bytes\n`)
    const times: number[] = []
    let sent = 0
    for (let sequence = 0; sequence < how.count; sequence += 1) {
      sent += 1
      const request = {
        family,
        address,
        scope: scope?.linuxName,
        source: how.source,
        sequence,
        size,
        timeout: how.timeout,
      } as const
      const echo = host.echo(request)
      if (echo === 'timeout') continue
      if ('error' in echo) {
        out.warn(`${six6 ? 'sendmsg' : 'sendto'}: ${echo.error}`)
        continue
      }
      times.push(echo.milliseconds)
      const time = echo.milliseconds.toFixed(3)
      if (!how.quiet) {
        if (six6)
          out.print(
            `${echo.bytes} bytes from ${shown}, icmp_seq=${sequence} hlim=${echo.ttl} time=${time} ms\n`,
          )
        else
          out.print(
            `${echo.bytes} bytes from ${echo.from}: icmp_seq=${sequence} ttl=${echo.ttl} time=${time} ms\n`,
          )
      }
      if (how.once) break
    }
    statistics(shown === address && !six6 ? target : shown, sent, times, out)
    if (times.length === 0) out.exit(2)
  })
}

function statistics(target: string, sent: number, times: readonly number[], out: Output): void {
  const loss = ((sent - times.length) / sent) * 100
  out.print(`\n--- ${target} ping statistics ---\n`)
  out.print(
    `${sent} packets transmitted, ${times.length} packets received, ${loss.toFixed(1)}% packet loss\n`,
  )
  if (times.length === 0) return
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length
  const deviation = Math.sqrt(times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / times.length)
  const numbers = [Math.min(...times), mean, Math.max(...times), deviation]
    .map(time => time.toFixed(3))
    .join('/')
  out.print(`round-trip min/avg/max/stddev = ${numbers} ms\n`)
}
