/** What a container gets from its parent jail, and what the parent jail cannot give. */
import {
  create,
  defineCase,
  finish,
  gone,
  output,
  removeForce,
  startReady,
  tool,
} from '../../harness/define.ts'
import type { Step } from '../../harness/types.ts'

const PARENT = 'p-%{unique}'
const parentJail = { 'org.freebsd.parentJail': PARENT }
const dropParent = tool(['jail', '-R', PARENT])

/** Makes the parent jail, with these parameters besides the usual ones. */
function parent(...parameters: string[]): Step {
  return tool(['jail', '-c', `name=${PARENT}`, 'path=/', 'persist', 'children.max=3', ...parameters])
}

/** Each parameter of the child with its value, the value of the parent, and what the message has to say. */
const refused: readonly (readonly [name: string, value: string, has: string, says: RegExp])[] = [
  ['enforce_statfs', '1', 'enforce_statfs=2', /enforce_statfs"\]: .*\b2\b/],
  ['children.max', '3', 'enforce_statfs=1', /children\.max"\]: .*\b3\b/],
  ['allow.mlock', 'true', 'enforce_statfs=1', /allow\.mlock"\]: /],
  ['sysvshm', 'new', 'sysvshm=disable', /sysvshm"\]: .*disable/],
  ['ip4.addr', '127.0.0.9', 'ip4.addr=127.0.0.7', /ip4\.addr"\]: 127\.0\.0\.9 .*127\.0\.0\.7/],
]

/** What a container gets from its parent jail, and what the parent jail cannot give. */
export const parentPermissionCases = [
  ...refused.map(([name, value, has, says]) =>
    defineCase({
      id: `jails.parent-without-${name.replace(/[._]/g, '-')}`,
      title: `${name} that the parent jail cannot grant is an error that names it`,
      stands: 'jail_set(2): EPERM without a text for what the parent has not; runtime.md, Errors',
      mark: 'jailwright',
      config: { annotations: { ...parentJail, [`org.freebsd.jail.${name}`]: value } },
      steps: [parent(has), create({ fails: says }), gone(), dropParent],
    }),
  ),
  defineCase({
    id: 'jails.parent-vnet-alias',
    title: 'addresses below a parent with a stack of its own go to the interface in that stack',
    stands:
      'a child without vnet shares the network stack of its parent, a vnet jail (sys/kern/kern_jail.c); jail(8), interface: the addresses become aliases of it',
    mark: 'jailwright',
    config: {
      annotations: {
        ...parentJail,
        'org.freebsd.jail.interface': 'lo0',
        'org.freebsd.jail.ip4.addr': '10.76.0.9/32',
      },
    },
    program: 'ifconfig lo0; echo ready; exec sleep %{nap}',
    steps: [
      parent('vnet=new', 'enforce_statfs=1', 'allow.raw_sockets', 'allow.chflags'),
      ...startReady(),
      output(/inet 10\.76\.0\.9 /),
      tool(['ifconfig', '-j', PARENT, 'lo0'], { stdout: /inet 10\.76\.0\.9 / }),
      tool(['ifconfig', 'lo0'], { stdout: { not: /10\.76\.0\.9 / } }),
      ...finish,
      tool(['ifconfig', '-j', PARENT, 'lo0'], { stdout: { not: /10\.76\.0\.9 / } }),
      dropParent,
    ],
  }),
  defineCase({
    id: 'jails.parent-vnet-alias-present',
    title: 'an address that the parent with a stack of its own had before stays after delete',
    stands: "jail(8) takes away the addresses that it has added; this address is the parent jail's own",
    mark: 'jailwright',
    config: {
      annotations: {
        ...parentJail,
        'org.freebsd.jail.interface': 'lo0',
        'org.freebsd.jail.ip4.addr': '10.76.0.11/32',
      },
    },
    steps: [
      parent('vnet=new', 'enforce_statfs=1', 'allow.raw_sockets', 'allow.chflags'),
      tool(['ifconfig', '-j', PARENT, 'lo0', 'inet', '10.76.0.11/32', 'alias']),
      create(),
      removeForce(),
      tool(['ifconfig', '-j', PARENT, 'lo0'], { stdout: /inet 10\.76\.0\.11 / }),
      dropParent,
    ],
  }),
  defineCase({
    id: 'jails.parent-vnet-alias-parent-gone',
    title: 'a container with addresses in a stack that is gone can be deleted',
    stands: 'ocijail#20: podman rm must recover, whatever happened to the jail',
    mark: 'jailwright',
    config: {
      annotations: {
        ...parentJail,
        'org.freebsd.jail.interface': 'lo0',
        'org.freebsd.jail.ip4.addr': '10.76.0.10/32',
      },
    },
    program: 'echo ready; exec sleep %{nap}',
    steps: [parent('vnet=new', 'enforce_statfs=1'), ...startReady(), dropParent, removeForce(), gone()],
  }),
  defineCase({
    id: 'jails.parent-mistyped',
    title: 'an annotation that is nearly one of FreeBSD is a warning with the right name',
    stands: 'a container that is made on the host instead of in its parent must not pass unseen',
    mark: 'jailwright',
    config: { annotations: { 'org.freebsd.parentjail': PARENT, 'org.freebsd.jails.vnet': 'new' } },
    steps: [
      create({
        log: [
          /warning.*parentjail.*org\.freebsd\.parentJail/,
          /warning.*jails\.vnet.*org\.freebsd\.jail\.vnet/,
        ],
      }),
      removeForce(),
    ],
  }),
  defineCase({
    id: 'jails.allow-mount-type-alone',
    title: 'allow.mount.X without allow.mount is a warning',
    stands:
      'mount(2) inside needs enforce_statfs below 2, allow.mount and allow.mount.X, all three (docs/freebsd/jails.md)',
    mark: 'jailwright',
    config: { annotations: { 'org.freebsd.jail.allow.mount.tmpfs': '1' } },
    steps: [create({ log: /warning.*allow\.mount\.tmpfs.*without allow\.mount/ }), removeForce()],
  }),
  defineCase({
    id: 'jails.addresses-inherited',
    title: 'ip4=inherit with addresses is refused',
    stands:
      'kern_jail_set restricts the jail to the addresses whatever ip4 says: the two contradict each other',
    mark: 'jailwright',
    config: { annotations: { 'org.freebsd.jail.ip4': 'inherit', 'org.freebsd.jail.ip4.addr': '127.0.0.1' } },
    steps: [create({ fails: /jail\.ip4"\]: .*inherit/ }), gone()],
  }),
]
