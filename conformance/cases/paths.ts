/** Masked and read-only paths (config-linux.md) beside mounts, links and one another. */
import { create, defineCase, file, gone, output, remove, start, wait } from '../harness/define.ts'
import type { Json, Step, TextMatcher } from '../harness/types.ts'

const whole = (expected: TextMatcher): Step[] => [
  create(),
  start(),
  wait('stopped'),
  output(expected),
  remove(),
  gone(),
]

/** Those that take no notice of `linux`. */
const notFor = { ocijail: 'ignores linux.*', runj: 'ignores linux.*' }

/** A directory or file of the case directory, mounted in the container. */
function bind(source: string, destination: string, ...options: string[]): Json {
  return { destination, type: '%{bind}', source: `%{dir}/${source}`, options: ['rbind', ...options] }
}

/** Says whether a file can be written. */
const tried = (path: string) =>
  `if (echo x >>${path}) 2>/dev/null; then echo "written ${path}"; else echo "refused ${path}"; fi`

export const pathCases = [
  defineCase({
    id: 'paths.null-over-file',
    title: 'a bind of /dev/null over a file shows an empty file',
    stands:
      'config.md, Mounts; the way in which runc masks a file, and guides hide one; nullfs covers a file with no device',
    mark: 'any-runtime',
    notFor: { ocijail: 'nullfs of a device', runj: 'nullfs of a device' },
    rootFiles: { 'data/file': 'secret' },
    config: {
      mounts: [{ destination: '/data/file', type: '%{bind}', source: '/dev/null', options: ['bind', 'ro'] }],
    },
    program: 'cat /data/file; echo end',
    steps: [...whole('end'), file('b1/root/data/file', 'secret')],
  }),
  defineCase({
    id: 'paths.by-a-link',
    title: 'masked and read-only paths that lead by a link to the same file: the mask holds',
    stands:
      'config-linux.md, Masked Paths and Readonly Paths; vfs_mount.c: nothing can be mounted on a file that is a mount already (EBUSY)',
    mark: 'any-runtime',
    notFor,
    rootFiles: {
      'data/file': 'secret',
      'data/link': { link: 'file' },
      'data/other': 'text',
      'data/same': { link: 'other' },
    },
    config: {
      linux: {
        maskedPaths: ['/data/file', '/data/link'],
        readonlyPaths: ['/data/link', '/data/other', '/data/same'],
      },
    },
    program: `cat /data/file /data/link; cat /data/other; echo; ${tried('/data/other')}`,
    steps: [...whole('text\nrefused /data/other'), file('b1/root/data/file', 'secret')],
  }),
  defineCase({
    id: 'paths.link-to-file-mount',
    title: 'a masked path that leads by a link to the mount of a file',
    stands: 'config-linux.md, Masked Paths; vfs_mount.c: nothing can be mounted on a file mount (EBUSY)',
    mark: 'any-runtime',
    notFor,
    files: { one: 'secret', two: 'text' },
    rootFiles: {
      'data/one': '',
      'data/two': '',
      'data/first': { link: 'one' },
      'data/second': { link: 'two' },
    },
    config: {
      mounts: [bind('one', '/data/one', 'rw'), bind('two', '/data/two', 'ro')],
      linux: { maskedPaths: ['/data/first'], readonlyPaths: ['/data/second'] },
    },
    program: `cat /data/one /data/two; echo; ${tried('/data/two')}`,
    steps: [...whole('text\nrefused /data/two'), file('one', 'secret')],
  }),
  defineCase({
    id: 'paths.hard-linked-file',
    title: 'a read-only file of more than one name keeps its contents',
    stands:
      'config-linux.md, Readonly Paths; nullfs covers only files of one hard link (mounts.md section 3)',
    mark: 'any-runtime',
    notFor,
    rootFiles: { 'data/file': 'text' },
    config: { linux: { readonlyPaths: ['/data/file'] } },
    program: `cat /data/file; echo; ${tried('/data/file')}`,
    steps: [
      { do: 'tool', argv: ['ln', '%{dir}/b1/root/data/file', '%{dir}/b1/root/data/second'], expect: {} },
      ...whole('text\nrefused /data/file'),
      file('b1/root/data/file', 'text'),
    ],
  }),
]
