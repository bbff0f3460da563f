/** What a FreeBSD host shows of a container: its jail, by jls(8), and what the config and annotations make of it. */
import {
  call,
  check,
  config,
  create,
  defineCase,
  file,
  finish,
  gone,
  kill,
  lifeCycle,
  output,
  remove,
  removeForce,
  start,
  startReady,
  state,
  together,
  tool,
  wait,
} from '../../harness/define.ts'
import type { Json, Step, TextMatcher } from '../../harness/types.ts'

const sleeper = 'echo ready; exec sleep %{nap}'

/** What `jls -n` says of parameters of the container's jail. */
function jls(parameters: string, expected: TextMatcher, jail = '%{id}'): Step {
  return tool(['jls', '-j', jail, '-n', ...parameters.split(' ')], { stdout: expected })
}

/** A container with these annotations: create, look, delete. */
function annotated(
  annotations: Json,
  look: readonly Step[],
): { config: { annotations: Json }; steps: Step[] } {
  return { config: { annotations }, steps: [create(), ...look, removeForce(), gone()] }
}

/** Permissions of the jail that podman makes for a network or a pod (its children's defaults must fit). */
/** jail_set(2) counts a child until nothing refers to it any more: a dying jail, and one whose processes are zombies. */
function childrenGone(expected: string): Step {
  return check('the parent counts no child any more', async context => {
    const asked = ['-j', context.expand('p-%{unique}'), '-n', 'children.max', 'children.cur']
    await context.until(
      'the child is still counted',
      async () => (await context.tool('jls', ...asked)).stdout.trim() === expected,
    )
  })
}

const podmanParent = ['enforce_statfs=1', 'allow.raw_sockets', 'allow.chflags']

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

export const jailCases = [
  defineCase({
    id: 'jails.name',
    title: 'the jail is called as the container and is on its root',
    stands: "podman sets up the network, ps -J and rctl by the jail's name, the container id (needs A2.4)",
    mark: 'jails',
    program: sleeper,
    steps: [
      ...startReady(),
      tool(['jls', '-j', '%{id}', 'name', 'path'], { stdout: '%{id} %{root}' }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'jails.vnet-inherit-with-addresses',
    title: 'vnet, ip4 and ip6 may all be said to be inherited',
    stands:
      'config-freebsd.md, jail.vnet, ip4 and ip6: inherit; kern_jail_set refuses a word about vnet beside one about addresses',
    mark: 'jails',
    config: { freebsd: { jail: { vnet: 'inherit', ip4: 'inherit', ip6: 'inherit' } } },
    program: sleeper,
    steps: [...startReady(), jls('ip4 ip6 vnet', 'ip4=inherit ip6=inherit vnet=inherit'), ...finish],
  }),
  defineCase({
    id: 'jails.process-inside',
    title: 'the process of the pid file is in that jail',
    stands: 'runtime.md, State: pid of the container process; podman ps -J (container_top_freebsd.go)',
    mark: 'jails',
    program: sleeper,
    steps: [
      ...startReady(),
      check('ps and jls tell the same jid', async context => {
        const jid = (await context.tool('jls', '-j', context.expand('%{id}'), 'jid')).stdout.trim()
        const of = (await context.tool('ps', '-o', 'jid=', '-p', context.expand('%{pid}'))).stdout.trim()
        if (jid === '' || jid !== of) context.fail(`jls says ${jid}, ps says ${of}`)
      }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'jails.exists-at-create',
    title: 'the jail is there after create, before start',
    stands: "podman configures the jail's network between create and start (needs A2.4)",
    mark: 'jails',
    steps: [
      create(),
      jls('persist', 'persist'),
      removeForce(),
      tool(['jls', '-j', '%{id}', 'jid'], { fails: /not found/ }),
    ],
  }),
  defineCase({
    id: 'jails.defaults-without-section',
    title: "without a freebsd section the defaults are ocijail's",
    stands:
      "design, Translation: persist, enforce_statfs=1, allow.raw_sockets, allow.chflags, ip4 and ip6 inherit: podman's users rely on ping (needs B.3)",
    mark: 'jails',
    notFor: { runj: 'has its own' },
    program: sleeper,
    steps: [
      ...startReady(),
      jls('persist enforce_statfs', 'persist enforce_statfs=1'),
      jls('allow.raw_sockets allow.chflags', 'allow.raw_sockets allow.chflags'),
      jls('vnet ip4 ip6 host', 'vnet=inherit ip4=inherit ip6=inherit host=new'),
      jls('host.hostname', 'host.hostname=conformance'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'jails.defaults-of-the-specification',
    title: "with a freebsd section the specification's defaults hold",
    stands:
      'config-freebsd.md, jail: enforceStatfs "Defaults to 2", allow.rawSockets and allow.chflags "Defaults to false" (needs A3.13)',
    mark: 'jails',
    notFor: { ocijail: 'does not read the section' },
    config: { freebsd: { jail: {} } },
    program: sleeper,
    steps: [
      ...startReady(),
      jls(
        'enforce_statfs allow.raw_sockets allow.chflags',
        'enforce_statfs=2 allow.noraw_sockets allow.nochflags',
      ),
      ...finish,
    ],
  }),
  defineCase({
    id: 'jails.section',
    title: 'freebsd.jail: enforceStatfs and allow',
    stands:
      'config-freebsd.md, jail: enforceStatfs, allow.rawSockets, chflags, quotas, socketAf, mlock, mount',
    mark: 'jails',
    notFor: { ocijail: 'does not read the section' },
    config: {
      freebsd: {
        jail: {
          host: 'new',
          enforceStatfs: 1,
          allow: {
            rawSockets: true,
            chflags: true,
            quotas: true,
            socketAf: true,
            mlock: true,
            mount: ['tmpfs'],
          },
        },
      },
    },
    program: sleeper,
    steps: [
      ...startReady(),
      jls(
        'enforce_statfs allow.raw_sockets allow.chflags',
        'enforce_statfs=1 allow.raw_sockets allow.chflags',
      ),
      jls('allow.quotas allow.socket_af allow.mlock', 'allow.quotas allow.socket_af allow.mlock'),
      jls(
        // tmpfs and devfs are in every kernel: the parameter of a file system is unknown until its module is loaded.
        'allow.mount allow.mount.tmpfs allow.mount.devfs',
        'allow.mount allow.mount.tmpfs allow.mount.nodevfs',
      ),
      ...finish,
    ],
  }),
  defineCase({
    id: 'jails.section-bad-value',
    title: 'a value that the section does not have is an error that names it',
    stands:
      'config-freebsd.md, jail: vnet is "new" or "inherit" (oci-spec/test/config/bad/freebsd-vnet-disable.json)',
    mark: 'jails',
    notFor: { ocijail: 'does not read the section' },
    config: { freebsd: { jail: { vnet: 'disable' } } },
    steps: [create({ fails: /vnet/ }), gone()],
  }),
  defineCase({
    id: 'jails.statfs-too-large',
    title: 'enforceStatfs 3 is an error',
    stands: 'jail(8): enforce_statfs is 0, 1 or 2',
    mark: 'jails',
    notFor: { ocijail: 'does not read the section' },
    config: { freebsd: { jail: { enforceStatfs: 3 } } },
    steps: [create({ fails: /enforce/i }), gone()],
  }),
  defineCase({
    id: 'jails.host-inherit',
    title: "host inherit: the host's name is seen inside",
    stands: 'config-freebsd.md, jail: "host ... new or inherit"',
    mark: 'jails',
    notFor: { ocijail: 'does not read the section' },
    config: { hostname: null, freebsd: { jail: { host: 'inherit' } } },
    program: 'hostname',
    steps: [
      create(),
      start(),
      wait('stopped'),
      check('the names are the same', async context => {
        const name = (await context.tool('hostname')).stdout.trim()
        if (context.read('out').trim() !== name)
          context.fail(`${context.read('out')} inside, ${name} outside`)
      }),
      remove(),
    ],
  }),
  defineCase({
    id: 'jails.domainname',
    title: 'domainname is set',
    stands: 'config.md, Domainname: "domainname (string, OPTIONAL) specifies the container\'s domainname"',
    mark: 'jails',
    notFor: { ocijail: 'ignores it (needs A3.13)' },
    config: { domainname: 'example.org' },
    steps: [create(), jls('host.domainname', 'host.domainname=example.org'), removeForce()],
  }),
  defineCase({
    id: 'jails.vnet-annotation',
    title: 'annotation vnet=new: a network stack with lo0 alone',
    stands:
      'podman adds org.freebsd.jail.vnet=new for its own networks (container_internal_freebsd.go, needs A2.4)',
    mark: 'jails',
    config: { annotations: { 'org.freebsd.jail.vnet': 'new' } },
    program: 'ifconfig -l; echo ready; exec sleep %{nap}',
    steps: [...startReady(), output(/^lo0 *\nready/), jls('vnet', 'vnet=new'), ...finish],
  }),
  defineCase({
    id: 'jails.vnet-section',
    title: 'freebsd.jail.vnet=new',
    stands: 'config-freebsd.md, jail: "vnet ... new"',
    mark: 'jails',
    notFor: { ocijail: 'does not read the section' },
    config: { freebsd: { jail: { vnet: 'new' } } },
    steps: [create(), jls('vnet', 'vnet=new'), removeForce()],
  }),
  defineCase({
    id: 'jails.vnet-loopback-up',
    title: 'lo0 of a new network stack is up',
    stands:
      'design, Network: "lo0 is brought up"; in a vnet jail lo0 is down and without addresses (network.md 3)',
    mark: 'jails',
    notFor: { ocijail: 'leaves it down', runj: 'leaves it down' },
    config: { annotations: { 'org.freebsd.jail.vnet': 'new' } },
    program: 'ifconfig lo0',
    steps: [create(), start(), wait('stopped'), output([/UP/, /inet 127\.0\.0\.1/]), remove()],
  }),
  defineCase({
    id: 'jails.vnet-namespace-means-nothing',
    title: 'a linux network namespace alone makes no vnet',
    stands:
      'podman writes a network namespace for every Linux image; the annotation means it (podman-freebsd/README)',
    mark: 'jails',
    config: { linux: { namespaces: [{ type: 'network' }, { type: 'mount' }] } },
    steps: [create(), jls('vnet', 'vnet=inherit'), removeForce()],
  }),
  defineCase({
    id: 'jails.vnet-interface',
    title: 'an interface of the host moves in and comes back',
    stands:
      'config-freebsd.md, jail: vnetInterfaces; an interface returns late when its jail dies (network.md 2, needs A.3.14)',
    mark: 'jails',
    notFor: { ocijail: 'does not move interfaces' },
    program: 'ifconfig -l; echo ready; exec sleep %{nap}',
    steps: [
      check('an epair is made', async context => {
        const name = (await context.tool('ifconfig', 'epair', 'create')).stdout.trim()
        if (!/^epair\d+a$/.test(name)) context.fail(`ifconfig printed ${name}`)
        context.memory.set('epair', name.slice(0, -1))
      }),
      { do: 'config', patch: { freebsd: { jail: { vnet: 'new', vnetInterfaces: ['%{epair}b'] } } }, n: 1 },
      ...startReady(),
      output(/epair\d+b/),
      check('the host has it no more', async context => {
        const names = (await context.tool('ifconfig', '-l')).stdout.trim().split(/\s+/)
        if (names.includes(context.expand('%{epair}b'))) context.fail(names.join(' '))
      }),
      ...finish,
      check('it comes back', async context => {
        await context.until('the interface did not come back', async () =>
          (await context.tool('ifconfig', '-l')).stdout
            .trim()
            .split(/\s+/)
            .includes(context.expand('%{epair}b')),
        )
        await context.tool('ifconfig', context.expand('%{epair}a'), 'destroy')
      }),
    ],
  }),
  defineCase({
    id: 'jails.parent',
    title: 'parentJail: the container is a child of that jail',
    stands:
      'podman: annotation org.freebsd.parentJail (container_internal_freebsd.go); the name is parent.id (needs A2.4)',
    mark: 'jails',
    config: { annotations: { 'org.freebsd.parentJail': 'p-%{unique}' } },
    program: sleeper,
    steps: [
      tool(['jail', '-c', 'name=p-%{unique}', 'path=/', 'persist', 'children.max=5', ...podmanParent]),
      ...startReady(),
      tool(['jls', '-j', 'p-%{unique}.%{id}', 'name'], { stdout: 'p-%{unique}.%{id}' }),
      state({ id: '%{id}', status: 'running' }),
      ...finish,
      childrenGone('children.max=5 children.cur=0'),
      tool(['jail', '-R', 'p-%{unique}']),
    ],
  }),
  defineCase({
    id: 'jails.parent-children-max',
    title: 'a parent that may have no children gets room for one, and loses it again',
    stands:
      'design, Translation: "children.max raised when needed and put back"; ocijail raises it by one (needs B.3)',
    mark: 'jails',
    notFor: { ocijail: 'does not put it back', runj: 'does not raise it' },
    config: { annotations: { 'org.freebsd.parentJail': 'p-%{unique}' } },
    program: sleeper,
    steps: [
      tool(['jail', '-c', 'name=p-%{unique}', 'path=/', 'persist', ...podmanParent]),
      jls('children.max', 'children.max=0', 'p-%{unique}'),
      ...startReady(),
      jls('children.max children.cur', 'children.max=1 children.cur=1', 'p-%{unique}'),
      ...finish,
      jls('children.max', 'children.max=0', 'p-%{unique}'),
      tool(['jail', '-R', 'p-%{unique}']),
    ],
  }),
  defineCase({
    id: 'jails.parent-at-once',
    title: 'two containers made in one parent at the same time both get their room',
    stands:
      'podman: the containers of a pod are started by commands that run at the same time, in one parent jail (needs A2.4)',
    mark: 'jailwright',
    config: { annotations: { 'org.freebsd.parentJail': 'p-%{unique}' } },
    program: sleeper,
    steps: [
      tool(['jail', '-c', 'name=p-%{unique}', 'path=/', 'persist', ...podmanParent]),
      together([create()], [create({ n: 2 })]),
      jls('children.max children.cur', 'children.max=2 children.cur=2', 'p-%{unique}'),
      together([removeForce()], [removeForce({}, '%{id2}')]),
      jls('children.max', 'children.max=0', 'p-%{unique}'),
      childrenGone('children.max=0 children.cur=0'),
      tool(['jail', '-R', 'p-%{unique}']),
    ],
  }),
  defineCase({
    id: 'jails.parent-forbids',
    title: 'a parent that has fewer permissions than our defaults',
    stands:
      'jail_set(2) refuses what the parent may not grant: defaults (allow.chflags, raw_sockets) are left out then (design, Translation)',
    mark: 'jailwright',
    config: { annotations: { 'org.freebsd.parentJail': 'p-%{unique}' } },
    steps: [
      tool(['jail', '-c', 'name=p-%{unique}', 'path=/', 'persist', 'children.max=5']),
      create(),
      jls('allow.chflags allow.raw_sockets', 'allow.nochflags allow.noraw_sockets', 'p-%{unique}.%{id}'),
      removeForce(),
      tool(['jail', '-R', 'p-%{unique}']),
    ],
  }),
  defineCase({
    id: 'jails.parent-vnet',
    title: 'a container in a vnet parent shares its network stack: a pod',
    stands: 'podman pods: the network belongs to a jail of its own, containers are its children (needs A2.4)',
    mark: 'jails',
    config: { annotations: { 'org.freebsd.parentJail': 'p-%{unique}' } },
    program: 'ifconfig -l',
    steps: [
      tool([
        'jail',
        '-c',
        'name=p-%{unique}',
        'path=/',
        'persist',
        'vnet=new',
        'children.max=5',
        ...podmanParent,
      ]),
      create(),
      start(),
      wait('stopped'),
      output(/^lo0 *$/m),
      remove(),
      tool(['jail', '-R', 'p-%{unique}']),
    ],
  }),
  defineCase({
    id: 'jails.parent-missing',
    title: 'a parent that does not exist is an error that names it, and nothing is left',
    stands: 'jail_set(2): jail "x" not found; runtime.md, Errors',
    mark: 'jails',
    config: { annotations: { 'org.freebsd.parentJail': 'nosuch-%{unique}' } },
    steps: [create({ fails: /nosuch-/ }), gone()],
  }),
  defineCase({
    id: 'jails.parent-died',
    title: 'a container whose parent jail was removed is stopped and can be deleted',
    stands: 'needs A.3.12: podman rm must recover, whatever happened to the jail',
    mark: 'jails',
    config: { annotations: { 'org.freebsd.parentJail': 'p-%{unique}' } },
    program: sleeper,
    steps: [
      tool(['jail', '-c', 'name=p-%{unique}', 'path=/', 'persist', 'children.max=5', ...podmanParent]),
      ...startReady(),
      tool(['jail', '-R', 'p-%{unique}']),
      wait('stopped'),
      remove(),
      gone(),
    ],
  }),
  defineCase({
    id: 'jails.removed-from-outside',
    title: 'a container whose jail an administrator removed is stopped and can be deleted',
    stands: 'jail(8) -R by an administrator; needs A.3.12',
    mark: 'jails',
    program: sleeper,
    steps: [...startReady(), tool(['jail', '-R', '%{id}']), wait('stopped'), remove(), gone()],
  }),
  defineCase({
    id: 'jails.allow-annotation',
    title: 'annotations allow.* as true, 1, false, 0',
    stands: 'ocijail 0.5: org.freebsd.jail.allow.*; daemonless and .NET need allow.mlock (needs A.2.9)',
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
    stands:
      "ocijail's behaviour (design, Translation); allow.mount.X exists only while X is loaded (needs A.2.11)",
    mark: 'jails',
    notFor: { runj: 'reads no annotations' },
    config: { annotations: { 'org.freebsd.jail.allow.nosuch': 'true' } },
    steps: [create({ log: /nosuch/ }), removeForce()],
  }),
  defineCase({
    id: 'jails.parameter-unknown',
    title: 'another parameter that the kernel does not know is an error that names it',
    stands:
      'design, Translation: every parameter that jail(8) has and the running kernel knows, with its type checked',
    mark: 'jailwright',
    config: { annotations: { 'org.freebsd.jail.nosuchparam': '1' } },
    steps: [create({ fails: /nosuchparam/ }), gone()],
  }),
  defineCase({
    id: 'jails.parameter-bad-type',
    title: 'a value of the wrong type is an error that names the annotation',
    stands: 'design, Translation: annotations are typed and checked',
    mark: 'jailwright',
    config: { annotations: { 'org.freebsd.jail.securelevel': 'high' } },
    steps: [create({ fails: /securelevel/ }), gone()],
  }),
  ...refusedAnnotations.map(([name, value]) =>
    defineCase({
      id: `jails.refused-${name.replaceAll('.', '-')}`,
      title: `annotation ${name} is refused`,
      stands:
        'design, Translation: "Refused always: path, name, jid, command, exec.*, mount*, depend, anything that runs or mounts something on the host"',
      mark: 'jailwright',
      config: { annotations: { [`org.freebsd.jail.${name}`]: value } },
      steps: [create({ fails: new RegExp(name.replaceAll('.', '\\.')) }), gone(), file('ran', 'absent')],
    }),
  ),
  defineCase({
    id: 'jails.sysv',
    title: 'System V IPC modes',
    stands: 'PostgreSQL needs sysvshm=new (ocijail#13, needs A.2.10); bundle annotations.json',
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
    id: 'jails.annotation-over-section',
    title: "an annotation overrides the section's value",
    stands: 'design, Translation: "An annotation overrides the section\'s value; the plan says so"',
    mark: 'jailwright',
    config: {
      freebsd: { jail: { enforceStatfs: 1, allow: { mlock: false } } },
      annotations: { 'org.freebsd.jail.allow.mlock': 'true' },
    },
    steps: [create(), jls('enforce_statfs allow.mlock', 'enforce_statfs=1 allow.mlock'), removeForce()],
  }),
  defineCase({
    id: 'jails.parameters',
    title: 'securelevel, children.max, osrelease, host.hostuuid, devfs_ruleset',
    stands:
      'design, Translation: annotations for every parameter that jail(8) has and the running kernel knows (libioc#284, needs A.2.11)',
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
    id: 'jails.vnet-inherit',
    title: 'vnet=inherit beside ip4=inherit, which the kernel refuses together',
    stands:
      'kern_jail.c: "vnet jails cannot have IP address restrictions" for any value of vnet beside any of ip4 or ip6; both say the default here',
    mark: 'jailwright',
    ...annotated({ 'org.freebsd.jail.vnet': 'inherit' }, [jls('vnet ip4', 'vnet=inherit ip4=inherit')]),
  }),
  defineCase({
    id: 'jails.vnet-restricted',
    title: 'vnet=new with ip4=disable is an error that names the property',
    stands: 'kern_jail.c: "vnet jails cannot have IP address restrictions"',
    mark: 'jailwright',
    config: { freebsd: { jail: { vnet: 'new', ip4: 'disable' } } },
    steps: [create({ fails: /freebsd\.jail\.ip4/ }), gone()],
  }),
  defineCase({
    id: 'jails.devfs-inside',
    title: 'a jail that may mount devfs has a ruleset for it',
    stands:
      'devfs_vfsops.c: a devfs mounted in a jail whose devfs_ruleset is 0 shows every device (needs A.1.7: fail closed)',
    mark: 'jailwright',
    config: { freebsd: { jail: { enforceStatfs: 1, allow: { mount: ['devfs'] } } } },
    steps: [
      create(),
      jls('allow.mount.devfs devfs_ruleset', 'allow.mount.devfs devfs_ruleset=4'),
      removeForce(),
    ],
  }),
  defineCase({
    id: 'jails.ip4-addr',
    title: 'ip4.addr: the jail has that address only',
    stands: 'cbsd#840, #844: classic jails with own addresses (needs A.7.26)',
    mark: 'jails',
    notFor: { runj: 'reads no annotations' },
    ...annotated({ 'org.freebsd.jail.ip4.addr': '127.0.0.1' }, [jls('ip4.addr', 'ip4.addr=127.0.0.1')]),
  }),
  defineCase({
    id: 'jails.ip4-addr-shared',
    title: 'two jails that have one address each may share it',
    stands:
      'kern_jail.c, prison_ip_conflict_check: "We permit them if there is no more than one IP on each jail" (jail.md 2)',
    mark: 'jails',
    notFor: { runj: 'reads no annotations' },
    config: { annotations: { 'org.freebsd.jail.ip4.addr': '127.9.9.1' } },
    steps: [
      create(),
      create({ n: 2 }),
      jls('ip4.addr', 'ip4.addr=127.9.9.1'),
      jls('ip4.addr', 'ip4.addr=127.9.9.1', '%{id2}'),
      removeForce(),
      removeForce({}, '%{id2}'),
    ],
  }),
  defineCase({
    id: 'jails.ip4-addr-clash',
    title: 'an address that another jail has is named, with the property and the jail, and nothing is left',
    stands: 'needs A.7.26: unhelpful "IPv4 addresses clash" (cbsd#845); kern_jail.c: EADDRINUSE',
    mark: 'jailwright',
    config: { annotations: { 'org.freebsd.jail.ip4.addr': '127.9.9.2,127.9.9.1' } },
    steps: [
      create(),
      config({ annotations: { 'org.freebsd.jail.ip4.addr': '127.9.9.3,127.9.9.1' } }, 2),
      create({
        n: 2,
        fails:
          /annotations\["org\.freebsd\.jail\.ip4\.addr"\]: 127\.9\.9\.1 is an address of jail "[^"]+" already: .*IPv4 addresses clash/,
      }),
      gone('%{id2}'),
      config({ annotations: null, freebsd: { jail: { ip4: 'new', ip4Addr: ['127.9.9.1'] } } }, 2),
      create({ n: 2, fails: /freebsd\.jail\.ip4Addr\[0\]: 127\.9\.9\.1 is an address of jail/ }),
      gone('%{id2}'),
      removeForce(),
      create({ n: 2 }),
      removeForce({}, '%{id2}'),
      gone('%{id2}'),
    ],
  }),
  defineCase({
    id: 'jails.interface-alias',
    title: 'interface and ip4Addr: the alias is added and taken away',
    stands:
      'config-freebsd.md, jail: interface, ip4Addr; jail -r leaves the addresses (measured.md): the runtime removes them',
    mark: 'jails',
    notFor: { ocijail: 'does not read the section', runj: 'has no interface' },
    config: { freebsd: { jail: { interface: 'lo0', ip4: 'new', ip4Addr: ['127.7.7.7/32'] } } },
    program: sleeper,
    steps: [
      ...startReady(),
      tool(['ifconfig', 'lo0'], { stdout: /inet 127\.7\.7\.7/ }),
      jls('ip4.addr', 'ip4.addr=127.7.7.7'),
      ...finish,
      tool(['ifconfig', 'lo0'], { stdout: { not: /127\.7\.7\.7/ } }),
    ],
  }),
  ...(
    [
      ['dots', 'web.1-%{unique}'],
      ['plus', 'a+b_%{unique}'],
    ] as const
  ).map(([name, containerId]) =>
    defineCase({
      id: `jails.id-with-${name}`,
      title: `an id with ${name}`,
      stands: "a dot in a jail's name means a child jail (jail.md 3, needs A3.3); runc takes such ids",
      mark: 'jails',
      notFor: { ocijail: 'passes it through', runj: 'passes it through' },
      containerId,
      program: sleeper,
      steps: [
        ...startReady(),
        state({ id: '%{id}', status: 'running' }),
        check('there is a jail for it', async context => {
          const { stdout } = await context.tool('jls', 'name')
          if (!stdout.includes(context.expand('%{unique}'))) context.fail(`jails: ${stdout}`)
        }),
        ...finish,
      ],
    }),
  ),
  defineCase({
    id: 'jails.numeric-id',
    title: 'an id of digits alone',
    stands: "a jail's name may not be a number unless it is the jid (jail.md 3, needs A3.3)",
    mark: 'jails',
    notFor: { ocijail: 'collides with jids', runj: 'collides with jids' },
    containerId: '%{nap}',
    program: sleeper,
    steps: [...startReady(), state({ id: '%{id}', status: 'running' }), ...finish],
  }),
  defineCase({
    id: 'jails.id-of-64',
    title: "an id of 64 hex digits, as podman's are",
    stands: "podman's container ids; jail names may have 255 characters, interface names 15",
    mark: 'jails',
    containerId: '0123456789abcdef0123456789abcdef0123456789abcdef-%{unique}',
    config: { annotations: { 'org.freebsd.jail.vnet': 'new' } },
    program: sleeper,
    steps: [...startReady(), tool(['jls', '-j', '%{id}', 'name'], { stdout: '%{id}' }), ...finish],
  }),
  defineCase({
    id: 'jails.name-taken',
    title: 'a jail of that name that is not ours is left alone',
    stands: 'design, The journal: only what we made is undone; jail_set(2): already exists',
    mark: 'jails',
    steps: [
      tool(['jail', '-c', 'name=%{id}', 'path=/', 'persist']),
      create({ fails: /exist/ }),
      removeForce({ either: true }),
      jls('path', 'path=/'),
      tool(['jail', '-R', '%{id}']),
    ],
  }),
  defineCase({
    id: 'jails.statfs-inside',
    title: "inside, mount -v shows the container's own mounts with paths of its own",
    stands: "enforce_statfs=1: mounts below the jail's path, the prefix stripped (jail.md 9)",
    mark: 'jails',
    config: { mounts: [{ destination: '/t', type: 'tmpfs', source: 'tmpfs' }] },
    program: 'mount -v',
    steps: [create(), start(), wait('stopped'), output([/ on \/t \(tmpfs/, { not: /\/b1\/root/ }]), remove()],
  }),
  defineCase({
    id: 'jails.mounts-ignored',
    title: 'mounts of a container show in mount -v only',
    stands:
      'design, Two hosts: MNT_IGNORE, so that `df` and `mount` on the host stay readable as they do with ocijail',
    mark: 'jails',
    notFor: { runj: 'mounts by mount(8)' },
    program: sleeper,
    steps: [
      ...startReady(),
      check('mount has no line of ours, mount -v has', async context => {
        const root = context.expand('%{root}')
        if ((await context.tool('mount')).stdout.includes(root)) context.fail('mount shows them')
        if (!(await context.tool('mount', '-v')).stdout.includes(`${root}/dev`))
          context.fail('mount -v does not show /dev')
      }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'jails.readonly-root',
    title: 'a read-only root is an alias; the root itself is not mounted over',
    stands:
      'design, Mounts: "A read-only root is a read-only nullfs of the root below the state directory"; needs A3.16: its unmount is checked',
    mark: 'jails',
    notFor: { runj: 'not done' },
    config: { root: { readonly: true } },
    program: sleeper,
    steps: [
      ...startReady(),
      check("the jail's path is another one", async context => {
        const path = (await context.tool('jls', '-j', context.expand('%{id}'), 'path')).stdout.trim()
        if (path === context.expand('%{root}')) context.fail(path)
      }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'jails.example-of-the-specification',
    title: 'ociVersion 1.3.0 with a whole freebsd section is a container',
    stands: 'config-freebsd.md: the example of the specification (with a device that every host has)',
    mark: 'jails',
    notFor: { ocijail: 'refuses 1.3.0' },
    config: {
      ociVersion: '1.3.0',
      freebsd: {
        devices: [{ path: 'zero', mode: 448 }],
        jail: {
          host: 'new',
          vnet: 'new',
          enforceStatfs: 1,
          allow: { rawSockets: true, chflags: true, mount: ['tmpfs'] },
        },
      },
    },
    program: 'echo up',
    steps: lifeCycle('up'),
  }),
  defineCase({
    id: 'jails.stop-is-fast',
    title: 'delete --force of a program that ignores TERM takes less than 3 seconds',
    stands: 'jail(8) waits up to ten seconds (jail.md 5): a jail ends with jail_remove(2) (design)',
    mark: 'jails',
    program: 'trap "" TERM HUP INT; echo ready; while :; do sleep 0.1; done',
    steps: [
      ...startReady(),
      check('the clock', context => void context.memory.set('began', String(Date.now()))),
      removeForce({ timeout: 3000 }),
      check('it took less than the ten seconds of jail(8), also on a slow machine', context => {
        const took = Date.now() - Number(context.memory.get('began'))
        if (took > 9500) context.fail(`${took} ms`)
      }),
      gone(),
    ],
  }),
  defineCase({
    id: 'jails.called-as-ocijail',
    title: 'called by the name ocijail it behaves the same',
    stands: 'issue 4, point 5: podman knows a runtime by its name (needs A2.2)',
    mark: 'jailwright',
    program: 'echo as ocijail',
    steps: [
      create({ calledAs: 'ocijail' }),
      start({ calledAs: 'ocijail' }),
      wait('stopped'),
      output('as ocijail'),
      kill('TERM', { calledAs: 'ocijail', fails: true }),
      remove({ calledAs: 'ocijail' }),
      call(['--version'], { globals: [], calledAs: 'ocijail', stdout: /^\S+/ }),
    ],
  }),
]
