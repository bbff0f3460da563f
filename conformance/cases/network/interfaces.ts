/** Epairs on a bridge, by annotation (design, "Network"; issue 3, point 6 and the recipe of three jails). */
import {
  call,
  check,
  config,
  create,
  defineCase,
  exec,
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
import type { Step } from '../../harness/types.ts'
import { dropBridge, makeBridge, members, noMembers } from './words.ts'

const sleeper = 'echo ready; exec sleep %{nap}'

/** The container is one of those on the bridge, with address .n. */
function onBridge(n: number, more: Record<string, string> = {}): Step {
  return config(
    {
      annotations: {
        'org.freebsd.jail.vnet': 'new',
        'org.jailwright.net.0.bridge': '%{switch}',
        'org.jailwright.net.0.address': `10.77.0.${n}/24`,
        ...more,
      },
    },
    n,
  )
}

/** Epairs on a bridge, by annotation. */
export const interfaceCases = [
  defineCase({
    id: 'network.epair',
    title: 'an epair: one end on the bridge, the other inside with its address, all gone at delete',
    stands:
      'design, Network: "epair made, both ends named from the container, host end added to the bridge, jail end moved in, renamed, addressed, routed; all undone at delete"',
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
      'issue 3, recipe: three vnet jails on one bridge (10.0.0.0/24 and an IPv6 prefix) that reach each other',
    mark: 'jailwright',
    timeout: 40_000,
    program: sleeper,
    steps: [
      makeBridge,
      ...[1, 2, 3].flatMap(n => [
        onBridge(n, { 'org.jailwright.net.0.address': `10.77.0.${n}/24,fd00:77::${n}/64` }),
        create({ n }),
        start({}, `%{id${n}}`),
        waitText(/ready/, n === 1 ? 'out' : `out${n}`),
      ]),
      ...['10.77.0.2', '10.77.0.3', '10.77.0.254'].map(address =>
        exec(['/bin/ping', '-c', '1', '-t', '5', address], { into: `ping-${address}`, timeout: 8000 }),
      ),
      check('IPv6 (addresses take a moment)', async context => {
        const words = ['/bin/ping', '-6', '-c', '1', '-t', '5', 'fd00:77::3']
        await context.until(
          'no answer over IPv6',
          async () => (await context.runtime('exec', context.expand('%{id}'), ...words)).status === 0,
          10_000,
        )
      }),
      call(['delete', '--force', '%{id}']),
      call(['delete', '--force', '%{id2}']),
      call(['delete', '--force', '%{id3}']),
      noMembers,
      dropBridge,
    ],
  }),
  defineCase({
    id: 'network.name-mtu-mac-gateway',
    title: 'name inside, MTU, MAC and default route',
    stands: 'design, Network: .name, .mtu, .mac, .gateway; MACs of epairs collide (traps.md 45)',
    mark: 'jailwright',
    program: 'ifconfig eth0; route -n get default; echo ready; exec sleep %{nap}',
    steps: [
      makeBridge,
      onBridge(1, {
        'org.jailwright.net.0.name': 'eth0',
        'org.jailwright.net.0.mtu': '1400',
        'org.jailwright.net.0.mac': '02:00:00:aa:bb:cc',
        'org.jailwright.net.0.gateway': '10.77.0.254',
      }),
      ...startReady(),
      output([/^eth0:.* mtu 1400/m, /ether 02:00:00:aa:bb:cc/, /gateway: 10\.77\.0\.254/]),
      ...finish,
      noMembers,
      dropBridge,
    ],
  }),
  defineCase({
    id: 'network.vlan',
    title: 'net.0.vlan makes the host end an untagged member of that VLAN of the bridge',
    stands:
      'docs/config.md, org.jailwright.net.<n>.vlan; ifconfig(8), addm IF untagged VLAN (15.0 and later)',
    mark: 'jailwright',
    program: sleeper,
    steps: [
      makeBridge,
      check('the bridge looks at VLANs', async context => {
        const answer = await context.tool('ifconfig', context.expand('%{switch}'), 'vlanfilter')
        if (answer.status !== 0) context.fail(answer.stderr)
      }),
      onBridge(1, { 'org.jailwright.net.0.vlan': '7' }),
      ...startReady(),
      check('the member has the VLAN', async context => {
        const { stdout } = await context.tool('ifconfig', context.expand('%{switch}'))
        if (!/member: \S+ .*\n.* untagged 7\n/.test(stdout)) context.fail(stdout)
      }),
      ...finish,
      noMembers,
      dropBridge,
    ],
  }),
  defineCase({
    id: 'network.macs-differ',
    title: 'the MACs of two containers differ',
    stands: 'traps.md 45: generated MACs have 16 variable bits; design: "a MAC that does not collide"',
    mark: 'jailwright',
    program: 'ifconfig vnet0; echo ready; exec sleep %{nap}',
    steps: [
      makeBridge,
      onBridge(1),
      onBridge(2),
      create(),
      create({ n: 2 }),
      start(),
      start({}, '%{id2}'),
      waitText(/ready/),
      waitText(/ready/, 'out2'),
      check('locally administered, unicast, different', context => {
        const mac = (name: string) => /ether (\S+)/.exec(context.read(name))?.[1] ?? ''
        const [one, two] = [mac('out'), mac('out2')]
        if (one === two || one === '' || two === '') context.fail(`MACs ${one} and ${two}`)
        for (const each of [one, two]) {
          if ((Number.parseInt(each.slice(0, 2), 16) & 1) !== 0)
            context.fail(`${each} is a multicast address`)
        }
      }),
      call(['delete', '--force', '%{id}', '%{id2}']),
      dropBridge,
    ],
  }),
  defineCase({
    id: 'network.two-interfaces',
    title: 'two epairs on two bridges',
    stands: 'design, Network: org.jailwright.net.<n>',
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
    title: 'the jail was removed first: delete still takes the epair away',
    stands: 'issue 3, point 6: "undone when the jail died first"; interfaces return late (traps.md 33)',
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
    title: 'root in the container destroyed its end: delete is no error',
    stands: 'traps.md 34: a jailed root can destroy its end of an epair, taking the host end with it',
    mark: 'jailwright',
    program: 'ifconfig vnet0 destroy; echo ready; exec sleep %{nap}',
    steps: [makeBridge, onBridge(1), ...startReady(), ...finish, noMembers, dropBridge],
  }),
  defineCase({
    id: 'network.no-such-bridge',
    title: 'a bridge that does not exist is an error that names it, and nothing is left',
    stands: 'BRDGADD to a missing bridge (network.md 4); runtime.md, Errors',
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
    stands: 'ifconfig(8) of 15.x refuses an address without a mask (network.md 3)',
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
    stands: "podman's netavark moves an epair into the jail and addresses it (needs A2.4)",
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
