/** Parsers of the output of ifconfig(8): addresses of interfaces, and facts of a bridge. */

/**
 * Returns the addresses by interface in the output of `ifconfig -a`, without prefix length and zone. Interfaces that
 * are down are included, because their addresses are addresses of the host too.
 */
export function addressesByInterface(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  let current: string[] = []
  for (const line of text.split('\n')) {
    const name = /^([^\s:]+): /.exec(line)?.[1]
    if (name !== undefined) {
      // A repeated name continues the first list. A description that a jail wrote may imitate such a line, and a new
      // list would hide the host's own address, so that `create` would add it and `delete` would remove it.
      current = found.get(name) ?? []
      found.set(name, current)
    }
    const address = /^\s+inet6? ([0-9a-fA-F:.]+)/.exec(line)?.[1]
    if (address !== undefined) current.push(address)
  }
  return found
}

/**
 * Returns the MTU and the number of members in the output of `ifconfig BRIDGE`; undefined when there is no such
 * interface.
 */
export function bridgeFacts(text: string): { mtu: number; members: number } | undefined {
  const mtu = /^\S+: .* mtu (\d+)$/m.exec(text)?.[1]
  if (mtu === undefined) return undefined
  return { mtu: Number(mtu), members: text.match(/^\tmember: /gm)?.length ?? 0 }
}
