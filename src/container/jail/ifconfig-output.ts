/** Addresses of interfaces, and what a bridge is like, from the text of ifconfig(8). */

/**
 * Addresses by interface in the output of `ifconfig -a`, without prefix and zone. os.networkInterfaces() will not do:
 * it leaves out every interface that is not running, and an address there is the host's all the same.
 */
export function addressesByInterface(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  let current: string[] = []
  for (const line of text.split('\n')) {
    const name = /^([^\s:]+): /.exec(line)?.[1]
    if (name !== undefined) {
      // Never from anew: a description that a jail has written may hold lines like these, and must not make the host's
      // own address look like one that is not there yet (delete would take it away).
      current = found.get(name) ?? []
      found.set(name, current)
    }
    const address = /^\s+inet6? ([0-9a-fA-F:.]+)/.exec(line)?.[1]
    if (address !== undefined) current.push(address)
  }
  return found
}

/** MTU and number of members in the output of `ifconfig BRIDGE`; undefined when that is no interface. */
export function bridgeFacts(text: string): { mtu: number; members: number } | undefined {
  const mtu = /^\S+: .* mtu (\d+)$/m.exec(text)?.[1]
  if (mtu === undefined) return undefined
  return { mtu: Number(mtu), members: text.match(/^\tmember: /gm)?.length ?? 0 }
}
