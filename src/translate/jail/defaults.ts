/** The defaults of a jail's parameters. */
import { type Context, isLinuxConfig } from '../core/context.ts'
import { checkValue } from './parameters.ts'
import { shown, type Value } from './values.ts'

/**
 * Adds the defaults. Without a `freebsd` section they are ocijail's, which podman's containers have had so far. With a
 * section they are the specification's (config-freebsd.md): enforce_statfs 2, System V IPC new, allow.* off. The
 * specification contradicts itself about setHostname and reservedPorts: the sentence "off by default" excepts them, their
 * own lines say false. This function follows the exception, as jail(8) does: setHostname, reservedPorts and suser keep the
 * kernel's default, which is on.
 */
export function addDefaults(
  context: Context,
  values: Map<string, Value>,
  facts: Readonly<Record<string, string>> | undefined,
  vnet: boolean,
): void {
  const set = (name: string, value: string) => {
    if (!values.has(name)) values.set(name, { value, origin: 'default' })
  }
  const granted = (name: string) => !['false', '0', 'disable'].includes(facts?.[name] ?? 'unknown')
  values.set('persist', { value: 'true', origin: 'default' })
  hostDefaults(context, values)
  const section = context.config.freebsd !== undefined && context.config.freebsd !== null
  // The kernel answers EPERM for an enforce_statfs below the parent's (docs/freebsd/jails.md).
  const least = Math.max(section ? 2 : 1, Number(facts?.enforce_statfs ?? '0') || 0)
  set('enforce_statfs', String(Math.min(least, 2)))
  if (section) {
    for (const name of SYSTEM_V) {
      // In the kernel allow.sysvipc sets all three parameters; a default beside it would override it.
      if (granted(name) && !values.has('allow.sysvipc')) set(name, 'new')
    }
    return
  }
  linuxIpc(context, values, granted)
  if (granted('allow.raw_sockets')) set('allow.raw_sockets', 'true')
  if (granted('allow.chflags')) set('allow.chflags', 'true')
  // A config that restricts one family does not ask for all addresses of the other; the kernel's default for it is none.
  if (!vnet && !values.has('ip4.addr') && !values.has('ip6.addr')) {
    // A kernel may have been built without one of the families.
    for (const name of ['ip4', 'ip6']) {
      if (context.facts.jailParam(name) !== undefined) set(name, 'inherit')
    }
  }
}

/** The three System V IPC parameters of a jail (jail(8)). */
const SYSTEM_V = ['sysvmsg', 'sysvsem', 'sysvshm'] as const

/**
 * Gives a Linux image that asks for an IPC namespace of its own System V IPC: without it shmget(2) answers ENOSYS, and
 * PostgreSQL does not start. A jail cannot get what its parent lacks; a runtime that is in a jail itself adds nothing.
 */
function linuxIpc(context: Context, values: Map<string, Value>, granted: (name: string) => boolean): void {
  if (!isLinuxConfig(context.config) || values.has('allow.sysvipc')) return
  const index =
    context.config.linux?.namespaces?.findIndex(
      // In a config with errors a wrong element has left a hole.
      (namespace: { type?: string; path?: string } | undefined) =>
        namespace?.type === 'ipc' && !namespace.path,
    ) ?? -1
  if (index === -1 || context.facts.sysctl('security.jail.jailed') === '1') return
  const made = SYSTEM_V.filter(
    name => granted(name) && !values.has(name) && context.facts.jailParam(name) !== undefined,
  )
  for (const name of made) values.set(name, { value: 'new', origin: 'default' })
  if (made.length > 0)
    context.fate(`linux.namespaces[${index}]`, 'translated', made.map(name => `${name}=new`).join(', '))
}

/**
 * The parameters of the jail in which this runtime itself runs; undefined on a real host. In a jail the sysctls
 * security.jail.* show the jail's own parameters ("Prisons just see their own parameters", sys/kern/kern_jail.c,
 * sysctl_jail_default_allow); outside they show defaults of jail(2), which do not matter here.
 */
export function around({ facts }: Context): Record<string, string> | undefined {
  if (facts.sysctl('security.jail.jailed') !== '1') return undefined
  const own: Record<string, string> = {}
  for (const [name, sysctl] of [
    ['allow.raw_sockets', 'allow_raw_sockets'],
    ['allow.chflags', 'chflags_allowed'],
    ['enforce_statfs', 'enforce_statfs'],
  ] as const) {
    const value = facts.sysctl(`security.jail.${sysctl}`)
    if (value !== undefined) own[name] = value
  }
  return own
}

function hostDefaults(context: Context, values: Map<string, Value>): void {
  const { hostname, domainname } = context.config
  const inherits = values.get('host')?.value === 'inherit'
  const names = [
    ['hostname', 'host.hostname', hostname],
    ['domainname', 'host.domainname', domainname],
  ] as const
  for (const [property, name, value] of names) {
    if (value === undefined) continue
    if (values.has(name)) context.fate(property, 'ignored', `overridden by ${values.get(name)?.origin}`)
    // "If set to new, the values for hostname and domainname are taken from the base config" (config-freebsd.md).
    else if (inherits) context.fate(property, 'ignored', "host=inherit: the host's own name is seen")
    else {
      const allowed = checkValue(name, 'string', value)
      if (allowed !== undefined) context.fail(property, `must be ${allowed}`)
      else values.set(name, { value, origin: property })
      if (allowed === undefined) context.fate(property, 'translated', shown(name, value))
    }
  }
  if (!values.has('host')) values.set('host', { value: 'new', origin: 'default' })
}
