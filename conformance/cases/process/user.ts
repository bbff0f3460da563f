/** User, groups and umask (config.md, "POSIX-platform User"). */
import { create, defineCase, output, remove, start, wait } from '../../harness/define.ts'

/** User, groups and umask. */
export const userCases = [
  defineCase({
    id: 'process.umask-default',
    title: 'the umask is 0022 when the config names none',
    stands:
      'podman and runc: without process.user.umask the container gets 0022; ocijail (process.cpp) gives 0077',
    mark: 'any-runtime',
    program: 'umask; echo x >/tmp/f; ls -l /tmp/f',
    steps: [create(), start(), wait('stopped'), output([/^0?022$/m, /^-rw-r--r--/m]), remove()],
  }),
  defineCase({
    id: 'process.umask',
    title: 'process.user.umask is applied',
    stands:
      'config.md, POSIX-platform User: "umask (int, OPTIONAL) specifies the umask of the user. If unspecified, the umask should not be changed from the calling process\' umask"; ocijail (process.cpp) never takes it over',
    mark: 'any-runtime',
    config: { process: { user: { umask: 0o077 } } },
    program: 'umask; echo x >/tmp/f; ls -l /tmp/f',
    steps: [create(), start(), wait('stopped'), output([/^0?077$/m, /^-rw-------/m]), remove()],
  }),
  defineCase({
    id: 'process.umask-zero',
    title: 'an umask of 0 is not taken for none',
    stands: 'config.md, POSIX-platform User: umask 0 is a value',
    mark: 'any-runtime',
    config: { process: { user: { umask: 0 } } },
    program: 'echo x >/tmp/f; ls -l /tmp/f',
    steps: [create(), start(), wait('stopped'), output(/^-rw-rw-rw-/m), remove()],
  }),
  defineCase({
    id: 'process.user',
    title: 'uid, gid and supplementary groups are applied',
    stands:
      'config.md, POSIX-platform User: uid, gid, additionalGids "specify the user ID, group ID and additional group IDs in the container"',
    mark: 'any-runtime',
    config: { process: { user: { uid: 1001, gid: 1002, additionalGids: [1003, 44] } } },
    program: 'id -u; id -g; echo "groups $(id -G)"',
    steps: [
      create(),
      start(),
      wait('stopped'),
      output([/^1001\n1002\n/, /^groups .*\b1003\b/m, /^groups .*\b44\b/m, { not: /^groups (.* )?0\b/m }]),
      remove(),
    ],
  }),
  defineCase({
    id: 'process.user-absent',
    title: 'without process.user the program is root, group 0',
    stands:
      "the specification's config-schema.json does not require process.user; runc takes 0:0, ocijail (process.cpp) leaves it to chance",
    mark: 'any-runtime',
    config: { process: { user: null } },
    program: 'id -u; id -g; umask',
    output: /^0\n0\n0?022\n$/,
  }),
  defineCase({
    id: 'process.user-empty',
    title: 'an empty process.user is root, group 0',
    stands: 'config-schema.json requires neither uid nor gid; runc and crun take 0 for both',
    mark: 'any-runtime',
    config: { process: { user: {} } },
    program: 'id -u; id -g; umask',
    output: /^0\n0\n0?022\n$/,
  }),
  defineCase({
    id: 'process.user-no-groups',
    title: 'without additionalGids no group of the caller is kept',
    stands: 'config.md, POSIX-platform User: additionalGids lists the additional groups; none are inherited',
    mark: 'any-runtime',
    config: { process: { user: { uid: 1001, gid: 1002 } } },
    program: 'id -u; id -g; id -G',
    output: '1001\n1002\n1002',
  }),
  defineCase({
    id: 'process.gid-only',
    title: 'root may have another gid',
    stands:
      'config.md, POSIX-platform User: gid; setgroups(2) does not set the effective gid on FreeBSD 15 (sys/kern/kern_prot.c)',
    mark: 'any-runtime',
    config: { process: { user: { uid: 0, gid: 1002, additionalGids: [44] } } },
    program: 'id -u; id -g',
    output: '0\n1002',
  }),
  defineCase({
    id: 'process.not-root-cannot',
    title: "a user other than root has root's files closed to it",
    stands: "config.md, POSIX-platform User: the program runs with that user's rights",
    mark: 'any-runtime',
    rootFiles: { 'etc/secret': { text: 'secret', mode: 0o600 } },
    config: { process: { user: { uid: 1001, gid: 1002 } } },
    program: 'if cat /etc/secret 2>/dev/null; then echo read; else echo refused; fi',
    output: 'refused',
  }),
]
