/** Network stacks of their own (vnet). */
import {
  check,
  create,
  defineCase,
  finish,
  gone,
  output,
  remove,
  removeForce,
  start,
  startReady,
  wait,
} from '../../harness/define.ts'
import { annotated, jls, sleeper } from './words.ts'

/** Network stacks of their own. */
export const jailVnetCases = [
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
    id: 'jails.vnet-annotation',
    title: 'annotation vnet=new gives a network stack with lo0 alone',
    stands: 'podman adds org.freebsd.jail.vnet=new for its own networks (container_internal_freebsd.go)',
    mark: 'jails',
    config: { annotations: { 'org.freebsd.jail.vnet': 'new' } },
    program: 'ifconfig -l; echo ready; exec sleep %{nap}',
    steps: [...startReady(), output(/^lo0 *\nready/), jls('vnet', 'vnet=new'), ...finish],
  }),
  defineCase({
    id: 'jails.vnet-section',
    title: 'freebsd.jail.vnet new gives a network stack of its own',
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
      'in a new network stack lo0 is down and has no address (docs/freebsd/network.md), and programs need it',
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
      'podman writes a network namespace for every Linux image; only the annotation means it (docs/freebsd/podman.md)',
    mark: 'jails',
    config: { linux: { namespaces: [{ type: 'network' }, { type: 'mount' }] } },
    steps: [create(), jls('vnet', 'vnet=inherit'), removeForce()],
  }),
  defineCase({
    id: 'jails.vnet-interface',
    title: 'an interface of the host moves in and comes back',
    stands:
      'config-freebsd.md, jail: vnetInterfaces; an interface returns late when its jail dies (sys/net/if.c, vnet_if_return)',
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
    id: 'jails.vnet-inherit',
    title: 'vnet=inherit is accepted beside ip4=inherit, which the kernel refuses together',
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
]
