/**
 * The fates of annotations. A name may contain `<n>` for one word and end in `*` for any rest. The first row that matches
 * counts, so particular names stand before general ones.
 */
import { DEVICE_PROFILES } from '../devices/profiles.ts'
import { COMMANDS, MOUNTING } from '../jail/parameters.ts'
import { type Disposition, ignored, refused, translated } from './row.ts'

const JAIL = 'org.freebsd.jail.'
const RUNS = 'Refused: it names a command that jail(8) runs; hooks are what runs around a container.'
const MOUNTS = 'Refused: it says what jail(8) mounts; mounts says what a container has.'
const UNKNOWN = 'Refused: neither jail(8) nor the kernel has another parameter of this kind.'
const OURS = 'Refused: the runtime sets it itself.'
const READ_ONLY = 'Refused: the kernel only lets it be read.'
const KEPT = 'Kept and shown by `state`.'

/** Rows of the annotations, in the order in which they are tried. */
export const annotationRows: readonly (readonly [name: string, row: Disposition])[] = [
  [
    'org.freebsd.parentJail',
    translated(
      'The jail is made as a child of this one (name parent.id) and shares its network stack. Its children.max is left alone: the kernel counts jails against those around the creator. What it cannot grant its children is refused, by name. Overrides freebsd.jail.parent.',
    ),
  ],
  [`${JAIL}path`, refused(OURS)],
  [`${JAIL}name`, refused(OURS)],
  [`${JAIL}jid`, refused(OURS)],
  [`${JAIL}persist`, refused(OURS)],
  [`${JAIL}nopersist`, refused(OURS)],
  [`${JAIL}parent`, refused('Refused: org.freebsd.parentJail is the annotation for it.')],
  [
    `${JAIL}exec.fib`,
    translated(
      'setfib(2) before the first program and those of exec: the number of a routing table below net.fibs; a network stack of its own has table 0 alone.',
    ),
  ],
  [
    `${JAIL}exec.consolelog`,
    refused('Refused: the output of the program goes to the caller of the runtime.'),
  ],
  [`${JAIL}exec.clean`, refused('Refused: process.env is the whole environment.')],
  [`${JAIL}exec.jail_user`, refused('Refused: process.user says who the program is.')],
  ...['timeout', 'system_user', 'system_jail_user'].map(
    name => [`${JAIL}exec.${name}`, refused('Refused: it is about the commands of exec.*.')] as const,
  ),
  ...COMMANDS.map(name => [`${JAIL}${name}`, refused(RUNS)] as const),
  ...MOUNTING.map(name => [`${JAIL}${name}`, refused(MOUNTS)] as const),
  ...['exec.*', 'mount.*'].map(name => [`${JAIL}${name}`, refused(UNKNOWN)] as const),
  [`${JAIL}depend`, refused('Refused: there is no jail.conf(5) whose jails it could name.')],
  [
    `${JAIL}stop.timeout`,
    refused('Refused: it belongs to jail -r; use the timeout of the caller (podman stop -t).'),
  ],
  [`${JAIL}ip_hostname`, refused('Refused: addresses are given, not looked up.')],
  [`${JAIL}zfs.dataset`, refused('Refused: org.jailwright.zfs.datasets is the annotation for it.')],
  [`${JAIL}dying`, refused(READ_ONLY)],
  [`${JAIL}cpuset.id`, refused(READ_ONLY)],
  [`${JAIL}children.cur`, refused(READ_ONLY)],
  [
    `${JAIL}vnet`,
    translated('Jail parameter vnet (new or inherit); with new, lo0 is brought up in the new stack.'),
  ],
  [
    `${JAIL}vnet.interface`,
    translated(
      'Each interface of the comma list is moved in with "ifconfig IF vnet JAIL" and given back by delete.',
    ),
  ],
  [
    `${JAIL}ip4`,
    translated('Jail parameter ip4 (disable, new, inherit); of these only new goes with ip4.addr.'),
  ],
  [
    `${JAIL}ip6`,
    translated('Jail parameter ip6 (disable, new, inherit); of these only new goes with ip6.addr.'),
  ],
  [
    `${JAIL}ip4.addr`,
    translated('Jail parameter ip4.addr, a comma list; with org.freebsd.jail.interface also aliases of it.'),
  ],
  [
    `${JAIL}ip6.addr`,
    translated('Jail parameter ip6.addr, a comma list; with org.freebsd.jail.interface also aliases of it.'),
  ],
  [`${JAIL}ip6.add`, translated("ocijail's old name of org.freebsd.jail.ip6.addr.")],
  [
    `${JAIL}interface`,
    translated(
      'The addresses of ip4.addr and ip6.addr are added to this interface as aliases and removed by delete; below a parent with vnet=new it is an interface of that jail.',
    ),
  ],
  [`${JAIL}host`, translated('Jail parameter host (new or inherit).')],
  [
    `${JAIL}host.*`,
    translated('Jail parameter of that name: host.hostname, host.domainname, host.hostuuid, host.hostid.'),
  ],
  [`${JAIL}sysvmsg`, translated('Jail parameter sysvmsg (disable, new, inherit).')],
  [`${JAIL}sysvsem`, translated('Jail parameter sysvsem (disable, new, inherit).')],
  [`${JAIL}sysvshm`, translated('Jail parameter sysvshm (disable, new, inherit).')],
  [`${JAIL}enforce_statfs`, translated('Jail parameter enforce_statfs, 0 to 2.')],
  [
    `${JAIL}devfs_ruleset`,
    translated(
      "Jail parameter devfs_ruleset: only what the jail mounts itself (4 where allow.mount.devfs is on and none is named); the container's /dev has its own ruleset.",
    ),
  ],
  [`${JAIL}securelevel`, translated('Jail parameter securelevel, -1 to 3.')],
  [`${JAIL}children.max`, translated('Jail parameter children.max: how many jails may be made inside.')],
  [`${JAIL}osrelease`, translated('Jail parameter osrelease: what uname(1) -r says inside.')],
  [`${JAIL}osreldate`, translated('Jail parameter osreldate.')],
  [`${JAIL}linux`, translated('Jail parameter linux (new or inherit); needs the module linux.')],
  [
    `${JAIL}linux.*`,
    translated(
      'Jail parameter of that name: linux.osname, linux.osrelease, linux.oss_version; needs the module linux.',
    ),
  ],
  [`${JAIL}allow.dying`, refused('Refused: it has no effect on the kernels this runtime is made for.')],
  [
    `${JAIL}allow.*`,
    translated(
      'Jail parameter of that name (true, 1, false, 0); allow.noX and allow.mount.noX say the opposite of allow.X and allow.mount.X, as in jail(8), and both together are refused unless they agree. allow.mount.X without allow.mount has no effect, which is a warning. One that the running kernel does not know is a warning, as with ocijail.',
    ),
  ],
  [
    `${JAIL}*`,
    translated(
      'Jail parameter of that name, its type checked, when the running kernel knows it (security.jail.param), or the "no" form of a boolean one; otherwise refused.',
    ),
  ],
  [
    'org.jailwright.device.profiles',
    translated(
      `Comma list of ${Object.keys(DEVICE_PROFILES).join(', ')}: devfs rules, and the jail parameters the device needs. fuse and zfs give allow.mount, allow.mount.fusefs or allow.mount.zfs, and enforce_statfs 1 unless the config says otherwise; gpu and gpu-render show what there is of /dev/dri and of NVIDIA; pf needs vnet=new and a securelevel below 2. check --profile NAME tells what a host lacks.`,
    ),
  ],
  [
    'org.jailwright.zfs.datasets',
    translated(
      'Comma list of ZFS datasets with jailed=on: each is handed over with "zfs jail" once the jail is there, and taken back by delete with "zfs unjail". The profile zfs goes with it. Several containers may have one dataset, which one of them at a time can mount; the host must not have it mounted.',
    ),
  ],
  [
    'org.jailwright.net.lo0.address',
    translated(
      'Further addresses of lo0, a comma list with prefix lengths, in the stack of its own that the container then has.',
    ),
  ],
  [
    'org.jailwright.net.<n>.bridge',
    translated(
      'An epair is made; its host end joins this bridge, the other end moves into the vnet jail. Destroyed by delete.',
    ),
  ],
  [
    'org.jailwright.net.<n>.address',
    translated(
      'Addresses of the inner end, a comma list with prefix lengths, IPv4 and IPv6; slaac among them accepts router advertisements (ifconfig inet6 accept_rtadv): the kernel waits for the next one, and rtsol(8) in the image asks for it at once. dhcp is refused: dhclient(8) has to run in that network stack for as long as the lease is used, and it sets the address by sh(1), ifconfig(8) and route(8) of the root that it runs in. Run it in the image, or in a parent jail that has the network and a base system of its own (org.freebsd.parentJail; docs/freebsd/network.md), or reserve an address.',
    ),
  ],
  [
    'org.jailwright.net.<n>.gateway',
    translated(
      'Default route inside, a comma list with at most one address each of IPv4 and IPv6, over all interfaces. fe80::1 is on the link of this interface, fe80::1%NAME on that of another one of the container. One in no network of the addresses, as with an address of /32 or /128, gets a host route over this interface first; beside a wider network that is a warning.',
    ),
  ],
  [
    'org.jailwright.net.<n>.dad',
    translated(
      'Duplicate address detection of IPv6. off (default): left out (ifconfig inet6 no_dad), since an address is tentative for about a second otherwise, and bind(2) of a server that starts at once fails with EADDRNOTAVAIL. wait: done, and create waits for its end; a duplicate is an error.',
    ),
  ],
  [
    'org.jailwright.net.<n>.options',
    translated(
      'Words of ifconfig(8) that switch capabilities (-txcsum, -rxcsum6, -lro, -tso ...), for both ends: on the host end before it joins the bridge, which some cards behind a bridge need.',
    ),
  ],
  [
    'org.jailwright.net.<n>.name',
    translated('Name of the inner end, at most 15 characters; vnet and the number when absent.'),
  ],
  [
    'org.jailwright.net.<n>.mtu',
    translated(
      "MTU of the inner end, and of the host end where it is the bridge's first member: any other one gets the bridge's, and a smaller one is a warning.",
    ),
  ],
  [
    'org.jailwright.net.<n>.mac',
    translated(
      'MAC address of the inner end; when absent one from the host (kern.hostuuid, else its name), the container id and the number. One that the bridge or another container on it has is refused.',
    ),
  ],
  [
    'org.jailwright.net.<n>.vlan',
    translated(
      'The host end joins the bridge as an untagged member of this VLAN (1 to 4094). For a bridge with vlanfilter, see bridge(4).',
    ),
  ],
  [
    'org.jailwright.limits.cpus',
    translated('cpuset -l LIST -j NAME, a list such as 0-3,7. Overrides linux.resources.cpu.cpus.'),
  ],
  [
    'org.jailwright.limits.mode',
    translated(
      'strict (default) or best-effort: what to do when racct is off (kern.racct.enable=0), an error or a warning. The option --limits overrides it.',
    ),
  ],
  [
    'org.jailwright.limits.<resource>',
    translated(
      'rctl rules jail:NAME:RESOURCE:ACTION=N; the value is a comma list of [ACTION=]N with N a number (k, m, g, t) or unlimited. ACTION when absent: deny, for disk rates throttle, for times sigterm. Overrides linux.resources. vmemoryuse below 512m and swapuse below 32m give a warning: what the first process (and each exec) has mapped before it becomes the program counts, of swapuse for as long as it lives.',
    ),
  ],
  ['org.jailwright.*', refused('Refused: no such annotation; a mistyped name must not pass unseen.')],
  [
    'org.freebsd.*',
    ignored(`${KEPT} One that is nearly org.freebsd.parentJail or org.freebsd.jail.* is a warning.`),
  ],
  ['io.container.manager', ignored(`${KEPT} podman's and others' own name.`)],
  ['io.podman.annotations.*', ignored(`${KEPT} podman's own notes.`)],
  ['io.kubernetes.*', ignored(`${KEPT} Notes of Kubernetes' container managers.`)],
  ['io.buildah.*', ignored(`${KEPT} buildah's own notes.`)],
  [
    'org.opencontainers.image.stopSignal',
    ignored(`${KEPT} The caller sends the signal itself (podman stop).`),
  ],
  ['org.opencontainers.image.*', ignored(`${KEPT} Facts of the image.`)],
  ['org.systemd.property.*', ignored(`${KEPT} Properties of systemd units; there is no systemd.`)],
  ['run.oci.*', ignored(`${KEPT} Settings of the runtime crun.`)],
  ['*', ignored(KEPT)],
]
