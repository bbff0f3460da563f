/** linux.devices and linux.resources.devices. */
import { defineCase, wholeLife } from '../../harness/define.ts'
import { look } from './words.ts'

/** linux.devices and linux.resources.devices. */
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
]
