/** tmpfs: size, mode, tmpcopyup, options of Linux. */
import { defineCase, file, wholeLife } from '../../harness/define.ts'
import { tmpfs } from './words.ts'

/** tmpfs: size, mode, tmpcopyup, options of Linux. */
export const tmpfsCases = [
  defineCase({
    id: 'mounts.tmpfs',
    title: 'a tmpfs is empty, and away after delete',
    stands: 'config.md, Mounts; podman --tmpfs',
    mark: 'any-runtime',
    rootFiles: { 'data/hidden': 'x' },
    config: { mounts: [tmpfs('/data', 'nosuid', 'rw')] },
    program: 'ls -A /data; echo x >/data/new; ls -A /data',
    steps: [...wholeLife('new'), file('b1/root/data/new', 'absent'), file('b1/root/data/hidden', 'x')],
  }),
  defineCase({
    id: 'mounts.tmpfs-size',
    title: 'a tmpfs holds no more than its size, given with a suffix',
    stands:
      "podman --tmpfs /t:size=64m; FreeBSD's tmpfs silently ignores a size that it cannot parse (sys/fs/tmpfs/tmpfs_vfsops.c)",
    mark: 'any-runtime',
    config: { mounts: [tmpfs('/t', 'size=1m')] },
    program:
      'if dd if=/bin/sh of=/t/a bs=65536 count=8 2>/dev/null; then echo fits; fi; i=0; while [ $i -lt 64 ] && dd if=/bin/sh of=/t/f$i bs=65536 count=1 2>/dev/null; do i=$((i+1)); done; if [ $i -lt 32 ]; then echo full; else echo "no limit at $i"; fi',
    steps: wholeLife('fits\nfull'),
  }),
  defineCase({
    id: 'mounts.tmpfs-mode',
    title: 'a tmpfs has the mode of its options',
    stands: 'podman --tmpfs /t:mode=1777; mount_tmpfs(5): mode is octal',
    mark: 'any-runtime',
    config: { mounts: [tmpfs('/t', 'mode=1777'), tmpfs('/u', 'mode=0700')] },
    program: 'ls -ld /t /u',
    steps: wholeLife([/^drwxrwxrwt.*\/t$/m, /^drwx------.*\/u$/m]),
  }),
  defineCase({
    id: 'mounts.tmpcopyup',
    title: 'tmpcopyup copies what the image has there, modes too',
    stands:
      'podman --read-only-tmpfs and --tmpfs: option tmpcopyup; ocijail (mount.cpp) leaves its copy in /tmp',
    mark: 'any-runtime',
    notFor: { runj: 'passes it to mount' },
    rootFiles: {
      'data/f': 'copied',
      'data/sub/g': 'deep',
      'data/private': { text: 'p', mode: 0o600 },
      'data/l': { link: 'f' },
    },
    config: { mounts: [tmpfs('/data', 'rw', 'tmpcopyup')] },
    program: 'cat /data/f /data/sub/g /data/l; echo; ls -l /data/private; echo new >/data/f',
    steps: [...wholeLife([/^copieddeepcopied$/m, /^-rw-------/m]), file('b1/root/data/f', 'copied')],
  }),
  defineCase({
    id: 'mounts.tmpcopyup-read-only',
    title: 'a read-only tmpfs with tmpcopyup is filled, and keeps its other options',
    stands:
      'podman --tmpfs /t:ro,noexec: tmpcopyup is its default; mount(2): an update takes flags back that it does not name, and tmpfs refuses one that tells another size',
    mark: 'any-runtime',
    notFor: { runj: 'passes it to mount' },
    rootFiles: { 'data/f': 'copied', 'data/run': { text: '#!/bin/sh\necho ran\n', mode: 0o755 } },
    config: { mounts: [tmpfs('/data', 'ro', 'nosuid', 'noexec', 'tmpcopyup', 'size=1000000')] },
    program:
      'cat /data/f; echo; (echo x >/data/g) 2>/dev/null || echo refused; /data/run 2>/dev/null || echo inert',
    steps: wholeLife('copied\nrefused\ninert'),
  }),
  defineCase({
    id: 'mounts.tmpfs-linux-options',
    title: 'options of Linux on a tmpfs change nothing',
    stands:
      'tmpfs(5) of FreeBSD rejects noatime, nodev, relatime (sys/kern/vfs_mount.c, vfs_filteropt); podman writes nodev',
    mark: 'any-runtime',
    notFor: { runj: 'passes them to mount' },
    config: { mounts: [tmpfs('/t', 'rw', 'rprivate', 'nosuid', 'nodev', 'noatime', 'relatime')] },
    program: 'echo x >/t/f && cat /t/f',
    output: 'x',
  }),
]
