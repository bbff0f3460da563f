/** Annotation org.jailwright.zfs.datasets on a pool of the case's own, which lies in a file: zfs-jail(8). */
import {
  check,
  config,
  create,
  defineCase,
  exec,
  finish,
  gone,
  kill,
  output,
  remove,
  removeForce,
  start,
  startReady,
  tool,
  wait,
  waitText,
} from '../../harness/define.ts'
import { hook } from '../../harness/entries.ts'
import type { ConfigPatch, Step, TextMatcher } from '../../harness/types.ts'
import { noMounts } from '../crash/words.ts'
import { jls, sleeper } from './words.ts'

/** The case's pool. */
const pool = 'cz%{unique}'

/** A pool in a file of the smallest size that ZFS takes, with the dataset `web`, which is jailed and has its mount point in /data. */
const makePool: readonly Step[] = [
  tool(['truncate', '-s', '64m', '%{dir}/pool']),
  tool(['zpool', 'create', '-m', 'none', pool, '%{dir}/pool']),
  tool(['zfs', 'create', '-o', 'jailed=on', '-o', 'mountpoint=/data', `${pool}/web`]),
]

/** The end of a case: nothing is mounted, and no dataset is in use. */
const dropPool: readonly Step[] = [check('nothing is mounted', noMounts), tool(['zpool', 'destroy', pool])]

/** A config that asks for these datasets. */
function asks(...names: string[]): ConfigPatch {
  return { annotations: { 'org.jailwright.zfs.datasets': names.join(',') } }
}

/** `zfs list` in a container that runs. */
function sees(expected: TextMatcher, n: 1 | 2 = 1): readonly Step[] {
  return [
    exec(['/bin/sh', '-c', 'zfs list -H -o name 2>&1; echo end'], {
      id: `%{id${n === 1 ? '' : n}}`,
      into: `list${n}`,
    }),
    output(expected, `list${n}`),
  ]
}

/** Starts the second container, whose program goes on. */
const second: readonly Step[] = [
  create({ n: 2, id: '%{id2}' }),
  start({}, '%{id2}'),
  waitText(/ready/, 'out2'),
]

/** A create that is refused with this text. */
function refused(message: RegExp): readonly Step[] {
  return [create({ fails: message }), gone()]
}

/** Annotation org.jailwright.zfs.datasets. */
export const datasetCases = [
  defineCase({
    id: 'jails.dataset-handed-over',
    title: 'a container makes and mounts file systems below its dataset, and delete unmounts them',
    stands:
      'zfs-jail(8): the dataset can be managed from within the jail; docs/config.md, org.jailwright.zfs.datasets',
    mark: 'jailwright',
    needs: ['zfs'],
    config: asks(`${pool}/web`),
    program: `zfs mount -a; cat /data/f; echo kept >/data/f; zfs create ${pool}/web/sub; mount; ${sleeper}`,
    steps: [
      ...makePool,
      ...startReady(),
      output([/ on \/data \(zfs/, / on \/data\/sub \(zfs/, { not: /permission|cannot/ }]),
      jls('allow.mount allow.mount.zfs enforce_statfs', 'allow.mount allow.mount.zfs enforce_statfs=1'),
      ...finish,
      check('nothing is mounted', noMounts),
      tool(['zfs', 'list', '-H', '-o', 'name', '-r', pool], {
        stdout: `${pool}\n${pool}/web\n${pool}/web/sub`,
      }),
      // A second container finds what the first one wrote.
      ...second,
      output(/^kept$/m, 'out2'),
      removeForce({}, '%{id2}'),
      ...dropPool,
    ],
  }),
  defineCase({
    id: 'jails.dataset-nothing-else',
    title: 'a container sees its dataset and what is above it, and changes neither another one nor the pool',
    stands:
      'zone_dataset_visible (spl_zone.c): what is above a dataset is seen and cannot be written, all else is unseen',
    mark: 'jailwright',
    needs: ['zfs'],
    config: asks(`${pool}/web`),
    program: `zfs list -H -o name; zfs create ${pool}/mine; zfs set jailed=off ${pool}/web; zfs list ${pool}/other`,
    steps: [
      ...makePool,
      tool(['zfs', 'create', '-o', 'jailed=on', `${pool}/other`]),
      create(),
      start(),
      wait('stopped'),
      output([
        new RegExp(`^${pool}\n${pool}/web\n`.replaceAll('%{unique}', '\\w+')),
        /cannot create .*\/mine': permission denied/,
        /cannot set property for .*\/web': permission denied/,
        /cannot open .*\/other': dataset does not exist/,
      ]),
      remove(),
      ...dropPool,
    ],
  }),
  defineCase({
    id: 'jails.dataset-missing',
    title: 'a dataset that does not exist is named in the error, and the other one is handed to nobody',
    stands:
      'docs/config.md, org.jailwright.zfs.datasets: nothing is changed before everything is known to be there',
    mark: 'jailwright',
    needs: ['zfs'],
    config: asks(`${pool}/web`, `${pool}/none`),
    steps: [...makePool, ...refused(/zfs\.datasets.*\/none: no such dataset/), ...dropPool],
  }),
  defineCase({
    id: 'jails.dataset-not-jailed',
    title: 'a dataset with jailed=off is refused, and taken once the property is on',
    stands: 'zfs-jail(8): it can be managed from within a jail if the jailed property has been set',
    mark: 'jailwright',
    needs: ['zfs'],
    config: asks(`${pool}/web`),
    program: sleeper,
    steps: [
      ...makePool,
      tool(['zfs', 'set', 'jailed=off', `${pool}/web`]),
      ...refused(/zfs\.datasets.*\/web: its property jailed is off/),
      tool(['zfs', 'set', 'jailed=on', `${pool}/web`]),
      ...startReady(),
      ...sees(/\/web\nend/),
      removeForce(),
      ...dropPool,
    ],
  }),
  defineCase({
    id: 'jails.dataset-volume',
    title: 'a volume is refused as what it is',
    stands: 'zfs_jail (libzfs_compat.c): volumes can not be jailed',
    mark: 'jailwright',
    needs: ['zfs'],
    config: asks(`${pool}/disk`),
    steps: [
      ...makePool,
      tool(['zfs', 'create', '-s', '-V', '1m', `${pool}/disk`]),
      ...refused(/zfs\.datasets.*\/disk: a volume/),
      ...dropPool,
    ],
  }),
  defineCase({
    id: 'jails.dataset-whole-pool',
    title: 'the first dataset of a pool is handed over like any other',
    stands: 'zfs-jail(8) takes any file system, and the one of a pool is one',
    mark: 'jailwright',
    needs: ['zfs'],
    config: asks(pool),
    program: `zfs create ${pool}/made; zfs list -H -o name`,
    steps: [
      ...makePool,
      tool(['zfs', 'set', 'jailed=on', pool]),
      create(),
      start(),
      wait('stopped'),
      output(/\/made$/m),
      remove(),
      ...dropPool,
    ],
  }),
  defineCase({
    id: 'jails.dataset-of-two',
    title: 'two containers may have one dataset, and delete takes it from one of them alone',
    stands:
      'zone_dataset_attach (spl_zone.c): each jail has a list of its own, and no list is asked about another jail',
    mark: 'jailwright',
    needs: ['zfs'],
    config: asks(`${pool}/web`),
    program: sleeper,
    steps: [
      ...makePool,
      ...startReady(),
      ...second,
      ...sees(/\/web\nend/),
      ...sees(/\/web\nend/, 2),
      removeForce(),
      ...sees(/\/web\nend/, 2),
      removeForce({}, '%{id2}'),
      ...dropPool,
    ],
  }),
  defineCase({
    id: 'jails.dataset-mounted-on-host',
    title: 'create says that a dataset is mounted on the host, where the container cannot mount it',
    stands:
      'zfs_domount (zfs_vfsops.c): a dataset that is mounted has an owner, a second mount is EBUSY; zfs set jailed=on unmounts nothing',
    mark: 'jailwright',
    needs: ['zfs'],
    config: asks(`${pool}/home`),
    program: 'zfs mount -a; echo done',
    steps: [
      ...makePool,
      tool(['zfs', 'create', '-o', 'mountpoint=%{dir}/home', `${pool}/home`]),
      tool(['zfs', 'set', 'jailed=on', `${pool}/home`]),
      create({ log: /zfs\.datasets.*\/home: mounted on .*\/home/ }),
      start(),
      waitText(/done/),
      output(/cannot mount .*\/home': mountpoint or dataset is busy/),
      wait('stopped'),
      remove(),
      tool(['zfs', 'umount', `${pool}/home`]),
      ...dropPool,
    ],
  }),
  ...(['createRuntime', 'createContainer'] as const).map(kind =>
    defineCase({
      id: `jails.dataset-killed-in-${kind.toLowerCase()}`,
      title: `the runtime is killed in a ${kind} hook with a dataset handed over; delete --force leaves it to the next container`,
      stands:
        'docs/architecture.md, The journal: delete --force plays it back after a crash and leaves nothing',
      mark: 'jailwright',
      needs: ['zfs'],
      config: { ...asks(`${pool}/web`), hooks: { [kind]: [hook('kill -KILL "$PPID"; sleep 0.2')] } },
      program: sleeper,
      steps: [
        ...makePool,
        create({ either: true }),
        removeForce(),
        check('nothing is mounted', noMounts),
        gone(),
        config({ hooks: null }),
        ...startReady(),
        ...sees(/\/web\nend/),
        removeForce(),
        ...dropPool,
      ],
    }),
  ),
  defineCase({
    id: 'jails.dataset-failed-create',
    title: 'a create that fails after a dataset was handed over takes it back',
    stands: 'docs/architecture.md, The journal: a create that fails is undone',
    mark: 'jailwright',
    needs: ['zfs'],
    config: { ...asks(`${pool}/web`), hooks: { createRuntime: [hook('exit 1')] } },
    steps: [...makePool, ...refused(/hook/), ...dropPool],
  }),
  defineCase({
    id: 'jails.dataset-destroyed-meanwhile',
    title: 'a container whose dataset was destroyed meanwhile is deleted all the same',
    stands:
      'zfs-jail(8): unjail needs the dataset; what a jail has goes with the jail (spl_zone.c, zone_destroy)',
    mark: 'jailwright',
    needs: ['zfs'],
    config: asks(`${pool}/web`),
    program: sleeper,
    steps: [
      ...makePool,
      ...startReady(),
      tool(['zfs', 'destroy', `${pool}/web`]),
      kill('KILL'),
      wait('stopped'),
      remove(),
      gone(),
      ...dropPool,
    ],
  }),
]
