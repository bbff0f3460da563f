import { getopt } from '../../text/getopt.ts'
import { type Output, runTool, type ToolOutput } from '../../text/output.ts'
import { network6 } from './address.ts'
import { FLAG, type Vnet } from './interface.ts'
import { routingTable, type TableEntry } from './routes.ts'

const EX_UNAVAILABLE = 69

function destinationText(vnet: Vnet, entry: TableEntry): string {
  if (entry.prefix === 0) return 'default'
  const text = entry.family === 'inet6' ? network6(entry.destination, entry.prefix) : entry.destination
  const scope =
    entry.family === 'inet6' && /^fe80/.test(text)
      ? `%${vnet.interfaces.find(item => item.index === entry.link)?.name}`
      : ''
  return entry.host ? `${text}${scope}` : `${text}${scope}/${entry.prefix}`
}

function routes(vnet: Vnet, families: readonly ('inet' | 'inet6')[], out: Output): void {
  out.print('Routing tables\n')
  const table = routingTable(vnet)
  for (const family of families) {
    const entries = table.filter(entry => entry.family === family)
    if (entries.length === 0) continue
    const wide = family === 'inet6'
    const [to, via] = wide ? [33, 29] : [18, 18]
    out.print(`\n${wide ? 'Internet6' : 'Internet'}:\n`)
    out.print(`${'Destination'.padEnd(to)} ${'Gateway'.padEnd(via)} Flags         Netif Expire\n`)
    for (const entry of entries) {
      const gateway = entry.gateway ?? `link#${entry.link}`
      const name = entry.interface.name.padStart(11)
      out.print(
        `${destinationText(vnet, entry).padEnd(to)} ${gateway.padEnd(via)} ${entry.flags.padEnd(7)} ${name}\n`,
      )
    }
  }
}

function interfaces(vnet: Vnet, out: Output): void {
  out.print(
    'Name         Mtu Network                             Address                              Ipkts Ierrs Idrop    Opkts Oerrs  Coll\n',
  )
  for (const item of vnet.interfaces) {
    const name = (item.flags & FLAG.UP) === 0 ? `${item.name}*` : item.name
    const head = `${name.padEnd(9)} ${String(item.mtu).padStart(6)}`
    const tail = '        0     0     0        0     0     0\n'
    out.print(`${head} ${`<Link#${item.index}>`.padEnd(35)} ${(item.ether ?? '').padEnd(35)} ${tail}`)
  }
}

/** The part of netstat(1) that scripts ask for: `-r` and `-i`, with `-n`, `-f inet|inet6`, `-4`, `-6`. */
export function netstatTool(
  argv: readonly string[],
  own: Vnet,
  stackOf: (jail: string) => Vnet | undefined = () => undefined,
): ToolOutput {
  return runTool('netstat', (out: Output) => {
    const { options } = getopt(argv, 'rnW46f:ialj:bdhI:', out)
    const has = (letter: string): boolean => options.some(option => option.letter === letter)
    const jail = options.findLast(option => option.letter === 'j')?.value
    const vnet = jail === undefined ? own : stackOf(jail)
    if (vnet === undefined) out.err(EX_UNAVAILABLE, 'Jail not found')
    const family = options.find(option => option.letter === 'f')?.value
    const families: ('inet' | 'inet6')[] = ['inet', 'inet6']
    const wanted = families.filter(name => {
      if (family !== undefined) return family === name
      if (has('4') || has('6')) return has(name === 'inet' ? '4' : '6')
      return true
    })
    if (has('r')) routes(vnet, wanted, out)
    else if (has('i')) interfaces(vnet, out)
    else {
      out.print('Active Internet connections\n')
      out.print('Proto Recv-Q Send-Q Local Address          Foreign Address        (state)\n')
    }
  })
}
