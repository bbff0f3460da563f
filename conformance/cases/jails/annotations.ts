/** Annotations org.freebsd.jail.*. */
import {
  create,
  defineCase,
  exec,
  file,
  finish,
  gone,
  output,
  removeForce,
  start,
  startReady,
  tool,
  waitText,
  wholeLife,
} from '../../harness/define.ts'
import type { Step } from '../../harness/types.ts'
import { annotated, jls, parentJail } from './words.ts'

const refusedAnnotations = [
  ['path', '/'],
  ['name', 'other'],
  ['jid', '7'],
  ['command', '/bin/sh'],
  ['exec.start', '/bin/sh'],
  ['exec.prestart', 'touch %{dir}/ran'],
  ['exec.created', 'touch %{dir}/ran'],
  ['mount', '/etc /mnt nullfs rw 0 0'],
  ['mount.fstab', '%{dir}/fstab'],
  ['depend', 'other'],
] as const

/** Annotations org.freebsd.jail.*. */
export const jailAnnotationCases = [
  defineCase({
    id: 'jails.allow-annotation',
    title: 'annotations allow.* take true, 1, false and 0',
    stands: 'ocijail 0.5: org.freebsd.jail.allow.*; daemonless and .NET need allow.mlock',
    mark: 'jails',
    notFor: { runj: 'reads no annotations' },
    ...annotated(
      {
        'org.freebsd.jail.allow.mlock': 'true',
        'org.freebsd.jail.allow.quotas': '1',
        'org.freebsd.jail.allow.chflags': 'false',
        'org.freebsd.jail.allow.raw_sockets': '0',
      },
      [
        jls(
          'allow.mlock allow.quotas allow.chflags allow.raw_sockets',
          'allow.mlock allow.quotas allow.nochflags allow.noraw_sockets',
        ),
      ],
    ),
  }),
  defineCase({
    id: 'jails.allow-negated',
    title: "annotations in jail(8)'s negative form take the permission away",
    stands: 'lib/libjail/jail.c, jailparam_type: a name may be "the "no" counterpart to a boolean"',
    mark: 'jails',
    notFor: { ocijail: 'has a list of names without these', runj: 'reads no annotations' },
    ...annotated(
      {
        'org.freebsd.jail.allow.noraw_sockets': 'true',
        'org.freebsd.jail.allow.nochflags': '1',
        'org.freebsd.jail.allow.nomlock': 'false',
        'org.freebsd.jail.allow.mount.notmpfs': 'true',
      },
      [
        jls(
          'allow.raw_sockets allow.chflags allow.mlock allow.mount.tmpfs',
          'allow.noraw_sockets allow.nochflags allow.mlock allow.mount.notmpfs',
        ),
      ],
    ),
  }),
  defineCase({
    id: 'jails.allow-contradicting',
    title: 'a permission that is given and taken away at once is refused',
    stands: 'JSON objects have no order: neither of the two annotations can be the one that counts',
    mark: 'jails',
    notFor: { ocijail: 'has a list of names without these', runj: 'reads no annotations' },
    config: {
      annotations: {
        'org.freebsd.jail.allow.mlock': 'true',
        'org.freebsd.jail.allow.nomlock': 'true',
      },
    },
    steps: [create({ fails: /allow\.nomlock.*allow\.mlock/ }), gone()],
  }),
  defineCase({
    id: 'jails.allow-unknown',
    title: 'an allow.* that this kernel does not know is a warning',
    stands: 'ocijail (create.cpp) warns so; allow.mount.X exists only while the file system X is loaded',
    mark: 'jails',
    notFor: { runj: 'reads no annotations' },
    config: { annotations: { 'org.freebsd.jail.allow.nosuch': 'true' } },
    steps: [create({ log: /nosuch/ }), removeForce()],
  }),
  defineCase({
    id: 'jails.parameter-unknown',
    title: 'another parameter that the kernel does not know is an error that names it',
    stands:
      'docs/config.md, Annotations: every parameter that jail(8) has and the running kernel knows is taken',
    mark: 'jailwright',
    config: { annotations: { 'org.freebsd.jail.nosuchparam': '1' } },
    steps: [create({ fails: /nosuchparam/ }), gone()],
  }),
  defineCase({
    id: 'jails.parameter-bad-type',
    title: 'a value of the wrong type is an error that names the annotation',
    stands: 'docs/config.md, Annotations: the type of a value is checked (sysctl security.jail.param)',
    mark: 'jailwright',
    config: { annotations: { 'org.freebsd.jail.securelevel': 'high' } },
    steps: [create({ fails: /securelevel/ }), gone()],
  }),
  ...refusedAnnotations.map(([name, value]) =>
    defineCase({
      id: `jails.refused-${name.replaceAll('.', '-')}`,
      title: `annotation ${name} is refused`,
      stands:
        'docs/config.md, Annotations: refused is what the runtime sets itself, and what jail(8) runs or mounts: path, name, jid, command, exec.*, mount.*, depend',
      mark: 'jailwright',
      config: { annotations: { [`org.freebsd.jail.${name}`]: value } },
      steps: [create({ fails: new RegExp(name.replaceAll('.', '\\.')) }), gone(), file('ran', 'absent')],
    }),
  ),
  defineCase({
    id: 'jails.sysv',
    title: 'annotations set the modes of System V IPC',
    stands: 'PostgreSQL needs sysvshm=new (ocijail#13)',
    mark: 'jails',
    notFor: { runj: 'reads no annotations' },
    ...annotated(
      {
        'org.freebsd.jail.sysvshm': 'new',
        'org.freebsd.jail.sysvmsg': 'inherit',
        'org.freebsd.jail.sysvsem': 'disable',
      },
      [jls('sysvshm sysvmsg sysvsem', 'sysvshm=new sysvmsg=inherit sysvsem=disable')],
    ),
  }),
  defineCase({
    id: 'jails.parameters',
    title: 'annotations set securelevel, children.max, osrelease, host.hostuuid and devfs_ruleset',
    stands:
      'docs/config.md, Annotations: every parameter that jail(8) has and the running kernel knows is taken (libioc#284)',
    mark: 'jailwright',
    ...annotated(
      {
        'org.freebsd.jail.securelevel': '1',
        'org.freebsd.jail.children.max': '3',
        'org.freebsd.jail.osrelease': '14.3-RELEASE',
        'org.freebsd.jail.enforce_statfs': '2',
        'org.freebsd.jail.devfs_ruleset': '4',
      },
      [
        jls(
          'securelevel children.max osrelease enforce_statfs devfs_ruleset',
          'securelevel=1 children.max=3 osrelease=14.3-RELEASE enforce_statfs=2 devfs_ruleset=4',
        ),
      ],
    ),
  }),
  defineCase({
    id: 'jails.exec-fib',
    title: 'exec.fib is the routing table of the first program and of a later exec',
    stands:
      'jail(8), exec.fib; usr.sbin/jail/command.c calls setfib(2) for what it starts and runs no command for it',
    mark: 'jailwright',
    config: { annotations: { 'org.freebsd.jail.exec.fib': '1' } },
    program: 'sysctl -n net.my_fibnum; echo ready; exec sleep %{nap}',
    steps: [
      tool(['sysctl', 'net.fibs=2']),
      ...startReady(),
      output('1\nready'),
      exec(['/bin/sh', '-c', 'sysctl -n net.my_fibnum'], { into: 'out2' }),
      file('out2', '1'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'jails.exec-fib-of-a-new-stack',
    title: 'exec.fib above 0 is refused with a network stack of its own, which has one routing table',
    stands:
      'vnet_rtables_init (sys/net/route/route_tables.c): a new stack has one table; setfib(2) asks its own stack',
    mark: 'jailwright',
    config: { annotations: { 'org.freebsd.jail.exec.fib': '1', 'org.freebsd.jail.vnet': 'new' } },
    steps: [
      tool(['sysctl', 'net.fibs=2']),
      create({ fails: /exec\.fib.*1: a network stack of its own has routing table 0 alone/ }),
      gone(),
    ],
  }),
  defineCase({
    id: 'jails.exec-fib-of-a-parent',
    title: "exec.fib is a routing table of the parent's network stack, however many the host has",
    stands: 'sys_setfib (sys/net/route/route_tables.c) asks the number of tables of the stack of the process',
    mark: 'jailwright',
    config: {
      annotations: { 'org.freebsd.jail.exec.fib': '300', 'org.freebsd.parentJail': 'p-%{unique}' },
    },
    program: 'sysctl -n net.my_fibnum',
    steps: [
      parentJail('children.max=5', 'vnet=new'),
      tool(['jexec', 'p-%{unique}', 'sysctl', 'net.fibs=301']),
      ...wholeLife('300'),
      tool(['jail', '-R', 'p-%{unique}']),
    ],
  }),
  defineCase({
    id: 'jails.caller-with-a-routing-table',
    title:
      'a caller with a routing table of its own makes containers with a network stack of their own, which have table 0',
    stands:
      'rtables_check_proc_fib (sys/net/route/route_tables.c): jail_attach(2) gives EINVAL to a process whose table the stack lacks',
    mark: 'jailwright',
    config: { annotations: { 'org.freebsd.jail.vnet': 'new' } },
    program: 'sysctl -n net.my_fibnum; echo ready; exec sleep %{nap}',
    steps: [
      tool(['sysctl', 'net.fibs=2']),
      underTable1('create --bundle %{bundle} %{id} >%{dir}/out'),
      start(),
      waitText(/ready/),
      output('0\nready'),
      underTable1("exec %{id} /bin/sh -c 'sysctl -n net.my_fibnum' >%{dir}/out2"),
      file('out2', '0'),
      ...finish,
    ],
  }),
]

/** Runs a command line of the runtime as setfib(1) does it with the routing table 1. */
function underTable1(words: string): Step {
  return tool(['sh', '-c', `exec setfib 1 %{runtime} --root %{state} ${words} 2>%{dir}/err </dev/null`])
}
