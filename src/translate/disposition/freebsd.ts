/** The fates of the properties of config-freebsd.md, one row each. */
import { applied, type Rows, translated } from './row.ts'

/** Rows of the freebsd section. */
export const freebsdRows: Rows = {
  'freebsd.devices': translated(
    "Rules of a devfs ruleset of the container's own, added after those of the /dev mount's ruleset.",
  ),
  'freebsd.devices[].path': translated(
    'devfs rule "path NAME unhide" for the node, its parent directories and the links that lead to it; a name that the host does not have is refused.',
  ),
  'freebsd.devices[].mode': translated("devfs rule action mode, in octal; the host's mode when absent."),
  'freebsd.jail': applied('Parameters of jail(8).'),
  'freebsd.jail.parent': translated(
    'The jail is made as a child (name parent.id) of this one, which has to exist. Its children.max is left alone: the kernel counts jails against those around the creator. What it cannot grant its children is refused, by name.',
  ),
  'freebsd.jail.host': applied(
    'Jail parameter host; new when absent, with hostname and domainname of the config.',
  ),
  'freebsd.jail.ip4': applied(
    'Jail parameter ip4; when absent it follows from vnet and ip4Addr as in jail(8). Only new goes with addresses.',
  ),
  'freebsd.jail.ip4Addr': translated(
    'Jail parameter ip4.addr, joined by commas; refused together with vnet=new, as by the kernel.',
  ),
  'freebsd.jail.ip6': applied(
    'Jail parameter ip6; when absent it follows from vnet and ip6Addr as in jail(8). Only new goes with addresses.',
  ),
  'freebsd.jail.ip6Addr': translated(
    'Jail parameter ip6.addr, joined by commas; refused together with vnet=new, as by the kernel.',
  ),
  'freebsd.jail.vnet': applied(
    'Jail parameter vnet; inherit when absent. With new, lo0 is brought up in the new stack.',
  ),
  'freebsd.jail.interface': translated(
    'The addresses of ip4Addr and ip6Addr are added to this interface as aliases (ifconfig alias) and removed by delete; below a parent with vnet=new it is an interface of that jail.',
  ),
  'freebsd.jail.vnetInterfaces': translated(
    'Each is moved in with "ifconfig IF vnet JAIL" and given back by delete; needs vnet=new, and no two interfaces of one name.',
  ),
  'freebsd.jail.sysvmsg': applied(
    'Jail parameter sysvmsg; new when absent, unless the parent jail has none to give.',
  ),
  'freebsd.jail.sysvsem': applied(
    'Jail parameter sysvsem; new when absent, unless the parent jail has none to give.',
  ),
  'freebsd.jail.sysvshm': applied(
    'Jail parameter sysvshm; new when absent, unless the parent jail has none to give.',
  ),
  'freebsd.jail.enforceStatfs': translated(
    'Jail parameter enforce_statfs; 2 when absent (1 without a freebsd section).',
  ),
  'freebsd.jail.allow': applied('Jail parameters allow.*.'),
  'freebsd.jail.allow.setHostname': translated(
    'Jail parameter allow.set_hostname. The specification gives two defaults; absent, it is on as in jail(8).',
  ),
  'freebsd.jail.allow.rawSockets': translated(
    'Jail parameter allow.raw_sockets; false when absent. A jail with vnet=new has raw sockets in any case.',
  ),
  'freebsd.jail.allow.chflags': translated('Jail parameter allow.chflags; false when absent.'),
  'freebsd.jail.allow.mount': translated(
    'Jail parameters allow.mount and allow.mount.TYPE for each type; a type that the kernel does not know is refused.',
  ),
  'freebsd.jail.allow.quotas': translated('Jail parameter allow.quotas; false when absent.'),
  'freebsd.jail.allow.socketAf': translated('Jail parameter allow.socket_af; false when absent.'),
  'freebsd.jail.allow.mlock': translated('Jail parameter allow.mlock; false when absent.'),
  'freebsd.jail.allow.reservedPorts': translated(
    'Jail parameter allow.reserved_ports. The specification gives two defaults; absent, it is on as in jail(8).',
  ),
  'freebsd.jail.allow.suser': translated('Jail parameter allow.suser; on when absent.'),
}
