/** Changes that somebody else made to a container in the meantime: pids, mounts, mount points. */
import {
  call,
  check,
  create,
  defineCase,
  file,
  gone,
  removeForce,
  start,
  startReady,
  wait,
} from '../../harness/define.ts'
import { noMounts, tmp, vol } from './words.ts'

/** Changes that somebody else made to a container in the meantime: pids, mounts, mount points. */
export const crashOutsideCases = [
  defineCase({
    id: 'crash.pid-reused',
    title: 'a pid that another process has by now does not keep the container running',
    stands:
      'ocijail (main.cpp) takes kill(pid, 0) for life and knows no start time, and the kernel reuses pids',
    mark: 'jails',
    notFor: { ocijail: 'knows a process by its pid alone', runj: 'keeps its state elsewhere' },
    program: 'exit 0',
    steps: [
      create(),
      start(),
      check('the process has ended; its pid now is that of a process of the host', async context => {
        const { readFileSync, writeFileSync } = await import('node:fs')
        const ps = async () =>
          (await context.tool('ps', '-o', 'stat=', '-p', context.expand('%{pid}'))).stdout.trim()
        await context.until('it did not end', async () => /^(Z.*)?$/.test(await ps()))
        const path = context.expand('%{state}/%{id}/state.json')
        const value = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
        writeFileSync(path, JSON.stringify({ ...value, pid: process.pid }))
        const state = JSON.parse((await context.runtime('state', context.expand('%{id}'))).stdout) as {
          status: string
        }
        if (state.status !== 'stopped') context.fail(`status ${state.status}`)
      }),
      removeForce(),
      check('the harness is still alive', () => {}),
      gone(),
    ],
  }),
  defineCase({
    id: 'crash.unmounted-from-outside',
    title: 'a mount that an administrator has undone is no error at delete',
    stands: 'ocijail#6: podman rm must recover, so what is already gone counts as undone',
    mark: 'jails',
    files: { 'vol/f': 'x' },
    config: { mounts: [tmp, vol] },
    program: 'exit 0',
    steps: [
      create(),
      start(),
      wait('stopped'),
      { do: 'tool', argv: ['umount', '%{root}/mnt'], expect: {} },
      call(['delete', '%{id}']),
      file('vol/f', 'x'),
      gone(),
    ],
  }),
  defineCase({
    id: 'crash.mount-point-moved',
    title: 'a container that moves its mount points away does not keep mounts alive',
    stands: 'ocijail (mount.cpp) finds its mounts again by paths that the container may have changed',
    mark: 'jails',
    notFor: { ocijail: 'looks the paths up again' },
    files: { 'vol/f': 'x' },
    config: {
      mounts: [{ destination: '/a/b/mnt', type: '%{bind}', source: '%{dir}/vol', options: ['rbind'] }],
    },
    program: 'mv /a /c; ln -s /etc /a; exit 0',
    steps: [
      create(),
      start(),
      wait('stopped'),
      call(['delete', '%{id}'], { either: true }),
      removeForce(),
      check('nothing is mounted', noMounts),
      file('vol/f', 'x'),
    ],
  }),
  defineCase({
    id: 'crash.busy-mount',
    title: 'delete --force undoes mounts in which processes work',
    stands: 'unmount(2) fails with EBUSY while a process works in the file system (bastille#214 and kin)',
    mark: 'jails',
    files: { 'vol/f': 'x' },
    config: { mounts: [tmp, vol] },
    program: '(cd /t && sleep %{nap}) & (cd /mnt && sleep %{nap}) & echo ready; wait',
    steps: [
      ...startReady(),
      removeForce(),
      check('nothing is mounted', noMounts),
      gone(),
      file('vol/f', 'x'),
    ],
  }),
]
