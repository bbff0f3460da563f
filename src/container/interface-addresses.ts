/** Addresses of the host's interfaces, from the text of ifconfig(8). */

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
      current = []
      found.set(name, current)
    }
    const address = /^\s+inet6? ([0-9a-fA-F:.]+)/.exec(line)?.[1]
    if (address !== undefined) current.push(address)
  }
  return found
}
