/** Epairs on a bridge, asked for by annotations (docs/config.md, "Annotations"; docs/recipes/three-jails-one-bridge). */
import {
  call,
  check,
  create,
  defineCase,
  finish,
  gone,
  output,
  remove,
  start,
  startReady,
  tool,
  wait,
  waitText,
} from '../../harness/define.ts'
import { sleeper } from '../jails/words.ts'
import { dropBridge, makeBridge, members, noMembers, onBridge } from './words.ts'

/** Epairs on a bridge, asked for by annotations. */
export const interfaceCases = [
  defineCase({
    id: 'network.epair',
    title: 'an epair has one end on the bridge, the other inside with its address, and is gone after delete',
    stands:
      "docs/config.md, org.jailwright.net: the epair is made, both ends are named from the container, the host's end joins the bridge, the other end is moved in, renamed, addressed and routed; delete undoes all of it",
    mark: 'jailwright',
    program: 'ifconfig vnet0; ifconfig -l; echo ready; exec sleep %{nap}',
    steps: [
      makeBridge,
      onBridge(1),
      ...startReady(),
      output([/inet 10\.77\.0\.1 netmask 0xffffff00/, /UP/, /^lo0 vnet0 *$|^vnet0 lo0 *$/m]),
      check('one member with a name of at most 15 characters and a description', async context => {
        const found = await members(context)
        if (found.length !== 1) context.fail(`members: ${found.join()}`)
        if ((found[0] ?? '').length > 15) context.fail(`name too long: ${found[0]}`)
      }),
      ...finish,
      noMembers,
      dropBridge,
    ],
  }),
  defineCase({
    id: 'network.three-on-a-bridge',
    title: 'three containers on one bridge reach each other, by IPv4 and IPv6',
    stands:
      'docs/recipes/three-jails-one-bridge: three vnet jails on one bridge (10.0.0.0/24 and an IPv6 prefix) reach each other',
    mark: 'jailwright',
    program: sleeper,
    steps: [
      makeBridge,
      ...[1, 2, 3].flatMap(n => [
        onBridge(n, { 'org.jailwright.net.0.address': `10.77.0.${n}/24,fd00:77::${n}/64` }),
        create({ n }),
        start({}, `%{id${n}}`),
        waitText(/ready/, n === 1 ? 'out' : `out${n}`),
      ]),
      // A packet may be lost on a busy host, and an address of IPv6 takes a moment.
      ...['10.77.0.2', '10.77.0.3', '10.77.0.254', 'fd00:77::3'].map(address =>
        check(`${address} answers`, async context => {
          const words = ['/bin/ping', address.includes(':') ? '-6' : '-4', '-c', '1', '-t', '5', address]
          await context.until(
            `no answer from ${address}`,
            async () => (await context.runtime('exec', context.expand('%{id}'), ...words)).status === 0,
          )
        }),
      ),
      call(['delete', '--force', '%{id}']),
      call(['delete', '--force', '%{id2}']),
      call(['delete', '--force', '%{id3}']),
      noMembers,
      dropBridge,
    ],
  }),
  defineCase({
    id: 'network.two-interfaces',
    title: 'a container may have two epairs on two bridges',
    stands: 'docs/config.md, Annotations: org.jailwright.net.<n> describes interface n',
    mark: 'jailwright',
    program: 'ifconfig -l; echo ready; exec sleep %{nap}',
    steps: [
      makeBridge,
      onBridge(1, {
        'org.jailwright.net.1.bridge': '%{switch}',
        'org.jailwright.net.1.address': '10.78.0.1/24',
      }),
      ...startReady(),
      output([/\bvnet0\b/, /\bvnet1\b/]),
      ...finish,
      noMembers,
      dropBridge,
    ],
  }),
  defineCase({
    id: 'network.jail-died-first',
    title: 'delete takes the epair away also when the jail was removed first',
    stands:
      'an interface returns late when its jail dies (sys/net/if.c, vnet_if_return), and its epair is taken away then too',
    mark: 'jailwright',
    program: sleeper,
    steps: [
      makeBridge,
      onBridge(1),
      ...startReady(),
      tool(['jail', '-R', '%{id}']),
      wait('stopped'),
      remove(),
      gone(),
      noMembers,
      dropBridge,
    ],
  }),
  defineCase({
    id: 'network.destroyed-inside',
    title: 'delete is no error when root in the container destroyed its end of the epair',
    stands:
      "root of a vnet jail may destroy its end of an epair, and the host's end goes with it (sys/net/if_clone.c, if_clone_destroy)",
    mark: 'jailwright',
    program: 'ifconfig vnet0 destroy; echo ready; exec sleep %{nap}',
    steps: [makeBridge, onBridge(1), ...startReady(), ...finish, noMembers, dropBridge],
  }),
  defineCase({
    id: 'network.no-such-bridge',
    title: 'a bridge that does not exist is an error that names it, and nothing is left',
    stands: 'ifconfig(8): addm to a bridge that does not exist fails; runtime.md, Errors',
    mark: 'jailwright',
    config: {
      annotations: {
        'org.freebsd.jail.vnet': 'new',
        'org.jailwright.net.0.bridge': 'nosuch77',
        'org.jailwright.net.0.address': '10.77.0.1/24',
      },
    },
    steps: [create({ fails: /nosuch77/ }), gone()],
  }),
  defineCase({
    id: 'network.bad-address',
    title: 'an address without a prefix is an error that names the annotation',
    stands: 'ifconfig(8) of 15.x refuses an address without a mask (sbin/ifconfig/af_inet.c)',
    mark: 'jailwright',
    config: {
      annotations: {
        'org.freebsd.jail.vnet': 'new',
        'org.jailwright.net.0.bridge': 'bridge0',
        'org.jailwright.net.0.address': '10.77.0.300/24',
      },
    },
    steps: [create({ fails: /org\.jailwright\.net\.0\.address/ }), gone()],
  }),
  defineCase({
    id: 'network.configured-by-the-caller',
    title: "the caller configures a new stack between create and start, by the jail's name",
    stands: "podman's netavark moves an epair into the jail and addresses it",
    mark: 'jails',
    config: { annotations: { 'org.freebsd.jail.vnet': 'new' } },
    program: 'ifconfig -l; ifconfig; echo ready; exec sleep %{nap}',
    steps: [
      check('an epair is made', async context => {
        const name = (await context.tool('ifconfig', 'epair', 'create')).stdout.trim()
        if (!/^epair\d+a$/.test(name)) context.fail(`ifconfig printed ${name}`)
        context.memory.set('pair', name.slice(0, -1))
      }),
      create(),
      tool(['ifconfig', '%{pair}b', 'vnet', '%{id}']),
      tool(['jexec', '%{id}', 'ifconfig', '%{pair}b', 'inet', '10.79.0.1/24', 'up']),
      start(),
      waitText(/ready/),
      output([/epair\d+b/, /inet 10\.79\.0\.1/]),
      ...finish,
      check("the epair is the caller's to destroy", async context => {
        await context.until('the epair did not come back', async () =>
          (await context.tool('ifconfig', '-l')).stdout.split(/\s+/).includes(context.expand('%{pair}b')),
        )
        await context.tool('ifconfig', context.expand('%{pair}a'), 'destroy')
      }),
    ],
  }),
]
