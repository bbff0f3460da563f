/** The section freebsd.jail, and what holds without it (config-freebsd.md). */
import {
  check,
  create,
  defineCase,
  finish,
  gone,
  lifeCycle,
  remove,
  removeForce,
  start,
  startReady,
  wait,
} from '../../harness/define.ts'
import { jls, sleeper } from './words.ts'

/** The section freebsd.jail, and what holds without it. */
export const jailSectionCases = [
  defineCase({
    id: 'jails.defaults-without-section',
    title: "without a freebsd section the defaults are ocijail's",
    stands:
      "ocijail (create.cpp): persist, enforce_statfs=1, allow.raw_sockets, allow.chflags, ip4 and ip6 inherit; podman's users rely on ping",
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
      'config-freebsd.md, jail: enforceStatfs "Defaults to 2", allow.rawSockets and allow.chflags "Defaults to false"; ocijail (create.cpp) has them weaker always',
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
    title: 'freebsd.jail.enforceStatfs and freebsd.jail.allow are applied',
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
        // The parameter of a file system is unknown until its module is loaded; tmpfs and devfs are in every kernel.
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
      'config-freebsd.md, jail: vnet is "new" or "inherit" (runtime-spec, schema/test/config/bad/freebsd-vnet-disable.json)',
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
    title: "freebsd.jail.host inherit shows the host's name inside",
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
    notFor: { ocijail: 'ignores it' },
    config: { domainname: 'example.org' },
    steps: [create(), jls('host.domainname', 'host.domainname=example.org'), removeForce()],
  }),
  defineCase({
    id: 'jails.annotation-over-section',
    title: "an annotation overrides the section's value",
    stands: 'docs/config.md, Annotations: an annotation overrides the value of the freebsd section',
    mark: 'jailwright',
    config: {
      freebsd: { jail: { enforceStatfs: 1, allow: { mlock: false } } },
      annotations: { 'org.freebsd.jail.allow.mlock': 'true' },
    },
    steps: [create(), jls('enforce_statfs allow.mlock', 'enforce_statfs=1 allow.mlock'), removeForce()],
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
]
