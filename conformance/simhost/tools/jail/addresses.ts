/** The commands of ifconfig(8) by which jail(8) gives and takes the addresses of a jail. */
import { type Conf, one, values } from './run.ts'

/** The alias commands for ip4.addr and ip6.addr. */
export function aliases(conf: Conf): string[][] {
  const list: string[][] = []
  for (const family of ['ip4', 'ip6'] as const)
    for (const text of values(conf, `${family}.addr`)) {
      const bar = text.indexOf('|')
      const device = bar >= 0 ? text.slice(0, bar) : one(conf, 'interface')
      if (device === undefined || device === '') continue
      const [address, ...extra] = text.slice(bar + 1).split(/\s+/)
      list.push(['/sbin/ifconfig', device, ...addressWords(family, address ?? ''), ...extra, 'alias'])
    }
  return list
}

/** Words for ifconfig(8): an address with its prefix, with a dotted mask as `netmask`, else as a single host. */
function addressWords(family: 'ip4' | 'ip6', address: string): string[] {
  const slash = address.indexOf('/')
  const mask = address.slice(slash + 1)
  if (family === 'ip6') return slash < 0 ? ['inet6', address, 'prefixlen', '128'] : ['inet6', address]
  if (slash < 0) return ['inet', address, 'netmask', '255.255.255.255']
  return mask.includes('.') ? ['inet', address.slice(0, slash), 'netmask', mask] : ['inet', address]
}

/** Gives the command that removes the alias which a command of ifconfig(8) has added. */
export function unalias(words: string[]): string[] {
  const [tool, device, family, host] = words
  return [tool ?? '', device ?? '', family ?? '', host ?? '', '-alias']
}
