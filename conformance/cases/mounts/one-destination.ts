/** Two mounts on one destination: the later one is seen, or the two are refused by name. */
import { create, defineCase, file, gone, wholeLife } from '../../harness/define.ts'
import { bind } from '../../harness/entries.ts'

/** Two mounts on one destination. */
export const oneDestinationCases = [
  defineCase({
    id: 'mounts.file-over-file',
    title: 'a second file on the destination of a file mount is refused by name, and nothing is left',
    stands:
      'nullfs_mount on a file that is a mount point already is EBUSY (vfs_domount_first in sys/kern/vfs_mount.c); runtime.md, Errors',
    mark: 'jailwright',
    files: { one: 'first', two: 'second' },
    config: { mounts: [bind('one', '/etc/f', 'ro'), bind('two', '/etc/f', 'ro')] },
    steps: [create({ fails: /mounts\[\d+\].*\/etc\/f/ }), gone(), file('b1/root/etc/f', 'absent')],
  }),
  defineCase({
    id: 'mounts.directory-over-directory',
    title: 'a second directory on the destination of a directory mount covers the first',
    stands:
      'mount(2): a directory that is a mount point can be covered again; config.md, Mounts: in the listed order',
    mark: 'jails',
    files: { 'one/f': 'first', 'two/f': 'second' },
    config: { mounts: [bind('one', '/mnt', 'ro'), bind('two', '/mnt', 'ro')] },
    program: 'cat /mnt/f',
    steps: wholeLife('second'),
  }),
]
