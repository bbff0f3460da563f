/** The device profile pf: a firewall that the container sets itself, with a network stack of its own and a low securelevel. */
import {
  create,
  defineCase,
  exec,
  finish,
  gone,
  output,
  startReady,
  tool,
  wholeLife,
} from '../../harness/define.ts'
import type { Case, ConfigPatch, Step } from '../../harness/types.ts'
import { parentJail } from '../jails/words.ts'

const sentence =
  'pf(4) by netlink: changes need PRIV_NETINET_PF, which a jail has with its own stack alone, and a securelevel below 2 (sys/netpfil/pf/pf_nl.c, sys/netlink/netlink_generic.c)'

/** The program: sets a rule, starts the firewall, and says what is in force. pfctl(8) reads the file of fingerprints first. */
const firewall = `echo 'block drop in all' >/tmp/rules; pfctl -q -f /tmp/rules; pfctl -e; pfctl -s rules`

/** rc.d/pf loads the module on a host that uses pf. */
const loaded: Step = tool(['kldload', '-n', 'pf'])

function annotations(more: Record<string, string>): ConfigPatch {
  return { annotations: { 'org.jailwright.device.profiles': 'pf', ...more } }
}

const own = { 'org.freebsd.jail.vnet': 'new' }

/** The device profile pf. */
export const pfCases: readonly Case[] = [
  ...(['-1', '1'] as const).map(level =>
    defineCase({
      id: `devices.pf-securelevel-${level === '1' ? 'one' : 'none'}`,
      title: `a container with the profile pf and securelevel ${level} sets rules and starts its firewall`,
      stands: sentence,
      mark: 'jailwright',
      rootFiles: { 'etc/pf.os': '' },
      config: annotations({ ...own, 'org.freebsd.jail.securelevel': level }),
      program: firewall,
      steps: [loaded, ...wholeLife([/^pf enabled$/m, /^block drop in all$/m])],
    }),
  ),
  ...(['2', '3'] as const).map(level =>
    defineCase({
      id: `devices.pf-securelevel-${level === '2' ? 'two' : 'three'}`,
      title: `the profile pf is refused with securelevel ${level}, with which the container could change no rule`,
      stands: sentence,
      mark: 'jailwright',
      config: annotations({ ...own, 'org.freebsd.jail.securelevel': level }),
      steps: [
        loaded,
        create({
          fails: new RegExp(`profile pf: securelevel of the jail is ${level}, it must be at most 1`),
        }),
        gone(),
      ],
    }),
  ),
  defineCase({
    id: 'devices.pf-securelevel-parent',
    title: "the profile pf is refused in a parent jail of securelevel 2, since a child gets its parent's",
    stands: `${sentence}; a new jail has the securelevel of its parent (sys/kern/kern_jail.c)`,
    mark: 'jailwright',
    config: annotations({ ...own, 'org.freebsd.parentJail': 'p-%{unique}' }),
    steps: [
      loaded,
      parentJail('children.max=5', 'vnet=new', 'securelevel=2'),
      create({ fails: /profile pf: securelevel of the parent jail p-\S+ is 2, it must be at most 1/ }),
      gone(),
      tool(['jail', '-R', 'p-%{unique}']),
    ],
  }),
  defineCase({
    id: 'devices.pf-without-vnet',
    title: "the profile pf is refused in a jail that shares the host's network stack",
    stands: sentence,
    mark: 'jailwright',
    config: annotations({}),
    steps: [
      loaded,
      create({ fails: /profile pf: works only in a jail with a network stack of its own/ }),
      gone(),
    ],
  }),
  defineCase({
    id: 'devices.pf-securelevel-raised',
    title: 'a securelevel that is raised to 2 later leaves the rules in force, and lets them be read only',
    stands: sentence,
    mark: 'jailwright',
    rootFiles: { 'etc/pf.os': '' },
    config: annotations(own),
    program: `${firewall}; echo ready; exec sleep %{nap}`,
    steps: [
      loaded,
      ...startReady(),
      tool(['jail', '-m', 'name=%{id}', 'securelevel=2']),
      exec(['/bin/sh', '-c', 'pfctl -d; pfctl -s rules'], { into: 'later' }),
      output([/Operation not permitted/, /^block drop in all$/m], 'later'),
      ...finish,
    ],
  }),
]
