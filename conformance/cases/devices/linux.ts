/** linux.devices and linux.resources.devices, and /dev/fd of a Linux image. */
import { defineCase, wholeLife } from '../../harness/define.ts'
import { look } from './words.ts'

/** linux.devices and linux.resources.devices, and /dev/fd of a Linux image. */
export const linuxDeviceCases = [
  defineCase({
    id: 'devices.cgroup-deny-write',
    title: 'a rule that denies writing takes only that away',
    stands: 'config-linux.md, Allowed Device list: access is made of r (read), w (write) and m (mknod)',
    mark: 'jailwright',
    config: {
      linux: { resources: { devices: [{ allow: false, type: 'c', major: 1, minor: 5, access: 'w' }] } },
    },
    program: 'ls -l /dev/zero /dev/null',
    steps: wholeLife([/^cr--r--r--.*\/dev\/zero$/m, /^crw-rw-rw-.*\/dev\/null$/m]),
  }),
  defineCase({
    id: 'devices.linux-list',
    title: 'linux.devices shows a device with the mode and owner it names',
    stands: 'config-linux.md, Devices: path, type, fileMode, uid, gid',
    mark: 'jailwright',
    needs: ['bpf'],
    config: {
      linux: {
        devices: [{ path: '/dev/bpf', type: 'c', major: 0, minor: 23, fileMode: 0o660, uid: 0, gid: 44 }],
      },
    },
    program: 'ls -ln /dev/bpf',
    steps: wholeLife(/^crw-rw---- .* 0 +44 /m),
  }),
  defineCase({
    id: 'devices.linux-deny-all',
    title: 'linux.resources.devices that denies everything leaves /dev as the devfs mount says',
    stands:
      'podman writes a deny-all for every Linux image, while the devfs mount says what may be seen (docs/freebsd/podman.md)',
    mark: 'jails',
    config: { linux: { resources: { devices: [{ allow: false, access: 'rwm' }] } } },
    program: look('null zero mem'),
    steps: wholeLife('null yes\nzero yes\nmem no'),
  }),
  defineCase({
    id: 'devices.linux-fd',
    title:
      'in /dev/fd of a Linux image a descriptor is a link that names its file, as programs of Linux read it',
    stands:
      'linux(4) mounts fdescfs with linrdlnk (libexec/rc/rc.d/linux), and podman writes no option; /proc/self/fd of linprocfs is /dev/fd',
    mark: 'jailwright',
    rootFiles: { 'data/file': 'seen\n' },
    config: { linux: {} },
    program: 'ls -l /dev/fd/0 </data/file; cat /dev/fd/0 </data/file; ls -l /dev/fd/9',
    steps: wholeLife([
      /^lr-xr-xr-x .* \/dev\/fd\/0 -> \/data\/file$/m,
      /^seen$/m,
      /\/dev\/fd\/9: Bad file descriptor/,
    ]),
  }),
  defineCase({
    id: 'devices.linux-fd-rdlnk',
    title: 'a Linux image with rdlnk keeps it: the link is followed to the file',
    stands: 'fdescfs(4), rdlnk: /dev/fd nodes are links that are followed; docs/config.md, mounts',
    mark: 'jailwright',
    rootFiles: { 'data/file': 'seen' },
    config: {
      linux: {},
      mounts: {
        replace: [
          { destination: '/dev', type: 'devfs', source: 'devfs', options: ['ruleset=4'] },
          { destination: '/dev/fd', type: 'fdescfs', source: 'fdesc', options: ['rdlnk'] },
        ],
      },
    },
    program: 'ls -l /dev/fd/0 </data/file; ls -lL /dev/fd/0 </data/file',
    steps: wholeLife([/^lr-xr-xr-x .* -> \/data\/file$/m, /^-rw-.* 4 .*\/dev\/fd\/0$/m]),
  }),
  defineCase({
    id: 'devices.freebsd-fd',
    title: 'in /dev/fd of a container of FreeBSD a descriptor is a character device',
    stands: 'fdesc_getattr (sys/fs/fdescfs/fdesc_vnops.c): VCHR without linrdlnk and rdlnk',
    mark: 'jails',
    rootFiles: { 'data/file': 'seen\n' },
    program: 'ls -l /dev/fd/0 </data/file; cat /dev/fd/0 </data/file',
    steps: wholeLife([/^cr-xr-xr-x .* \/dev\/fd\/0$/m, /^seen$/m]),
  }),
]
