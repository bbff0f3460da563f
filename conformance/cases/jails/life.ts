/** The jail during the life of its container, and what a process inside sees. */
import {
  call,
  check,
  create,
  defineCase,
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
} from '../../harness/define.ts'
import { jls, sleeper } from './words.ts'

/** The jail during the life of its container, and what a process inside sees. */
export const jailLifeCases = [
  defineCase({
    id: 'jails.process-inside',
    title: 'the process of the pid file is in that jail',
    stands: 'runtime.md, State: pid of the container process; podman ps -J (container_top_freebsd.go)',
    mark: 'jails',
    program: sleeper,
    steps: [
      ...startReady(),
      check('ps and jls tell the same jid', async context => {
        const jid = (await context.tool('jls', '-j', context.expand('%{id}'), 'jid')).stdout.trim()
        const of = (await context.tool('ps', '-o', 'jid=', '-p', context.expand('%{pid}'))).stdout.trim()
        if (jid === '' || jid !== of) context.fail(`jls says ${jid}, ps says ${of}`)
      }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'jails.exists-at-create',
    title: 'the jail is there after create, before start',
    stands: "podman configures the jail's network between create and start (container_internal_freebsd.go)",
    mark: 'jails',
    steps: [
      create(),
      jls('persist', 'persist'),
      removeForce(),
      tool(['jls', '-j', '%{id}', 'jid'], { fails: /not found/ }),
    ],
  }),
  defineCase({
    id: 'jails.removed-from-outside',
    title: 'a container whose jail an administrator removed is stopped and can be deleted',
    stands: 'an administrator may run jail -R (jail(8)), and podman rm must recover (ocijail#20)',
    mark: 'jails',
    program: sleeper,
    steps: [...startReady(), tool(['jail', '-R', '%{id}']), wait('stopped'), remove(), gone()],
  }),
  defineCase({
    id: 'jails.devfs-inside',
    title: 'a jail that may mount devfs has a ruleset for it',
    stands: 'devfs_vfsops.c: a devfs mounted in a jail whose devfs_ruleset is 0 shows every device',
    mark: 'jailwright',
    config: { freebsd: { jail: { enforceStatfs: 1, allow: { mount: ['devfs'] } } } },
    steps: [
      create(),
      jls('allow.mount.devfs devfs_ruleset', 'allow.mount.devfs devfs_ruleset=4'),
      removeForce(),
    ],
  }),
  defineCase({
    id: 'jails.statfs-inside',
    title: "inside, mount -v shows the container's own mounts with paths of its own",
    stands: "enforce_statfs=1: mounts below the jail's path are seen, the prefix stripped (jail(8))",
    mark: 'jails',
    config: { mounts: [{ destination: '/t', type: 'tmpfs', source: 'tmpfs' }] },
    program: 'mount -v',
    steps: [create(), start(), wait('stopped'), output([/ on \/t \(tmpfs/, { not: /\/b1\/root/ }]), remove()],
  }),
  defineCase({
    id: 'jails.mounts-ignored',
    title: 'mounts of a container show in mount -v only',
    stands: 'mount(2), MNT_IGNORE: `df` and `mount` on the host stay readable, as they do with ocijail',
    mark: 'jails',
    notFor: { runj: 'mounts by mount(8)' },
    program: sleeper,
    steps: [
      ...startReady(),
      check('mount has no line of ours, mount -v has', async context => {
        const root = context.expand('%{root}')
        if ((await context.tool('mount')).stdout.includes(root)) context.fail('mount shows them')
        if (!(await context.tool('mount', '-v')).stdout.includes(`${root}/dev`))
          context.fail('mount -v does not show /dev')
      }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'jails.readonly-root',
    title: 'a read-only root is an alias; the root itself is not mounted over',
    stands:
      'config.md, Root: readonly; jailwright mounts a read-only nullfs of the root below its state directory; ocijail (delete.cpp) does not see that the unmount of its alias failed',
    mark: 'jails',
    notFor: { runj: 'not done' },
    config: { root: { readonly: true } },
    program: sleeper,
    steps: [
      ...startReady(),
      check("the jail's path is another one", async context => {
        const path = (await context.tool('jls', '-j', context.expand('%{id}'), 'path')).stdout.trim()
        if (path === context.expand('%{root}')) context.fail(path)
      }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'jails.stop-is-fast',
    title: 'delete --force of a program that ignores TERM does not wait the ten seconds of jail(8)',
    stands: 'jail(8) waits up to ten seconds for the processes (stop.timeout); jail_remove(2) does not wait',
    mark: 'jails',
    // jail(8) sends TERM, and then waits. Who does not send it has nothing to wait for.
    program: 'trap "" HUP INT; trap "echo asked to end" TERM; echo ready; while :; do sleep 0.1; done',
    steps: [...startReady(), removeForce(), gone(), output('ready')],
  }),
  defineCase({
    id: 'jails.called-as-ocijail',
    title: 'the runtime behaves the same when it is called by the name ocijail',
    stands: 'podman knows a runtime by its name, and ocijail is in its lists (common/pkg/config)',
    mark: 'jailwright',
    program: 'echo as ocijail',
    steps: [
      create({ calledAs: 'ocijail' }),
      start({ calledAs: 'ocijail' }),
      wait('stopped'),
      output('as ocijail'),
      kill('TERM', { calledAs: 'ocijail', fails: true }),
      remove({ calledAs: 'ocijail' }),
      call(['--version'], { globals: [], calledAs: 'ocijail', stdout: /^\S+/ }),
    ],
  }),
]
