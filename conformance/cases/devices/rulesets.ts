/** What a container sees in /dev on FreeBSD: rulesets, rules of podman, the specification's and Linux's device lists. */
import {
  check,
  create,
  defineCase,
  file,
  finish,
  gone,
  output,
  remove,
  removeForce,
  start,
  startReady,
  wait,
  wholeLife,
} from '../../harness/define.ts'
import type { Json, JsonObject } from '../../harness/types.ts'

/** Prints which of the named nodes are there, and the mode of one. */
const look = (names: string) =>
  `for n in ${names}; do if test -e /dev/$n || test -L /dev/$n; then echo "$n yes"; else echo "$n no"; fi; done`

function devfs(...options: string[]): JsonObject {
  return {
    mounts: {
      replace: [
        { destination: '/dev', type: 'devfs', source: 'devfs', options },
        { destination: '/dev/fd', type: 'fdescfs', source: 'fdesc' },
      ],
    },
  }
}

/** podman's way of showing a device: a rule on the devfs mount. */
const ruleOf = (path: string, mode: string): Json =>
  devfs('ruleset=4', `rule=path ${path} unhide mode ${mode}`) as Json

export const deviceCases = [
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
    id: 'devices.whole-dev',
    title: 'a bind of /dev is made and said to show every device of the host',
    stands: 'needs A.1.7: a /dev without rules shows the disks of the host, so it is never silent',
    mark: 'jailwright',
    config: { mounts: [{ destination: '/hostdev', type: 'bind', source: '/dev', options: ['rbind', 'ro'] }] },
    steps: [create({ log: /"warning".*\.source: \/dev shows every device of the host/ }), removeForce()],
  }),
  defineCase({
    id: 'devices.jail-ruleset',
    title: 'ruleset=4: the harmless devices and no others',
    stands:
      "podman writes ruleset=4 (oci_freebsd.go); devfs.rules(5), devfsrules_jail; truenas#166: a /dev without rules shows the host's disks",
    mark: 'jails',
    program: look('null zero random urandom fd stdin mem kmem bpf io pci ada0 da0 vtbd0 console'),
    steps: wholeLife(
      'null yes\nzero yes\nrandom yes\nurandom yes\nfd yes\nstdin yes\nmem no\nkmem no\nbpf no\nio no\npci no\nada0 no\nda0 no\nvtbd0 no\nconsole no',
    ),
  }),
  defineCase({
    id: 'devices.standard-streams',
    title: "/dev/stdin, /dev/stdout, /dev/stderr and /dev/fd/3 are the program's descriptors",
    stands:
      'fdescfs(5) on /dev/fd: "/dev/fd beyond 0-2 exists only if fdescfs is mounted" (traps.md 27); podman mounts it',
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
    id: 'devices.no-ruleset',
    title: "a devfs mount without a ruleset does not show the host's devices",
    stands:
      'design, Devices: fail closed; a missing ruleset shows every device of the host (traps.md 28, needs A.1.7)',
    mark: 'jails',
    notFor: { ocijail: 'mounts it as it is', runj: 'mounts it as it is' },
    config: devfs(),
    program: look('null mem kmem'),
    steps: wholeLife('null yes\nmem no\nkmem no'),
  }),
  defineCase({
    id: 'devices.ruleset-missing',
    title: 'a ruleset that does not exist is an error, not every device',
    stands: 'traps.md 28: "A missing ruleset exposes the full /dev"; ocijail#5',
    mark: 'jails',
    notFor: { ocijail: 'mounts it', runj: 'mounts it' },
    config: devfs('ruleset=64321'),
    steps: [create({ fails: /64321|ruleset/ }), gone()],
  }),
  defineCase({
    id: 'devices.ruleset-0',
    title: 'ruleset=0: every device, as a privileged container has it',
    stands: 'podman --privileged writes ruleset=0 (security_freebsd.go, bundle privileged.json)',
    mark: 'jails',
    config: devfs('ruleset=0'),
    program: look('null mem'),
    steps: wholeLife('null yes\nmem yes'),
  }),
  defineCase({
    id: 'devices.ruleset-bad',
    title: 'a ruleset that is no number is an error',
    stands: 'devfs(5): ruleset=0..65535',
    mark: 'jails',
    config: devfs('ruleset=many'),
    steps: [create({ fails: /ruleset/ }), gone()],
  }),
  defineCase({
    id: 'devices.rule-option',
    title: 'rule=path X unhide mode M shows the device',
    stands: 'podman --device writes this option (config_freebsd.go, needs A2.5, bundle device.json)',
    mark: 'jails',
    needs: ['bpf'],
    notFor: { runj: 'knows no rule=' },
    config: ruleOf('bpf', '0644') as JsonObject,
    program: `${look('bpf mem')}; ls -l /dev/bpf`,
    steps: wholeLife([/^bpf yes\nmem no\n/, /^crw-r--r--/m]),
  }),
  defineCase({
    id: 'devices.rule-only-here',
    title: 'a rule of one container does not show the device in another',
    stands: 'design, Devices: a container with rules of its own gets a ruleset number of its own',
    mark: 'jails',
    needs: ['bpf'],
    notFor: { runj: 'knows no rule=' },
    config: ruleOf('bpf', '0644') as JsonObject,
    program: look('bpf'),
    steps: [
      create(),
      { do: 'config', patch: devfs('ruleset=4'), n: 2 },
      create({ n: 2 }),
      start(),
      start({}, '%{id2}'),
      wait('stopped'),
      wait('stopped', '%{id2}'),
      output('bpf yes'),
      output('bpf no', 'out2'),
      remove(),
      remove({}, '%{id2}'),
    ],
  }),
  defineCase({
    id: 'devices.host-unchanged',
    title: "the host's own /dev keeps its modes",
    stands: "devfs(8) without -m acts on the host's /dev (traps.md 30, devfs.md 7)",
    mark: 'jails',
    needs: ['bpf'],
    config: ruleOf('bpf', '0611') as JsonObject,
    steps: [
      check('mode before', async context => {
        context.memory.set('before', (await context.tool('ls', '-l', '/dev/bpf')).stdout.slice(0, 10))
      }),
      create(),
      check('mode after create', async context => {
        const now = (await context.tool('ls', '-l', '/dev/bpf')).stdout.slice(0, 10)
        if (now !== context.memory.get('before'))
          context.fail(`${context.memory.get('before')} became ${now}`)
      }),
      removeForce(),
    ],
  }),
  defineCase({
    id: 'devices.dri-link',
    title: 'a rule for drm/128 shows dri/renderD128, the link that leads there, and the directories',
    stands:
      'dfr/ocijail#21: podman resolves the link and writes rule=path drm/128; directories and links stay hidden (needs A.1.1)',
    mark: 'jails',
    needs: ['drm'],
    notFor: { ocijail: 'ocijail#21 is open', runj: 'knows no rule=' },
    config: ruleOf('drm/128', '0600') as JsonObject,
    program: `${look('drm/128 dri/renderD128 dri/card0 drm/0')}; if cat /dev/dri/renderD128 >/dev/null 2>&1; then :; fi; if test -c /dev/dri/renderD128; then echo "leads to a device"; fi`,
    steps: wholeLife('drm/128 yes\ndri/renderD128 yes\ndri/card0 no\ndrm/0 no\nleads to a device'),
  }),
  defineCase({
    id: 'devices.dri-section',
    title: 'freebsd.devices: dri/renderD128 with its directory, card0 not',
    stands: 'issue 3, recipe GPU; config-freebsd.md, devices: path, mode',
    mark: 'jails',
    needs: ['dri'],
    notFor: { ocijail: 'does not read the section', runj: 'does not read the section' },
    config: { freebsd: { devices: [{ path: 'dri/renderD128', mode: 0o666 }] } },
    program: `${look('dri/renderD128 dri/card0')}; if test -c /dev/dri/renderD128; then echo "leads to a device"; fi`,
    steps: wholeLife('dri/renderD128 yes\ndri/card0 no\nleads to a device'),
  }),
  defineCase({
    id: 'devices.profile-gpu-render',
    title: 'the profile gpu-render shows render nodes and no display',
    stands: 'design, Devices: profiles; issue 3, recipe GPU',
    mark: 'jailwright',
    needs: ['dri'],
    config: { annotations: { 'org.jailwright.device.profiles': 'gpu-render' } },
    program: look('dri/renderD128 dri/card0'),
    steps: wholeLife('dri/renderD128 yes\ndri/card0 no'),
  }),
  defineCase({
    id: 'devices.profile-unknown',
    title: 'an unknown profile is an error that names it',
    stands: 'design, Devices: profiles',
    mark: 'jailwright',
    config: { annotations: { 'org.jailwright.device.profiles': 'nosuchprofile' } },
    steps: [create({ fails: /nosuchprofile/ }), gone()],
  }),
  defineCase({
    id: 'devices.profile-module-missing',
    title: 'a profile whose devices the host lacks is an error that names the module to load',
    stands:
      'design, Devices: "Each says what kernel module it needs, and check and create say so when it is missing"',
    mark: 'jailwright',
    needs: ['no-sound'],
    config: { annotations: { 'org.jailwright.device.profiles': 'audio' } },
    steps: [create({ fails: /snd_driver/ }), gone()],
  }),
  defineCase({
    id: 'devices.section',
    title: 'freebsd.devices with a mode in decimal',
    stands: 'config-freebsd.md, devices: "path ... mode"; JSON has the mode in decimal (needs A.5)',
    mark: 'jails',
    needs: ['bpf'],
    notFor: { ocijail: 'does not read the section', runj: 'does not read the section' },
    config: { freebsd: { devices: [{ path: 'bpf', mode: 0o640 }] } },
    program: `${look('bpf mem')}; ls -l /dev/bpf`,
    steps: wholeLife([/^bpf yes\nmem no\n/, /^crw-r-----/m]),
  }),
  defineCase({
    id: 'devices.section-missing',
    title: 'a device that the host does not have is an error that names it',
    stands: 'design, Devices: "A node that the host does not have is an error that names it"',
    mark: 'jails',
    notFor: { ocijail: 'does not read the section', runj: 'does not read the section' },
    config: { freebsd: { devices: [{ path: 'nosuchdevice0' }] } },
    steps: [create({ fails: /nosuchdevice0/ }), gone()],
  }),
  defineCase({
    id: 'devices.section-escape',
    title: 'a device path that leads out of /dev is refused',
    stands: 'config-freebsd.md, devices: path is relative to /dev',
    mark: 'jails',
    notFor: { ocijail: 'does not read the section', runj: 'does not read the section' },
    config: { freebsd: { devices: [{ path: '../etc/passwd' }] } },
    steps: [create({ fails: /devices/ }), gone()],
  }),
  defineCase({
    id: 'devices.linux-list',
    title: "linux.devices with the device's mode and owner",
    stands: 'config-linux.md, Devices: path, type, fileMode, uid, gid; design, Devices',
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
      'podman writes a deny-all for every Linux image while the devfs mount says what may be seen (podman-freebsd/README)',
    mark: 'jails',
    config: { linux: { resources: { devices: [{ allow: false, access: 'rwm' }] } } },
    program: look('null zero mem'),
    steps: wholeLife('null yes\nzero yes\nmem no'),
  }),
  defineCase({
    id: 'devices.bind-from-dev',
    title: 'a bind mount from /dev shows the device: the LXC recipe',
    stands: 'issue 3, recipe LXC; podman -v /dev/dri fails with "Operation not supported" (ocijail#21)',
    mark: 'jails',
    needs: ['bpf'],
    notFor: { ocijail: 'cannot mount over devfs', runj: 'cannot mount over devfs' },
    config: { mounts: [{ destination: '/dev/bpf', type: 'nullfs', source: '/dev/bpf', options: ['rbind'] }] },
    program: look('bpf mem'),
    steps: wholeLife('bpf yes\nmem no'),
  }),
  defineCase({
    id: 'devices.hot-add',
    title: 'update --device-add and --device-remove on a running container',
    stands:
      'design, Devices: "update --device-add/--device-remove applies rules to the running container\'s /dev without a restart"',
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
      'podman: rule=path shm unhide mode 1777 and a tmpfs notmpcopyup on /dev/shm (oci_freebsd.go, bundle linuximage.json)',
    mark: 'jails',
    // devfs has this directory once the Linux ABI is loaded, and none can be made in it.
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
