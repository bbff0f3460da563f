/** The left-overs of a hostile container must not prevent its delete, nor make delete touch what others have. */
import {
  check,
  create,
  defineCase,
  file,
  gone,
  output,
  remove,
  removeForce,
  start,
  tool,
  wait,
} from '../../harness/define.ts'
import { bind } from '../../harness/entries.ts'

/** Deletes of containers that were hostile. */
export const afterwardsCases = [
  defineCase({
    id: 'security.undeletable',
    title:
      'a container that keeps a file from being put back is an error of delete, and delete --force gives it up',
    stands:
      'runtime.md, Delete: "Deleting a container MUST delete the resources that were created during the create step"; rename(2), EISDIR',
    mark: 'jailwright',
    files: { hosts: 'mounted' },
    rootFiles: { 'etc/hosts': 'image' },
    config: { mounts: [bind('hosts', '/etc/hosts', 'ro')] },
    program: 'mv /etc /old; mkdir -p /etc/hosts; exit 0',
    steps: [
      // The file gets a second name, so that the runtime puts the image's file aside.
      tool(['ln', '%{dir}/b1/root/etc/hosts', '%{dir}/b1/root/second']),
      create(),
      start(),
      wait('stopped'),
      // The file that was put aside has moved with /etc; the new /etc gets one of the same name, and hosts is a directory.
      tool(['cp', '%{dir}/hosts', '%{dir}/b1/root/etc/.hosts.jailwright']),
      remove({ fails: /put \.hosts\.jailwright back as \/etc\/hosts/ }),
      removeForce({ log: /given up/ }),
      gone(),
    ],
  }),
  defineCase({
    id: 'security.made-in-a-volume',
    title: "a mount point that was made in a shared volume stays, and another container's mount with it",
    stands:
      'unlink(2) and rmdir(2) through one nullfs do not see what is mounted through another (sys/kern/vfs_lookup.c); runc leaves what it has made in a volume',
    mark: 'jailwright',
    files: { 'vol/f': 'volume', 'other/f': 'other', one: 'one' },
    config: {
      mounts: [
        bind('vol', '/data', 'rw'),
        bind('other', '/data/made/sub', 'rw'),
        bind('one', '/data/file', 'ro'),
      ],
    },
    program: 'cat /data/made/sub/f /data/file',
    steps: [
      create(),
      start(),
      wait('stopped'),
      output('otherone'),
      remove(),
      gone(),
      check('what was made in the volume is there, what was made in the root is not', async context => {
        const seen = await context.tool('ls', context.expand('%{dir}/vol'), context.expand('%{dir}/vol/made'))
        if (!/made/.test(seen.stdout) || !/sub/.test(seen.stdout)) context.fail(seen.stdout)
      }),
      file('b1/root/data', 'absent'),
    ],
  }),
  defineCase({
    id: 'mounts.dangling-link',
    title: 'delete removes the mount point that was made for a mount over a dangling link',
    stands: 'config.md, Mounts; podman commit would keep a left-over in the image',
    mark: 'any-runtime',
    notFor: {
      runc: 'leaves what it has made',
      crun: 'leaves what it has made',
      ocijail: 'leaves what it has made',
      runj: 'passes it to mount',
    },
    files: { one: 'zone' },
    rootFiles: { 'etc/localtime': { link: '/usr/share/zones/here' } },
    config: { mounts: [bind('one', '/etc/localtime', 'ro')] },
    program: 'cat /usr/share/zones/here',
    steps: [
      create(),
      start(),
      wait('stopped'),
      output('zone'),
      remove(),
      gone(),
      file('b1/root/usr/share/zones', 'absent'),
    ],
  }),
  defineCase({
    id: 'security.own-mounts',
    title: "delete removes what a container has mounted itself, also over the runtime's own mounts",
    stands:
      'jail(8), allow.mount: mounts stay when the jail is gone, and keep it dying (prison_deref in sys/kern/kern_jail.c)',
    mark: 'jails',
    notFor: { ocijail: 'leaves them', runj: 'leaves them' },
    files: { 'vol/f': 'volume' },
    rootFiles: { 'mnt/one': { dir: true } },
    config: {
      mounts: [bind('vol', '/data', 'rw')],
      annotations: {
        'org.freebsd.jail.allow.mount': 'true',
        'org.freebsd.jail.allow.mount.tmpfs': 'true',
        'org.freebsd.jail.enforce_statfs': '1',
      },
    },
    program:
      'mount -t tmpfs tmpfs /data && mount -t tmpfs tmpfs /mnt/one && mkdir /mnt/one/deep && mount -t tmpfs tmpfs /mnt/one/deep && echo mounted',
    steps: [
      create(),
      start(),
      wait('stopped'),
      output(/mounted/),
      remove(),
      gone(),
      check('nothing is mounted any more', async context => {
        const { stdout } = await context.tool('mount', '-v')
        const lines = stdout.split('\n').filter(line => line.includes(` on ${context.expand('%{dir}')}/`))
        if (lines.length > 0) context.fail(lines.join('; '))
      }),
      file('vol/f', 'volume'),
    ],
  }),
]
