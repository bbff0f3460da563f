/** Containers in a parent jail: pods and networks of podman. */
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
  state,
  together,
  tool,
  wait,
} from '../../harness/define.ts'
import type { Step } from '../../harness/types.ts'
import { jls, parentJail, sleeper } from './words.ts'

/** Waits for the count of children: jail_set(2) also counts a dying jail, and a jail whose processes are zombies. */
function childrenGone(expected: string): Step {
  return check('the parent counts no child any more', async context => {
    const asked = ['-j', context.expand('p-%{unique}'), '-n', 'children.max', 'children.cur']
    await context.until(
      'the child is still counted',
      async () => (await context.tool('jls', ...asked)).stdout.trim() === expected,
    )
  })
}

/** Containers in a parent jail: pods and networks of podman. */
export const jailParentCases = [
  defineCase({
    id: 'jails.parent',
    title: 'parentJail makes the container a child of that jail',
    stands:
      'podman: annotation org.freebsd.parentJail (container_internal_freebsd.go); the name is parent.id',
    mark: 'jails',
    config: { annotations: { 'org.freebsd.parentJail': 'p-%{unique}' } },
    program: sleeper,
    steps: [
      parentJail('children.max=5'),
      ...startReady(),
      tool(['jls', '-j', 'p-%{unique}.%{id}', 'name'], { stdout: 'p-%{unique}.%{id}' }),
      state({ id: '%{id}', status: 'running' }),
      ...finish,
      childrenGone('children.max=5 children.cur=0'),
      tool(['jail', '-R', 'p-%{unique}']),
    ],
  }),
  defineCase({
    id: 'jails.parent-children-max',
    title: 'a parent that may have no children takes a container, and its children.max stays 0',
    stands:
      "sys/kern/kern_jail.c counts against the creator's jail and those around it, not against the parent, and refuses every children.max, 0 too, that is not below the parent's",
    mark: 'jails',
    notFor: { ocijail: 'raises children.max of the parent, and does not put it back' },
    config: {
      annotations: { 'org.freebsd.parentJail': 'p-%{unique}', 'org.freebsd.jail.children.max': '0' },
    },
    program: sleeper,
    steps: [
      parentJail(),
      jls('children.max', 'children.max=0', 'p-%{unique}'),
      ...startReady(),
      jls('children.max children.cur', 'children.max=0 children.cur=1', 'p-%{unique}'),
      ...finish,
      jls('children.max', 'children.max=0', 'p-%{unique}'),
      tool(['jail', '-R', 'p-%{unique}']),
    ],
  }),
  defineCase({
    id: 'jails.parent-at-once',
    title: 'two containers are made in one parent at the same time',
    stands:
      'podman: the containers of a pod are started by commands that run at the same time, in one parent jail',
    mark: 'jailwright',
    config: { annotations: { 'org.freebsd.parentJail': 'p-%{unique}' } },
    program: sleeper,
    steps: [
      parentJail(),
      together([create()], [create({ n: 2 })]),
      jls('children.max children.cur', 'children.max=0 children.cur=2', 'p-%{unique}'),
      together([removeForce()], [removeForce({}, '%{id2}')]),
      jls('children.max', 'children.max=0', 'p-%{unique}'),
      childrenGone('children.max=0 children.cur=0'),
      tool(['jail', '-R', 'p-%{unique}']),
    ],
  }),
  defineCase({
    id: 'jails.parent-forbids',
    title: 'a parent that has fewer permissions than the defaults takes a container without them',
    stands:
      'jail_set(2) refuses what the parent may not grant: defaults (allow.chflags, raw_sockets) are left out then',
    mark: 'jailwright',
    config: { annotations: { 'org.freebsd.parentJail': 'p-%{unique}' } },
    steps: [
      tool(['jail', '-c', 'name=p-%{unique}', 'path=/', 'persist', 'children.max=5']),
      create(),
      jls('allow.chflags allow.raw_sockets', 'allow.nochflags allow.noraw_sockets', 'p-%{unique}.%{id}'),
      removeForce(),
      tool(['jail', '-R', 'p-%{unique}']),
    ],
  }),
  defineCase({
    id: 'jails.parent-vnet',
    title: 'a container in a vnet parent shares its network stack: a pod',
    stands: 'podman pods: the network belongs to a jail of its own, containers are its children',
    mark: 'jails',
    config: { annotations: { 'org.freebsd.parentJail': 'p-%{unique}' } },
    program: 'ifconfig -l',
    steps: [
      parentJail('vnet=new', 'children.max=5'),
      create(),
      start(),
      wait('stopped'),
      output(/^lo0 *$/m),
      remove(),
      tool(['jail', '-R', 'p-%{unique}']),
    ],
  }),
  defineCase({
    id: 'jails.parent-missing',
    title: 'a parent that does not exist is an error that names it, and nothing is left',
    stands: 'jail_set(2): jail "x" not found; runtime.md, Errors',
    mark: 'jails',
    config: { annotations: { 'org.freebsd.parentJail': 'nosuch-%{unique}' } },
    steps: [create({ fails: /nosuch-/ }), gone()],
  }),
  defineCase({
    id: 'jails.parent-died',
    title: 'a container whose parent jail was removed is stopped and can be deleted',
    stands: 'ocijail#20: podman rm must recover, whatever happened to the jail',
    mark: 'jails',
    config: { annotations: { 'org.freebsd.parentJail': 'p-%{unique}' } },
    program: sleeper,
    steps: [
      parentJail('children.max=5'),
      ...startReady(),
      tool(['jail', '-R', 'p-%{unique}']),
      wait('stopped'),
      remove(),
      gone(),
    ],
  }),
]
