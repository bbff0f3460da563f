/** Types and options of mounts that are Linux's, unknown or wrong. */
import { call, create, defineCase, failsToStart, file, gone, wholeLife } from '../../harness/define.ts'
import { bind } from '../../harness/entries.ts'
import { tmpfs } from './words.ts'

/** Types and options of mounts that are Linux's, unknown or wrong. */
export const translatedMountCases = [
  defineCase({
    id: 'mounts.linux-options',
    title: 'options of Linux on a volume change nothing',
    stands:
      'podman writes rw, rprivate, rbind, nosuid, nodev on nullfs (docs/freebsd/podman.md); propagation does not exist on FreeBSD',
    mark: 'any-runtime',
    notFor: { runj: 'passes them to mount' },
    files: { 'vol/f': 'seen' },
    config: {
      mounts: [
        bind('vol', '/mnt', 'rw', 'rprivate', 'nosuid', 'nodev', 'relatime'),
        bind('vol', '/mnt2', 'rslave'),
      ],
    },
    program: 'cat /mnt/f /mnt2/f',
    output: 'seenseen',
  }),
  defineCase({
    id: 'mounts.source-kinds-differ',
    title: 'a directory over a file is an error that says so',
    stands: 'mount_nullfs(8): source and target must be both directories or both files',
    mark: 'any-runtime',
    files: { 'vol/f': 'x' },
    config: { mounts: [bind('vol', '/etc/passwd')] },
    steps: failsToStart(/director|same type|passwd/i),
  }),
  defineCase({
    id: 'mounts.unknown-type',
    title: 'an unknown type of mount is an error',
    stands: 'config.md: "runtimes MUST generate an error when invalid or unsupported values are encountered"',
    mark: 'any-runtime',
    config: { mounts: [{ destination: '/mnt', type: 'nosuchfs', source: 'x' }] },
    steps: [create({ fails: true }), gone()],
  }),
  ...(['nfs', 'fusefs', 'smbfs'] as const).map(type =>
    defineCase({
      id: `mounts.type-${type}`,
      title: `a mount of type ${type} is refused with the program that mounts it, by plan and create alike`,
      stands: `sys/kern/vfs_mount.c mounts ${type} from what mount_${type}(8) alone knows; docs/config.md, mounts[].type`,
      mark: 'jailwright',
      config: { mounts: [{ destination: '/mnt', type, source: 'server:/x' }] },
      steps: [
        create({
          fails: new RegExp(`mounts\\[\\d\\]\\.type: ${type} is mounted by mount_${type}\\(8\\) only`),
        }),
        call(['plan', '--bundle', '%{bundle}', '--id', 'x'], {
          fails: new RegExp(`mount_${type}\\(8\\) only`),
        }),
        gone(),
        file('b1/root/mnt', 'absent'),
      ],
    }),
  ),
  defineCase({
    id: 'mounts.of-linux',
    title:
      'what podman mounts on Linux is translated or left out: the container runs and sees no more devices',
    stands:
      'docs/config.md: mounts that only Linux has (proc, sysfs, tmpfs on /dev, devpts, mqueue, cgroup, /dev/shm) are translated or left out, and their options mapped or ignored by a table',
    mark: 'jailwright',
    needs: ['linux'],
    config: {
      mounts: {
        replace: [
          { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
          tmpfs('/dev', 'nosuid', 'strictatime', 'mode=755', 'size=65536k'),
          {
            destination: '/sys',
            type: 'sysfs',
            source: 'sysfs',
            options: ['nosuid', 'noexec', 'nodev', 'ro'],
          },
          {
            destination: '/dev/pts',
            type: 'devpts',
            source: 'devpts',
            options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
          },
          {
            destination: '/dev/mqueue',
            type: 'mqueue',
            source: 'mqueue',
            options: ['nosuid', 'noexec', 'nodev'],
          },
          {
            destination: '/sys/fs/cgroup',
            type: 'cgroup',
            source: 'cgroup',
            options: ['rprivate', 'nosuid', 'noexec', 'nodev', 'relatime', 'ro'],
          },
          { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: ['mode=1777', 'size=64k'] },
        ],
      },
      linux: { namespaces: [{ type: 'pid' }, { type: 'mount' }, { type: 'uts' }, { type: 'ipc' }] },
    },
    program:
      'test -c /dev/null && echo null; test -e /dev/mem || echo "no mem"; test -e /proc/meminfo && echo proc; echo x >/dev/shm/f && cat /dev/shm/f; ls -ld /dev/shm',
    steps: wholeLife([/^null\nno mem\nproc\nx\n/, /^drwxrwxrwt/m]),
  }),
  defineCase({
    id: 'mounts.devfs-rule-user',
    title: 'a devfs rule for a user that the host lacks is an error that names the option',
    stands: 'devfs(8) names only the word that is wrong; an error of the runtime names the property',
    mark: 'jailwright',
    config: {
      mounts: {
        replace: [
          {
            destination: '/dev',
            type: 'devfs',
            source: 'devfs',
            options: ['ruleset=4', 'rule=path null user nobody-here unhide'],
          },
        ],
      },
    },
    steps: [create({ fails: /mounts\[0\]\.options\[1\]: .*nobody-here/ }), gone()],
  }),
]
