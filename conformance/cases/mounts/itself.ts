/** Nothing is mounted on itself: FreeBSD's nmount(2) would never return. */
import { create, defineCase, file, gone, removeForce, wholeLife } from '../../harness/define.ts'

/** A bind of an absolute path. */
const bindOf = (source: string, destination: string, option: 'ro' | 'rw') => ({
  destination,
  type: '%{bind}',
  source,
  options: ['rbind', option],
})

const stands =
  'sys/kern/vfs_mount.c, vfs_domount_first and vn_lock_pair: the root of a nullfs has the lock of what lies below it, and a nullfs on its own source waits for itself for ever'

/** A case of a mount that has no other form, so that the runtime has to refuse it. */
const refused = (id: string, title: string, parts: Partial<Parameters<typeof defineCase>[0]>) =>
  defineCase({
    id,
    title,
    stands,
    mark: 'jailwright',
    steps: [
      create({ fails: /mounts\[\d+\]: .* are one (directory|file), which FreeBSD cannot mount on itself/ }),
      gone(),
    ],
    ...parts,
  })

/** Mounts whose source is what they would cover. */
export const itselfCases = [
  defineCase({
    id: 'mounts.itself-rw',
    title: 'a volume whose source is the directory of the root where it goes is what is there already',
    stands,
    mark: 'jailwright',
    rootFiles: { 'data/f': 'text' },
    config: { mounts: [bindOf('%{dir}/b1/root/data', '/data', 'rw')] },
    program: 'cat /data/f; echo; echo new >/data/new',
    steps: [...wholeLife('text'), file('b1/root/data/new', /new/)],
  }),
  defineCase({
    id: 'mounts.itself-of-another',
    title:
      'a volume that another container with the same root shows there is refused, since that one takes it away',
    stands,
    mark: 'jailwright',
    files: { 'vol/f': 'text' },
    config: { root: { path: '%{dir}/b1/root' }, mounts: [bindOf('%{dir}/vol', '/data', 'rw')] },
    steps: [
      create(),
      create({
        n: 2,
        id: '%{id2}',
        fails: /mounts\[\d+\]: \/data shows .*\/vol by a mount of another container/,
      }),
      gone('%{id2}'),
      removeForce(),
      gone(),
    ],
  }),
  refused(
    'mounts.itself-ro',
    'a read-only volume whose source is the directory of the root where it goes is refused',
    {
      rootFiles: { 'data/f': 'text' },
      config: { mounts: [bindOf('%{dir}/b1/root/data', '/data', 'ro')] },
    },
  ),
  refused(
    'mounts.itself-file',
    'a read-only volume whose source is the file of the root where it goes is refused',
    {
      rootFiles: { 'data/f': 'text' },
      config: { mounts: [bindOf('%{dir}/b1/root/data/f', '/data/f', 'ro')] },
    },
  ),
  refused('mounts.itself-by-a-link', 'a volume that a link of the image leads to its own source is refused', {
    rootFiles: { 'data/f': 'text', way: { link: '/data' } },
    config: { mounts: [bindOf('%{dir}/b1/root/data', '/way', 'ro')] },
  }),
  refused(
    'mounts.itself-below-a-nullfs',
    'a directory of a volume mounted in its own place in that volume is refused',
    {
      files: { 'vol/sub/f': 'text' },
      config: { mounts: [bindOf('%{dir}/vol', '/data', 'rw'), bindOf('%{dir}/vol/sub', '/data/sub', 'ro')] },
    },
  ),
  refused(
    'mounts.itself-readonly-root',
    'a directory of a read-only root cannot be made writable by a mount of it on itself',
    {
      rootFiles: { 'data/f': 'text' },
      config: { root: { readonly: true }, mounts: [bindOf('%{dir}/b1/root/data', '/data', 'rw')] },
    },
  ),
  refused(
    'mounts.itself-through-a-nullfs',
    'a volume whose source shows by a nullfs of the host what it would cover is refused',
    {
      files: { view: { dir: true } },
      rootFiles: { 'data/f': 'text' },
      config: { mounts: [bindOf('%{dir}/view', '/data', 'ro')] },
      steps: [
        { do: 'tool', argv: ['mount', '-t', 'nullfs', '%{dir}/b1/root/data', '%{dir}/view'], expect: {} },
        create({ fails: /mounts\[\d+\]: .* are one directory, which FreeBSD cannot mount on itself/ }),
        { do: 'tool', argv: ['umount', '%{dir}/view'], expect: {} },
        gone(),
      ],
    },
  ),
  defineCase({
    id: 'mounts.readonly-below-a-nullfs',
    title: 'a read-only path in a volume is covered by a read-only copy',
    stands: `config-linux.md, Readonly Paths; ${stands}`,
    mark: 'any-runtime',
    notFor: { ocijail: 'ignores linux.*', runj: 'ignores linux.*' },
    files: { 'vol/sub/f': 'text' },
    config: {
      mounts: [bindOf('%{dir}/vol', '/data', 'rw')],
      linux: { readonlyPaths: ['/data/sub', '/data/sub/f'] },
    },
    program:
      'cat /data/sub/f; echo; (echo x >/data/sub/new) 2>/dev/null || echo refused; echo x >/data/new && echo written',
    output: 'text\nrefused\nwritten',
  }),
]
