/** Mounts of the host below the source of a mount (config.md, "Mounts": rbind). */
import {
  check,
  create,
  defineCase,
  file,
  finish,
  gone,
  output,
  remove,
  start,
  startReady,
  tool,
  wait,
} from '../../harness/define.ts'
import { bind } from '../../harness/entries.ts'
import type { Step } from '../../harness/types.ts'

const stands =
  'config.md, Mounts: rbind; podman writes it on every volume. null_lookup (sys/fs/nullfs/null_vnops.c) never crosses a mount point'

const mountTmpfs = (path: string): Step => tool(['mount', '-t', 'tmpfs', 'tmpfs', `%{dir}/${path}`])
const mountDevfs = (path: string): Step => tool(['mount', '-t', 'devfs', 'devfs', `%{dir}/${path}`])
const write = (path: string, text: string): Step => tool(['/bin/sh', '-c', `echo ${text} >%{dir}/${path}`])
const makeDirectory = (path: string): Step => tool(['mkdir', `%{dir}/${path}`])
const unmount = (...paths: string[]): Step[] => paths.map(path => tool(['umount', `%{dir}/${path}`]))

/** A volume with a file system on media, one on media/films and one on logs. */
const datasets: readonly Step[] = [
  mountTmpfs('vol/media'),
  makeDirectory('vol/media/films'),
  mountTmpfs('vol/media/films'),
  mountTmpfs('vol/logs'),
  write('vol/media/f', 'media'),
  write('vol/media/films/f', 'films'),
  write('vol/logs/f', 'logs'),
]
const taken = unmount('vol/logs', 'vol/media/films', 'vol/media')
const files = { 'vol/f': 'top', 'vol/media': { dir: true }, 'vol/logs': { dir: true } } as const

/** The mounts of the host whose place matches. */
const mounted = (what: string, match: RegExp, places: readonly string[]) =>
  check(what, async context => {
    const { stdout } = await context.tool('mount', '-v')
    const found = stdout.split('\n').flatMap(line => / on (\S+) \(/.exec(line)?.[1] ?? [])
    const own = context.expand('%{dir}/')
    const here = found
      .filter(on => on.startsWith(own) && match.test(on))
      .map(on => on.replace(/^.*\/root/, ''))
    if (here.join(' ') !== places.join(' ')) context.fail(`${here.join(' ')}\n${stdout}`)
  })

/** Mounts of the host below the source of a mount. */
export const rbindCases = [
  defineCase({
    id: 'mounts.rbind-below',
    title: 'what is mounted below the source of an rbind is seen and written to, and all of it is undone',
    stands,
    mark: 'jails',
    files,
    config: { mounts: [bind('vol', '/data', 'rw')] },
    program:
      'cat /data/f; echo; cat /data/media/f /data/media/films/f /data/logs/f; echo new >/data/media/films/new',
    steps: [
      ...datasets,
      create(),
      mounted('parents are mounted before children', /\/root\/data/, [
        '/data',
        '/data/media',
        '/data/logs',
        '/data/media/films',
      ]),
      start(),
      wait('stopped'),
      output('top\nmedia\nfilms\nlogs'),
      remove(),
      gone(),
      mounted('nothing of it is left', /\/root\/data/, []),
      tool(['cat', '%{dir}/vol/media/films/new'], { stdout: 'new\n' }),
      ...taken,
    ],
  }),
  defineCase({
    id: 'mounts.rbind-readonly',
    title: 'what is mounted below the source of a read-only rbind is read-only too',
    stands,
    mark: 'jailwright',
    files,
    config: { mounts: [bind('vol', '/data', 'ro')] },
    program:
      'cat /data/media/films/f; for d in /data /data/media /data/media/films; do (echo x >$d/x) 2>/dev/null && echo written; done; echo done',
    steps: [
      ...datasets,
      create(),
      start(),
      wait('stopped'),
      output('films\ndone'),
      remove(),
      gone(),
      ...taken,
    ],
  }),
  defineCase({
    id: 'mounts.rbind-hidden',
    title: 'a mount of the config hides what is mounted below the source of an rbind there',
    stands: 'config.md, Mounts: "The runtime MUST mount entries in the listed order."',
    mark: 'jailwright',
    files: { ...files, 'other/f': 'other' },
    config: { mounts: [bind('vol', '/data', 'rw'), bind('other', '/data/media', 'rw')] },
    program: 'cat /data/media/f; echo; ls /data/media; cat /data/logs/f',
    steps: [
      ...datasets,
      create(),
      start(),
      wait('stopped'),
      output('other\nf\nlogs'),
      remove(),
      gone(),
      ...taken,
    ],
  }),
  defineCase({
    id: 'mounts.rbind-devices',
    title: 'a devfs of the host below the source of an rbind is not shown',
    stands: `${stands}; devfs(5): it has the devices of the host`,
    mark: 'jailwright',
    files: { 'vol/dev': { dir: true }, 'vol/media': { dir: true } },
    config: { mounts: [bind('vol', '/data', 'rw')] },
    program: 'ls /data/dev; cat /data/media/f',
    steps: [
      mountDevfs('vol/dev'),
      mountTmpfs('vol/media'),
      write('vol/media/f', 'media'),
      create(),
      start(),
      wait('stopped'),
      output('media'),
      remove(),
      gone(),
      ...unmount('vol/media', 'vol/dev'),
    ],
  }),
  defineCase({
    id: 'mounts.rbind-own-root',
    title:
      "an rbind of a directory that holds the container's root does not show what is mounted in that root",
    stands: `${stands}; without it a container would show itself in itself`,
    mark: 'jailwright',
    files: { 'vol/f': 'text' },
    config: {
      mounts: [
        bind('vol', '/other', 'rw'),
        { destination: '/host', type: '%{bind}', source: '%{dir}', options: ['rbind', 'ro'] },
      ],
    },
    program: 'cat /host/vol/f; echo; ls /host/b1/root/other; echo ready; exec sleep %{nap}',
    steps: [
      // As podman has it: the root is a file system of its own.
      ...startReady(),
      output(/^text\nready/),
      mounted('nothing is mounted below it', /\/root\/host/, ['/host']),
      ...finish,
    ],
  }),
  defineCase({
    id: 'mounts.bind-says-what-it-hides',
    title: 'a bind without rbind shows no mount below its source, and a warning names those',
    stands: 'nullfs(4); mount_nullfs(8)',
    mark: 'jailwright',
    files,
    config: {
      mounts: [{ destination: '/data', type: '%{bind}', source: '%{dir}/vol', options: ['bind', 'rw'] }],
    },
    program: 'ls /data/media; cat /data/f',
    steps: [
      ...datasets,
      create(),
      check('the log names what is not shown', context => {
        const log = context.read('log1')
        if (
          !/mounts\[\d\]\.source: what is mounted below .*vol is not shown.*vol\/media.*vol\/logs/.test(log)
        )
          context.fail(log)
      }),
      start(),
      wait('stopped'),
      output('top'),
      remove(),
      gone(),
      ...taken,
    ],
  }),
  defineCase({
    id: 'mounts.rbind-changed',
    title:
      'a link that stands in the place of a mount below the source leads nothing of the host into the container',
    stands: `${stands}; rename(2) through a nullfs does not see that a directory is covered, so another container may do it`,
    mark: 'jailwright',
    files: { ...files, 'secret/f': 'secret' },
    config: { mounts: [bind('vol', '/data', 'rw')] },
    program: 'cat /data/media/f 2>/dev/null || echo nothing',
    steps: [
      mountTmpfs('vol/media'),
      // The table of mounts goes on telling where it was made.
      tool(['mv', '%{dir}/vol', '%{dir}/moved']),
      tool(['mkdir', '%{dir}/vol']),
      tool(['ln', '-s', '%{dir}/secret', '%{dir}/vol/media']),
      create(),
      start(),
      wait('stopped'),
      // In the container the link leads nowhere.
      output('nothing'),
      remove(),
      gone(),
      tool(['umount', '%{dir}/moved/media'], {}),
      file('secret/f', 'secret'),
    ],
  }),
]
