/** Interfaces that are right one by one and wrong together: create says so before it makes anything. */
import { check, config, create, defineCase, finish, gone, output, startReady } from '../../harness/define.ts'
import type { Step } from '../../harness/types.ts'

/** Makes a bridge with one member, whose MTU of 1500 the bridge takes; %{switch} and %{pair} hold the two names. */
const bridgeWithMember: Step = check('a bridge with a member is made', async context => {
  const name = `cm${context.expand('%{unique}')}`.slice(0, 15)
  const made = await context.tool('ifconfig', 'bridge', 'create', 'name', name)
  if (made.status !== 0) context.fail(made.stderr)
  const member = (await context.tool('ifconfig', 'epair', 'create')).stdout.trim()
  const added = await context.tool('ifconfig', name, 'addm', member, 'up')
  if (added.status !== 0) context.fail(added.stderr)
  context.memory.set('switch', name)
  context.memory.set('pair', member)
})

const drop: Step = check('bridge and member go', async context => {
  for (const name of ['%{switch}', '%{pair}']) await context.tool('ifconfig', context.expand(name), 'destroy')
})

/** A config with interfaces of the container, given by number and key; the bridge need not exist. */
function interfaces(keys: Readonly<Record<string, string>>): { annotations: Record<string, string> } {
  return {
    annotations: Object.fromEntries(
      Object.entries(keys).map(([key, value]) => [`org.jailwright.net.${key}`, value]),
    ),
  }
}

const lan = { '0.bridge': 'nosuch77', '0.address': '10.77.0.1/24' }

/** Interfaces that are right one by one and wrong together: create says so before it makes anything. */
export const networkTogetherCases = [
  defineCase({
    id: 'network.mtu-of-the-bridge',
    title: 'an MTU above that of the bridge is a warning that names the annotation',
    stands:
      'bridge(4), if_bridge.c bridge_ioctl_add: a member gets the MTU of the bridge, so that larger packets are lost',
    mark: 'jailwright',
    program: 'ifconfig vnet0; echo ready; exec sleep %{nap}',
    steps: [
      bridgeWithMember,
      config(interfaces({ '0.bridge': '%{switch}', '0.mtu': '9000' })),
      create({ log: /warning.*org\.jailwright\.net\.0\.mtu.*1500/ }),
      ...startReady().slice(1),
      output(/^vnet0:.* mtu 9000/m),
      ...finish,
      drop,
    ],
  }),
  defineCase({
    id: 'network.gateway-of-no-interface',
    title: 'a gateway that no interface leads to is an error that names it, and nothing is left',
    stands: 'route(8): Network is unreachable; runtime.md, Errors',
    mark: 'jailwright',
    config: interfaces({ ...lan, '0.gateway': 'fd00:99::1' }),
    steps: [create({ fails: /org\.jailwright\.net\.0\.gateway.*fd00:99::1/ }), gone()],
  }),
  defineCase({
    id: 'network.gateway-over-another',
    title: 'a gateway may be in the network of another interface of the container',
    stands:
      'route(8) asks for a route to the gateway over any interface, so routes come after all interfaces are up',
    mark: 'jailwright',
    program: 'route -n get default; echo ready; exec sleep %{nap}',
    steps: [
      bridgeWithMember,
      config(
        interfaces({
          '0.bridge': '%{switch}',
          '0.address': '10.77.0.1/24',
          '0.gateway': '10.78.0.254',
          '1.bridge': '%{switch}',
          '1.address': '10.78.0.1/24',
        }),
      ),
      ...startReady(),
      output([/gateway: 10\.78\.0\.254/, /interface: vnet1/]),
      ...finish,
      drop,
    ],
  }),
  defineCase({
    id: 'network.two-default-routes',
    title: 'a second default route of one family is an error that names it',
    stands: 'route(8): route already in table; runtime.md, Errors',
    mark: 'jailwright',
    config: interfaces({
      ...lan,
      '0.gateway': '10.77.0.254',
      '1.bridge': 'nosuch77',
      '1.address': '10.78.0.1/24',
      '1.gateway': '10.78.0.254',
    }),
    steps: [create({ fails: /org\.jailwright\.net\.1\.gateway.*10\.78\.0\.254/ }), gone()],
  }),
  defineCase({
    id: 'network.one-name-twice',
    title: 'an interface that is moved in may not have the name of another one inside',
    stands: 'the kernel checks no names when interfaces meet in a stack (sys/net/if.c, if_vmove)',
    mark: 'jailwright',
    config: {
      ...interfaces({ ...lan, '0.name': 'em77' }),
      freebsd: { jail: { vnet: 'new', vnetInterfaces: ['em77'] } },
    },
    steps: [create({ fails: /vnetInterfaces\[0\].*em77.*net\.0\.name/ }), gone()],
  }),
]
