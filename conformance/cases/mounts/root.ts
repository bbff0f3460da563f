/** The root file system (config.md, "Root"). */
import { check, defineCase, file, wholeLife } from '../../harness/define.ts'
import { bind } from '../../harness/entries.ts'
import { tmpfs } from './words.ts'

/** The root file system. */
export const rootCases = [
  defineCase({
    id: 'root.readonly',
    title: 'a read-only root cannot be written, mounts in it can',
    stands:
      'config.md, Root: "readonly (bool, OPTIONAL) If true then the root filesystem MUST be read-only inside the container"',
    mark: 'any-runtime',
    notFor: { runj: 'not done' },
    files: { 'vol/f': 'x' },
    config: { root: { readonly: true }, mounts: [tmpfs('/tmp', 'mode=1777'), bind('vol', '/mnt', 'rw')] },
    rootFiles: { 'mnt/x': 'x' },
    program:
      'if (echo x >/newfile) 2>/dev/null; then echo written; else echo refused; fi; if rm /etc/passwd 2>/dev/null; then echo removed; else echo kept; fi; echo t >/tmp/f && cat /tmp/f; echo v >/mnt/g && cat /mnt/g',
    steps: [
      ...wholeLife('refused\nkept\nt\nv'),
      file('b1/root/newfile', 'absent'),
      file('b1/root/etc/passwd', 'present'),
      file('vol/g', 'v'),
    ],
  }),
  defineCase({
    id: 'root.readonly-missing-points',
    title: 'a read-only root may lack its mount points',
    stands:
      'podman --read-only writes mounts on /var/run/.containerenv and /etc/resolv.conf that an image need not have',
    mark: 'any-runtime',
    notFor: { runj: 'not done' },
    files: { one: 'file' },
    config: { root: { readonly: true }, mounts: [bind('one', '/etc/made.conf', 'ro')] },
    program: 'cat /etc/made.conf',
    output: 'file',
  }),
  defineCase({
    id: 'root.readonly-devices',
    title: 'devices can be written below a read-only root',
    stands: 'config.md, Root: readonly concerns the root file system; podman run --read-only',
    mark: 'any-runtime',
    notFor: { runj: 'not done' },
    config: { root: { readonly: true } },
    program: 'echo x >/dev/null && echo works; if (echo x >/etc/f) 2>/dev/null; then echo written; fi',
    output: 'works',
  }),
  defineCase({
    id: 'root.writable',
    title: 'a root is writable when the config does not say otherwise',
    stands: 'config.md, Root: "readonly ... defaults to false"',
    mark: 'any-runtime',
    program: 'echo x >/newfile && cat /newfile',
    steps: [...wholeLife('x'), file('b1/root/newfile', 'x')],
  }),
  defineCase({
    id: 'root.path-with-spaces',
    title: 'the path of a root may have spaces, quotes and dollars',
    stands: 'a path may be any text, which jail.conf(5) has to quote',
    mark: 'any-runtime',
    config: { root: { path: "%{dir}/odd 'root' $x" } },
    program: 'echo in',
    steps: [
      check('the root moves', async context => {
        await context.tool('mv', context.expand('%{root}'), context.expand("%{dir}/odd 'root' $x"))
      }),
      ...wholeLife('in'),
    ],
  }),
  ...['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave', 'unbindable', 'runbindable'].map(value =>
    defineCase({
      id: `root.propagation-${value}`,
      title: `linux.rootfsPropagation ${value} is taken, and means nothing in a jail`,
      stands:
        'config-linux.md, Rootfs Mount Propagation: slave, private, shared, unbindable; runc and crun take the forms with r, and callers write them',
      mark: 'jails',
      config: { linux: { rootfsPropagation: value } },
      program: 'echo runs',
      output: 'runs',
    }),
  ),
  defineCase({
    id: 'root.readonly-cwd-made',
    title: 'a missing working directory is made although the root is read-only for the program',
    stands:
      "config.md, Root: readonly holds inside the container; runc makes the directory before; crun's suite, test_cwd_not_exist",
    mark: 'any-runtime',
    notFor: { runc: '1.1 makes it too late', ocijail: 'refuses it', runj: 'refuses it' },
    config: { root: { readonly: true }, process: { cwd: '/srv/new/dir' } },
    program: 'pwd; (echo x >f) 2>/dev/null || echo refused',
    steps: [...wholeLife('/srv/new/dir\nrefused'), file('b1/root/srv/new', 'absent')],
  }),
]
