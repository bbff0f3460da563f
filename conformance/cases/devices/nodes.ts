/** Which device nodes a container has. */
import {
  check,
  create,
  defineCase,
  file,
  finish,
  output,
  remove,
  removeForce,
  start,
  startReady,
  wait,
  wholeLife,
} from '../../harness/define.ts'
import { look } from './words.ts'

/** Which device nodes a container has. */
export const deviceNodeCases = [
  defineCase({
    id: 'devices.whole-dev',
    title: 'a bind of /dev is made and said to show every device of the host',
    stands:
      'truenas/middleware#166, poudriere#59: a /dev without rules shows the disks of the host, so it is never silent',
    mark: 'jailwright',
    config: { mounts: [{ destination: '/hostdev', type: 'bind', source: '/dev', options: ['rbind', 'ro'] }] },
    steps: [create({ log: /"warning".*\.source: \/dev shows every device of the host/ }), removeForce()],
  }),
  defineCase({
    id: 'devices.standard-streams',
    title: "/dev/stdin, /dev/stdout, /dev/stderr and /dev/fd/3 are the program's descriptors",
    stands: 'fdescfs(5): descriptors above 2 are in /dev/fd only where fdescfs is mounted; podman mounts it',
    mark: 'jails',
    program:
      'echo one >/dev/stdout; echo two >/dev/stderr; echo three | cat /dev/stdin; exec 3>/tmp/three; echo four >/dev/fd/3; cat /tmp/three',
    steps: wholeLife([/^one$/m, /^two$/m, /^three$/m, /^four$/m]),
  }),
  defineCase({
    id: 'devices.null-works',
    title: '/dev/null and /dev/zero work',
    stands: 'config-linux.md, Default Devices, as far as FreeBSD has them',
    mark: 'any-runtime',
    program:
      'echo x >/dev/null && dd if=/dev/zero of=/tmp/z bs=16 count=1 2>/dev/null; ls -l /tmp/z; cat /dev/null; echo end',
    steps: [create(), start(), wait('stopped'), output([/ 16 /, /end$/m]), remove()],
  }),
  defineCase({
    id: 'devices.bind-from-dev',
    title: 'a bind mount from /dev shows the device: the LXC recipe',
    stands: 'docs/recipes/lxc-device; podman -v /dev/dri fails with "Operation not supported" (ocijail#21)',
    mark: 'jails',
    needs: ['bpf'],
    notFor: { ocijail: 'cannot mount over devfs', runj: 'cannot mount over devfs' },
    config: { mounts: [{ destination: '/dev/bpf', type: 'nullfs', source: '/dev/bpf', options: ['rbind'] }] },
    program: look('bpf mem'),
    steps: wholeLife('bpf yes\nmem no'),
  }),
  defineCase({
    id: 'devices.hot-add',
    title: 'update --device-add and --device-remove show and hide a device in a running container',
    stands: 'devfs(8), rule apply: rules act on the nodes that are there, so no restart is needed',
    mark: 'jailwright',
    needs: ['bpf'],
    program:
      'echo ready; while :; do if test -e /dev/bpf; then echo yes >/tmp/now; else echo no >/tmp/now; fi; sleep 0.1; done',
    steps: [
      ...startReady(),
      check('it comes and goes', async context => {
        const id = context.expand('%{id}')
        const now = () => context.read(context.expand('%{root}/tmp/now')).trim()
        await context.until('it was there before', () => now() === 'no')
        const added = await context.runtime('update', '--device-add', '/dev/bpf', id)
        if (added.status !== 0) context.fail(added.stderr)
        await context.until('it did not come', () => now() === 'yes')
        const taken = await context.runtime('update', '--device-remove', '/dev/bpf', id)
        if (taken.status !== 0) context.fail(taken.stderr)
        await context.until('it did not go', () => now() === 'no')
      }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'devices.shm',
    title: '/dev/shm is a writable tmpfs',
    stands:
      'podman: rule=path shm unhide mode 1777 and a tmpfs notmpcopyup on /dev/shm (pkg/specgen/generate/oci_freebsd.go)',
    mark: 'jails',
    // devfs has /dev/shm once the Linux ABI is loaded, and nobody can make a directory in a devfs.
    needs: ['linux'],
    notFor: { runj: 'knows no rule=' },
    config: {
      mounts: {
        replace: [
          {
            destination: '/dev',
            type: 'devfs',
            source: 'devfs',
            options: ['ruleset=4', 'rule=path shm unhide mode 1777'],
          },
          { destination: '/dev/fd', type: 'fdescfs', source: 'fdesc' },
          {
            destination: '/dev/shm',
            type: 'tmpfs',
            source: 'shm',
            options: ['rw', 'rprivate', 'notmpcopyup'],
          },
        ],
      },
    },
    program: 'echo x >/dev/shm/f && cat /dev/shm/f',
    steps: wholeLife('x'),
  }),
  defineCase({
    id: 'devices.image-has-dev-files',
    title: 'files that an image has in /dev stay hidden, and unharmed',
    stands: "mount_devfs covers the image's directory; runtime.md, Delete",
    mark: 'jails',
    rootFiles: { 'dev/evil': 'x' },
    program: look('evil null'),
    steps: [...wholeLife('evil no\nnull yes'), file('b1/root/dev/evil', 'x')],
  }),
]
