/** What annotations say about one interface on a bridge: name, MTU, MAC, gateway, VLAN (docs/config.md, "Annotations"). */
import {
  call,
  check,
  create,
  defineCase,
  finish,
  gone,
  output,
  start,
  startReady,
  waitText,
} from '../../harness/define.ts'
import { sleeper } from '../jails/words.ts'
import { dropBridge, makeBridge, noMembers, onBridge } from './words.ts'

/** What annotations say about one interface on a bridge. */
export const settingCases = [
  defineCase({
    id: 'network.name-mtu-mac-gateway',
    title: 'annotations set the name inside, MTU, MAC and default route',
    stands:
      'docs/config.md, org.jailwright.net: .name, .mtu, .mac, .gateway; MACs of epairs collide (docs/freebsd/network.md)',
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
    id: 'network.mtu-smallest',
    title: 'an interface has the smallest MTU that the kernel takes',
    stands: 'IF_MINMTU (sys/net/if_var.h) is 72; ifhwioctl (sys/net/if.c) refuses less',
    mark: 'jailwright',
    program: `ifconfig vnet0; ${sleeper}`,
    steps: [
      makeBridge,
      onBridge(1, { 'org.jailwright.net.0.mtu': '72' }),
      ...startReady(),
      output(/\bmtu 72$/m),
      ...finish,
      noMembers,
      dropBridge,
    ],
  }),
  defineCase({
    id: 'network.mtu-too-small',
    title: 'an MTU below the smallest one is named before anything is made',
    stands: 'IF_MINMTU (sys/net/if_var.h) is 72; plan and create never disagree',
    mark: 'jailwright',
    steps: [
      makeBridge,
      onBridge(1, { 'org.jailwright.net.0.mtu': '71' }),
      create({ fails: /net\.0\.mtu.*71: must be from 72 to 65535/ }),
      gone(),
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
    stands:
      'a MAC that the kernel makes has 16 variable bits (sys/net/if_ethersubr.c, ether_gen_addr_byname), so the runtime makes one that does not collide',
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
]
