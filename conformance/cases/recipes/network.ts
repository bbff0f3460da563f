/** docs/recipes: three-jails-one-bridge. */
import classic from '../../../docs/recipes/three-jails-one-bridge/classic/config.json' with { type: 'json' }
import one from '../../../docs/recipes/three-jails-one-bridge/one/config.json' with { type: 'json' }
import three from '../../../docs/recipes/three-jails-one-bridge/three/config.json' with { type: 'json' }
import two from '../../../docs/recipes/three-jails-one-bridge/two/config.json' with { type: 'json' }
import {
  call,
  check,
  create,
  defineCase,
  finish,
  gone,
  kill,
  remove,
  start,
  startReady,
  tool,
  wait,
  waitText,
} from '../../harness/define.ts'
import type { Step } from '../../harness/types.ts'
import { jls, sleeper } from '../jails/words.ts'
import { recipe } from './bundle.ts'

/** The recipe's bridge and prefixes, with names and addresses that no other case has. */
const own: readonly (readonly [string, string])[] = [
  ['jails0', 'cb%{unique}'],
  ['10.0.0.', '10.213.77.'],
  ['fd6a:6169:6c77::', 'fd6a:6169:6c78::'],
]
const V4 = '10.213.77.'
const V6 = 'fd6a:6169:6c78::'

const bundle = (config: object) => recipe(config, sleeper, { replace: own })

/** The bridge as the recipe's rc.conf makes it. */
const bridge: readonly Step[] = [
  tool(['ifconfig', 'bridge', 'create', 'name', 'cb%{unique}']),
  tool(['ifconfig', 'cb%{unique}', 'inet', `${V4}1/24`, 'up']),
  tool(['ifconfig', 'cb%{unique}', 'inet6', `${V6}1/64`]),
]
const noBridge = tool(['ifconfig', 'cb%{unique}', 'destroy'])

/**
 * Sends one packet from inside a container; FreeBSD's ping takes either family, and -t is the time limit in seconds. The
 * step tries again for a while, since duplicate address detection keeps a new IPv6 address unusable for a second or two.
 */
const ping = (id: string, address: string): Step =>
  check(`${id} reaches ${address}`, async context => {
    let said = ''
    const answers = async () => {
      const words = ['/bin/ping', '-c', '1', '-t', '5', address]
      const answer = await context.runtime('exec', context.expand(id), ...words)
      said = answer.stdout + answer.stderr
      return answer.status === 0 && / 0\.0% packet loss/.test(said)
    }
    await context.until(() => `no answer from ${address}: ${said}`, answers)
  })
const noAnswer = (id: string, address: string): Step =>
  call(['exec', id, '/bin/ping', '-c', '1', '-t', '1', address], { fails: true })

/** Starts the nth container with this config. */
const begin = (n: number, config: object): readonly Step[] => [
  { do: 'config', patch: bundle(config), n },
  create({ n }),
  start({}, `%{id${n}}`),
  waitText(/ready/, n === 1 ? 'out' : `out${n}`),
]

const end = (n: number): readonly Step[] => [
  kill('KILL', {}, `%{id${n}}`),
  wait('stopped', `%{id${n}}`),
  remove({}, `%{id${n}}`),
  gone(`%{id${n}}`),
]

/** Checks that no interface of the host has a description or a name that belongs to a container of this case. */
const noneLeft: Step = check('no interface of the containers is left', async context => {
  const all = (await context.tool('ifconfig', '-a')).stdout
  if (all.includes(`jailwright ${context.expand('%{id}')}`)) context.fail(all)
  const members = (await context.tool('ifconfig', context.expand('cb%{unique}'))).stdout
  if (/member:/.test(members)) context.fail(members)
})

/** docs/recipes: three-jails-one-bridge. */
export const recipeNetworkCases = [
  defineCase({
    id: 'recipes.three-jails-one-bridge',
    title: 'three vnet jails on one bridge and a classic jail reach each other over IPv4 and IPv6',
    stands:
      'docs/recipes/three-jails-one-bridge: jails in 10.0.0.0/24 and an IPv6 prefix reach each other, with names, gateways and clean-up, and so does a classic jail with an alias address',
    mark: 'jailwright',
    timeout: 180_000,
    steps: [
      ...bridge,
      ...begin(1, one),
      ...begin(2, two),
      ...begin(3, three),
      ...begin(4, classic),
      call(['exec', '%{id}', '/bin/ifconfig', '-l'], { stdout: /^(lo0 eth0|eth0 lo0)\s*$/ }),
      call(['exec', '%{id2}', '/bin/ifconfig', 'eth0'], {
        stdout: [
          /inet 10\.213\.77\.3 netmask 0xffffff00/,
          /inet6 fd6a:6169:6c78::3 prefixlen 64/,
          /UP/,
          { not: /10\.213\.77\.2 / },
        ],
      }),
      call(['exec', '%{id}', '/bin/route', '-n', 'get', 'default'], {
        stdout: [/gateway: 10\.213\.77\.1/, /interface: eth0/],
      }),
      call(['exec', '%{id}', '/bin/route', '-n', '-6', 'get', 'default'], {
        stdout: /gateway: fd6a:6169:6c78::1/,
      }),
      ping('%{id}', `${V4}3`),
      ping('%{id2}', `${V4}4`),
      ping('%{id3}', `${V4}2`),
      ping('%{id}', `${V4}1`),
      ping('%{id}', `${V6}3`),
      ping('%{id2}', `${V6}4`),
      ping('%{id3}', `${V6}1`),
      ping('%{id}', `${V4}10`),
      ping('%{id}', `${V6}10`),
      ping('%{id4}', `${V4}2`),
      noAnswer('%{id}', `${V4}99`),
      jls('vnet', 'vnet=new'),
      jls('vnet ip4.addr ip6.addr', `vnet=inherit ip4.addr=${V4}10 ip6.addr=${V6}10`, '%{id4}'),
      check('no two MAC addresses are the same', async context => {
        const seen = new Set<string>()
        for (const id of ['%{id}', '%{id2}', '%{id3}']) {
          const text = await context.runtime('exec', context.expand(id), '/bin/ifconfig', 'eth0')
          seen.add(/ether (\S+)/.exec(text.stdout)?.[1] ?? '')
        }
        if (seen.size !== 3) context.fail([...seen].join(' '))
      }),
      ...end(2),
      ping('%{id}', `${V4}4`),
      noAnswer('%{id}', `${V4}3`),
      ...end(4),
      tool(['ifconfig', 'cb%{unique}'], { stdout: [/inet 10\.213\.77\.1 /, { not: /10\.213\.77\.10/ }] }),
      ...end(3),
      ...end(1),
      noneLeft,
      noBridge,
    ],
  }),
  defineCase({
    id: 'recipes.three-jails-one-bridge-jail-died',
    title: 'delete takes the epair of the three jails away also when the jail was removed from outside',
    stands:
      'docs/recipes/three-jails-one-bridge: the epair is taken away also when the jail died first or destroyed its end',
    mark: 'jailwright',
    config: bundle(one),
    steps: [
      ...bridge,
      ...startReady(),
      tool(['jail', '-R', '%{id}']),
      wait('stopped'),
      remove(),
      gone(),
      noneLeft,
      noBridge,
    ],
  }),
  defineCase({
    id: 'recipes.three-jails-one-bridge-end-destroyed',
    title: 'delete has nothing to complain of when root of the jail destroyed its end of the epair',
    stands:
      "root of a vnet jail may destroy its end of an epair, and the host's end goes with it (sys/net/if_clone.c, if_clone_destroy)",
    mark: 'jailwright',
    config: bundle(one),
    steps: [
      ...bridge,
      ...startReady(),
      call(['exec', '%{id}', '/bin/ifconfig', 'eth0', 'destroy']),
      ...finish,
      noneLeft,
      noBridge,
    ],
  }),
  defineCase({
    id: 'recipes.three-jails-one-bridge-no-bridge',
    title: 'without the bridge create fails, names it, and leaves neither epair nor jail',
    stands:
      'runtime.md, Errors: a failed create leaves nothing; the journal is played back (docs/architecture.md)',
    mark: 'jailwright',
    config: bundle(one),
    steps: [
      create({ fails: /cb\w+/ }),
      gone(),
      tool(['jls', '-j', '%{id}', 'jid'], { fails: /not found/ }),
      check('no epair is left', async context => {
        const all = (await context.tool('ifconfig', '-a')).stdout
        if (all.includes(`jailwright ${context.expand('%{id}')}`)) context.fail(all)
      }),
    ],
  }),
  defineCase({
    id: 'recipes.three-jails-one-bridge-alias-kept',
    title: 'an address that the host had before is not taken away with the classic jail',
    stands: 'jail(8), interface: the alias is removed at the end; an address that the host had before stays',
    mark: 'jailwright',
    config: bundle(classic),
    steps: [
      ...bridge,
      tool(['ifconfig', 'cb%{unique}', 'inet', `${V4}10/32`, 'alias']),
      ...startReady(),
      ...finish,
      tool(['ifconfig', 'cb%{unique}'], { stdout: [/inet 10\.213\.77\.10 /, { not: /6c78::10 / }] }),
      noBridge,
    ],
  }),
]
