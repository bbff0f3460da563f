/** Rulesets of devfs: those of the host, and one that the container alone has. */
import {
  check,
  create,
  defineCase,
  gone,
  output,
  remove,
  removeForce,
  start,
  wait,
  wholeLife,
} from '../../harness/define.ts'
import type { JsonObject } from '../../harness/types.ts'
import { devfs, look, ruleOf } from './words.ts'

/** Rulesets of devfs: those of the host, and one that the container alone has. */
export const rulesetCases = [
  defineCase({
    id: 'devices.jail-ruleset',
    title: 'ruleset=4 shows the harmless devices and no others',
    stands:
      "podman writes ruleset=4 (oci_freebsd.go); devfs.rules(5), devfsrules_jail; truenas#166: a /dev without rules shows the host's disks",
    mark: 'jails',
    program: look('null zero random urandom fd stdin mem kmem bpf io pci ada0 da0 vtbd0 console'),
    steps: wholeLife(
      'null yes\nzero yes\nrandom yes\nurandom yes\nfd yes\nstdin yes\nmem no\nkmem no\nbpf no\nio no\npci no\nada0 no\nda0 no\nvtbd0 no\nconsole no',
    ),
  }),
  defineCase({
    id: 'devices.no-ruleset',
    title: "a devfs mount without a ruleset does not show the host's devices",
    stands:
      'a devfs mount whose ruleset has no rules shows every device of the host (sys/fs/devfs/devfs_rule.c, devfs_ruleset_use), so the default hides them',
    mark: 'jails',
    notFor: { ocijail: 'mounts it as it is', runj: 'mounts it as it is' },
    config: devfs(),
    program: look('null mem kmem'),
    steps: wholeLife('null yes\nmem no\nkmem no'),
  }),
  defineCase({
    id: 'devices.ruleset-missing',
    title: 'a ruleset that does not exist is an error, not every device',
    stands:
      'a ruleset that does not exist shows the whole /dev (sys/fs/devfs/devfs_rule.c, devfs_ruleset_use); ocijail#5',
    mark: 'jails',
    notFor: { ocijail: 'mounts it', runj: 'mounts it' },
    config: devfs('ruleset=64321'),
    steps: [create({ fails: /64321|ruleset/ }), gone()],
  }),
  defineCase({
    id: 'devices.ruleset-0',
    title: 'ruleset=0 shows every device, as a privileged container has it',
    stands: 'podman --privileged writes ruleset=0 (pkg/specgen/generate/security_freebsd.go)',
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
    stands: 'podman --device writes this option (pkg/specgen/generate/config_freebsd.go)',
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
    stands:
      'rulesets belong to the kernel (docs/freebsd/devfs.md), so a container with rules of its own gets a number of its own',
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
    stands: "devfs(8) without -m acts on the host's /dev",
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
]
