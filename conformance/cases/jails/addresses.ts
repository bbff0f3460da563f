/** Addresses of a jail that shares the host's network stack. */
import {
  config,
  create,
  defineCase,
  finish,
  gone,
  removeForce,
  startReady,
  tool,
} from '../../harness/define.ts'
import { annotated, jls, sleeper } from './words.ts'

/** Addresses of a jail that shares the host's network stack. */
export const jailAddressCases = [
  defineCase({
    id: 'jails.ip4-addr',
    title: 'ip4.addr gives the jail that address only',
    stands: 'cbsd#840, #844: classic jails have addresses of their own',
    mark: 'jails',
    notFor: { runj: 'reads no annotations' },
    ...annotated({ 'org.freebsd.jail.ip4.addr': '127.0.0.1' }, [jls('ip4.addr', 'ip4.addr=127.0.0.1')]),
  }),
  defineCase({
    id: 'jails.ip4-addr-shared',
    title: 'two jails that have one address each may share it',
    stands:
      'kern_jail.c, prison_ip_conflict_check: "We permit them if there is no more than one IP on each jail"',
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
    stands:
      'cbsd#845: "IPv4 addresses clash" helps nobody; kern_jail.c, prison_ip_conflict_check: EADDRINUSE',
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
    title: 'interface and ip4Addr add the alias and take it away',
    stands:
      'config-freebsd.md, jail: interface, ip4Addr; jail -r without a configuration file leaves the addresses (seen on FreeBSD 15.1), so the runtime removes them',
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
]
