/** Addresses and routes as providers of servers assign them, and IPv6 addresses that can be used at once. */
import { check, config, defineCase, failsToStart, finish, output, startReady } from '../../harness/define.ts'
import type { Step } from '../../harness/types.ts'
import { dropBridge, makeBridge, noMembers } from './words.ts'

/** Gives the container an interface on the bridge of the case, with further properties. */
function onBridge(properties: Record<string, string>): Step {
  const annotations = Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [`org.jailwright.net.${key}`, value]),
  )
  return config({ annotations: { 'org.jailwright.net.0.bridge': '%{switch}', ...annotations } })
}

const LOOK = 'ifconfig vnet0; echo ready; exec sleep %{nap}'

/** Cases about IPv6. */
export const ipv6Cases = [
  defineCase({
    id: 'network.no-tentative-address',
    title: 'an address of IPv6 is not tentative when the program starts',
    stands:
      'docs/config.md, org.jailwright.net.<n>.dad; inet6(4): bind(2) to a tentative address is EADDRNOTAVAIL',
    mark: 'jailwright',
    program: LOOK,
    steps: [
      makeBridge,
      onBridge({ '0.address': 'fd00:77::1/64' }),
      ...startReady(),
      output([/inet6 fd00:77::1 prefixlen 64/, /nd6 options=.*NO_DAD/, { not: /tentative/ }]),
      ...finish,
      noMembers,
      dropBridge,
    ],
  }),
  defineCase({
    id: 'network.dad-waited-for',
    title:
      'with dad=wait addresses are looked for on the link first, and are not tentative when the program starts',
    stands: 'docs/config.md, org.jailwright.net.<n>.dad; inet6(4), ifconfig(8) no_dad',
    mark: 'jailwright',
    program: LOOK,
    steps: [
      makeBridge,
      onBridge({ '0.address': 'fd00:77::1/64', '0.dad': 'wait' }),
      ...startReady(),
      output([/inet6 fd00:77::1 prefixlen 64/, { not: /NO_DAD/ }, { not: /tentative/ }]),
      ...finish,
      noMembers,
      dropBridge,
    ],
  }),
  defineCase({
    id: 'network.slaac',
    title: 'with address=slaac the interface accepts what routers advertise, beside addresses of the config',
    stands: 'docs/config.md, org.jailwright.net.<n>.address; ifconfig(8), accept_rtadv and ifdisabled',
    mark: 'jailwright',
    program: LOOK,
    steps: [
      makeBridge,
      onBridge({ '0.address': 'slaac,10.77.0.8/24' }),
      ...startReady(),
      output([/nd6 options=.*ACCEPT_RTADV/, { not: /IFDISABLED/ }, /inet6 fe80:/, /inet 10\.77\.0\.8/]),
      ...finish,
      noMembers,
      dropBridge,
    ],
  }),
  defineCase({
    id: 'network.slaac-and-gateway',
    title: 'address=slaac with a gateway of IPv6 is refused, since the router on the link says which it is',
    stands: 'docs/config.md, org.jailwright.net.<n>.gateway',
    mark: 'jailwright',
    config: {
      annotations: {
        'org.jailwright.net.0.bridge': 'bridge0',
        'org.jailwright.net.0.address': 'slaac',
        'org.jailwright.net.0.gateway': 'fe80::1',
      },
    },
    steps: failsToStart(/net\.0\.gateway.*with address=slaac/),
  }),
  defineCase({
    id: 'network.host-route',
    title: 'a default route over a router that is in no network of the interface has a host route to it',
    stands: 'docs/config.md, org.jailwright.net.<n>.gateway; route(8), -iface',
    mark: 'jailwright',
    program: 'route -n get default; route -n get 198.51.100.1; echo ready; exec sleep %{nap}',
    steps: [
      makeBridge,
      onBridge({ '0.address': '203.0.113.7/32', '0.gateway': '198.51.100.1' }),
      ...startReady(),
      output([/gateway: 198\.51\.100\.1/, /destination: 198\.51\.100\.1[^-]*interface: vnet0/]),
      ...finish,
      noMembers,
      dropBridge,
    ],
  }),
  defineCase({
    id: 'network.gateway-on-the-link',
    title: 'a default route over a link-local address is on the link of its interface',
    stands: 'docs/config.md, org.jailwright.net.<n>.gateway; inet6(4), scoped addresses',
    mark: 'jailwright',
    program: 'route -n -6 get default; echo ready; exec sleep %{nap}',
    steps: [
      makeBridge,
      onBridge({ '0.address': 'fd00:77::1/64', '0.gateway': 'fe80::1' }),
      ...startReady(),
      output([/gateway: fe80::1%vnet0/, /interface: vnet0/]),
      ...finish,
      noMembers,
      dropBridge,
    ],
  }),
  defineCase({
    id: 'network.dhcp-is-refused',
    title: 'address=dhcp is refused with what to do instead',
    stands: 'docs/config.md, org.jailwright.net.<n>.address',
    mark: 'jailwright',
    config: {
      annotations: { 'org.jailwright.net.0.bridge': 'bridge0', 'org.jailwright.net.0.address': 'dhcp' },
    },
    steps: failsToStart(/net\.0\.address.*dhclient\(8\)/s),
  }),
  defineCase({
    id: 'network.addresses-of-lo0',
    title: 'lo0 of a jail with a stack of its own has further addresses',
    stands: 'docs/config.md, org.jailwright.net.lo0.address',
    mark: 'jailwright',
    config: { annotations: { 'org.jailwright.net.lo0.address': '127.0.53.1/32' } },
    program: 'ifconfig lo0',
    output: /inet 127\.0\.0\.1.*inet 127\.0\.53\.1/s,
  }),
  defineCase({
    id: 'network.capabilities',
    title: 'capabilities are switched off on the end that joins the bridge',
    stands: 'docs/config.md, org.jailwright.net.<n>.options; ifconfig(8), -txcsum',
    mark: 'jailwright',
    program: LOOK,
    steps: [
      makeBridge,
      onBridge({ '0.address': '10.77.0.1/24', '0.options': '-txcsum' }),
      ...startReady(),
      ...finish,
      noMembers,
      dropBridge,
    ],
  }),
  defineCase({
    id: 'network.mac-of-the-bridge',
    title: 'a MAC address that the bridge has is refused',
    stands: 'docs/config.md, org.jailwright.net.<n>.mac; if_bridge.c, bridge_input takes it for its own',
    mark: 'jailwright',
    steps: [
      makeBridge,
      check('the bridge gets an address that is known', async context => {
        await context.tool('ifconfig', context.expand('%{switch}'), 'ether', '02:00:00:aa:bb:01')
      }),
      onBridge({ '0.mac': '02:00:00:aa:bb:01' }),
      ...failsToStart(/02:00:00:aa:bb:01 .* is the address of the bridge/),
      dropBridge,
    ],
  }),
  defineCase({
    id: 'network.address-on-the-bridge',
    title: 'an address that the bridge or another container on it has is warned of, in the same VLAN only',
    stands: 'docs/config.md, org.jailwright.net.<n>.address; two stations of one address answer arp(4) both',
    mark: 'jailwright',
    program: LOOK,
    steps: [
      makeBridge,
      check('the bridge has an address', async context => {
        await context.tool('ifconfig', context.expand('%{switch}'), 'inet', '10.77.0.1/24')
      }),
      onBridge({ '0.address': '10.77.0.1/24,10.77.0.2/24' }),
      ...startReady(),
      check('plans of further containers say whose address it is', async context => {
        const said = async (id: string) => {
          const { stdout, stderr } = await context.runtime(
            'plan',
            '--bundle',
            context.expand('%{bundle}'),
            '--id',
            id,
          )
          return (
            (stdout + stderr).match(
              /10\.77\.0\.\d on \S+ is an address of (container \S+|the bridge) too/g,
            ) ?? []
          )
        }
        const id = context.expand('%{id}')
        const on = `on ${context.expand('%{switch}')} is an address of`
        const other = (await said('other')).join()
        if (other !== `10.77.0.1 ${on} the bridge too,10.77.0.2 ${on} container ${id} too`)
          context.fail(other)
        const own = (await said(id)).join()
        if (own !== `10.77.0.1 ${on} the bridge too`) context.fail(own)
      }),
      onBridge({ '0.address': '10.77.0.1/24,10.77.0.2/24', '0.vlan': '7' }),
      check('in another VLAN nobody has them', async context => {
        const { stdout, stderr } = await context.runtime(
          'plan',
          '--bundle',
          context.expand('%{bundle}'),
          '--id',
          'other',
        )
        if (/is an address of/.test(stdout + stderr)) context.fail(stdout + stderr)
      }),
      ...finish,
      noMembers,
      dropBridge,
    ],
  }),
]
