/** Names: container ids, jail names, interface names. */
import { JailwrightError } from '../../errors.ts'
import { sha256 } from './digest.ts'

/** The longest full name of a jail: MAXHOSTNAMELEN less the NUL (sys/sys/param.h; sys/kern/kern_jail.c, kern_jail_set). */
const JAIL_NAME_MAX = 255
/** The longest name of an interface: IFNAMSIZ less the NUL (sys/net/if.h; docs/freebsd/network.md). */
const INTERFACE_NAME_MAX = 15

/**
 * The characters of an id are runc's (libcontainer, `idRegex`): no slash, no space, no sign of a shell. They stand in a
 * string because the first regular expression that is used costs every command 1 % of its start.
 */
const ID = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+.-'
/** An id that is its own jail name. A dot would name a child jail, a number alone would be a jid. */
const OWN_NAME = /^[A-Za-z0-9_][A-Za-z0-9_-]*$/

/**
 * Checks a container id. It becomes a directory below the state directory and a word on command lines, so a leading
 * `.` or `-` is refused. Throws USAGE.
 */
export function checkId(id: string): void {
  const refuse = (why: string): never => {
    throw new JailwrightError('USAGE', `invalid container id ${JSON.stringify(id)}: ${why}`, { subject: id })
  }
  if (id === '') refuse('it is empty')
  for (const character of id)
    if (!ID.includes(character)) refuse('only letters, digits and _ + . - are allowed')
  if (id === '.' || id === '..') refuse('it is the name of a directory')
  // The runtime's own files beside the containers' directories, such as the locks, begin with a dot.
  if (id.startsWith('-') || id.startsWith('.')) refuse(`it may not start with ${id[0]}`)
  if (id.length > JAIL_NAME_MAX) refuse(`longer than ${JAIL_NAME_MAX} characters`)
}

/**
 * The jail name of a container id, without the parent's. A legal name stays as it is, because podman, ps(1) and rctl(8)
 * identify the container by it; any other id gives `j-` and each byte outside `[A-Za-z0-9-]` as `_hh`. `idOfJailName` is
 * the reverse.
 */
export function jailNameOf(id: string): string {
  if (OWN_NAME.test(id) && !/^[0-9]+$/.test(id) && !id.startsWith('j-')) return id
  return `j-${id.replaceAll(/[^A-Za-z0-9-]/g, byte => `_${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)}`
}

/** The container id that gave this jail name (without the parent's); undefined when no id gives it. */
export function idOfJailName(name: string): string | undefined {
  const id = name.startsWith('j-')
    ? name
        .slice(2)
        .replaceAll(/_([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : name
  return id !== '' && jailNameOf(id) === name ? id : undefined
}

/** `parent.name`, or the name alone. Throws CONFIG when the kernel would not take the length. */
export function fullJailName(name: string, parent: string | undefined): string {
  const full = parent === undefined ? name : `${parent}.${name}`
  if (full.length > JAIL_NAME_MAX) {
    throw new JailwrightError('CONFIG', `jail name ${full}: longer than ${JAIL_NAME_MAX} characters`, {
      subject: full,
    })
  }
  return full
}

/** Names of the ends of one epair: `host` stays on the host, `jail` goes into the jail. */
export function epairNames(id: string, index: number): { host: string; jail: string } {
  const tail = shortName(id, INTERFACE_NAME_MAX - `e${index}a_`.length)
  return { host: `e${index}a_${tail}`, jail: `e${index}b_${tail}` }
}

/** The id itself where it fits into `room` characters, else its first letters and a hash of the whole id. */
function shortName(id: string, room: number): string {
  if (id.length <= room && /^[A-Za-z0-9_-]+$/.test(id)) return id
  const hash = BigInt(`0x${sha256(id).slice(0, 16)}`)
    .toString(36)
    .padStart(13, '0')
    .slice(-7)
  return id.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, room - hash.length) + hash
}

/**
 * A locally administered unicast MAC address made from the host, the container id and the number of the interface, so
 * that the same container has another address on each host of a LAN. FreeBSD's own addresses have 16 variable bits
 * (sys/net/if_ethersubr.c, ether_gen_addr_byname); these have 40. `host` is empty where the host is not known.
 */
export function macOf(host: string, id: string, index: number): string {
  const hash = sha256([...(host === '' ? [] : [host]), id, index].join('\n'))
  return ['02', ...(hash.slice(0, 10).match(/../g) ?? [])].join(':')
}

/** True for a legal name of an interface: 1 to 15 characters that no tool takes for something else. */
export function isInterfaceName(name: string): boolean {
  return name.length <= INTERFACE_NAME_MAX && /^[A-Za-z][A-Za-z0-9_.-]*$/.test(name)
}
