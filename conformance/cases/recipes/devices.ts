/** docs/recipes: gpu-render, lxc-device, bhyve. */
import bhyve from '../../../docs/recipes/bhyve/config.json' with { type: 'json' }
import gpu from '../../../docs/recipes/gpu-render/config.json' with { type: 'json' }
import lxc from '../../../docs/recipes/lxc-device/config.json' with { type: 'json' }
import {
  call,
  check,
  config,
  create,
  defineCase,
  finish,
  gone,
  kill,
  lifeCycle,
  output,
  remove,
  start,
  startReady,
  tool,
  wait,
  waitText,
} from '../../harness/define.ts'
import type { JsonObject } from '../../harness/types.ts'
import { jls, sleeper } from '../jails/words.ts'
import { look, recipe } from './bundle.ts'

/** Shell words that say whether this process may read and write the render node, which the node's group decides. */
const usable =
  'if test -r /dev/dri/renderD128 && test -w /dev/dri/renderD128; then echo "may use it"; else echo "may not"; fi'
const nodes = look('dri/renderD128 dri/card0 drm/0 mem pci')
const onlyTheNode = 'dri/renderD128 yes\ndri/card0 no\ndrm/0 no\nmem no\npci no'
/** The same text at the start of a longer output. */
const theNodeFirst = new RegExp(`^${onlyTheNode}\n`)
const hostsModeAndGroup = call(['exec', '-u', '0:0', '%{id}', '/bin/ls', '-lnL', '/dev/dri/renderD128'], {
  stdout: /^crw-rw---- +1 +0 +44 /,
})

const bridge: readonly (readonly [string, string])[] = [
  ['bridge0', 'cb%{unique}'],
  ['/vm/guest1', '%{dir}/vm'],
]

/** The mounts of the Linux config except that of the device. */
const withoutBind = lxc.mounts.filter(mount => mount.type !== 'bind') as unknown as readonly JsonObject[]

const plainDevfs: JsonObject = {
  mounts: {
    replace: [
      { destination: '/dev', type: 'devfs', source: 'devfs', options: ['ruleset=4'] },
      { destination: '/dev/fd', type: 'fdescfs', source: 'fdescfs' },
    ],
  },
}

/** docs/recipes: gpu-render, lxc-device, bhyve. */
export const recipeDeviceCases = [
  defineCase({
    id: 'recipes.gpu-render',
    title: 'the GPU recipe gives a user of group video the render node, no display and nothing else',
    stands:
      'docs/recipes/gpu-render: ruleset 4 hides dri, so the recipe shows the render node to a group inside, and card0 stays hidden',
    mark: 'jailwright',
    needs: ['dri'],
    config: recipe(gpu, `${nodes}; ${usable}; id; ${sleeper}`),
    steps: [
      ...startReady(),
      output([theNodeFirst, /^may use it$/m, /uid=1001.*groups=.*\b44\b/]),
      hostsModeAndGroup,
      ...finish,
    ],
  }),
  defineCase({
    id: 'recipes.gpu-render-without-group',
    title: 'the GPU recipe without additionalGids shows the node, which may not be used',
    stands:
      'docs/recipes/gpu-render: on the host the nodes are root:video 0660, and a container keeps mode and group',
    mark: 'jailwright',
    needs: ['dri'],
    config: { ...recipe(gpu, `${nodes}; ${usable}`), process: userOf(1001, `${nodes}; ${usable}`) },
    steps: lifeCycle(`${onlyTheNode}\nmay not`),
  }),
  defineCase({
    id: 'recipes.gpu-render-not-asked',
    title: 'without the profile there is no dri in the container',
    stands: 'devfs.rules(5), devfsrules_jail: ruleset 4 leaves out dri',
    mark: 'jails',
    needs: ['dri'],
    config: plainDevfs,
    program: look('dri drm dri/renderD128'),
    output: 'dri no\ndrm no\ndri/renderD128 no',
  }),
  defineCase({
    id: 'recipes.gpu-render-shared',
    title: 'two containers of the GPU recipe share the node, and the end of one takes nothing from the other',
    stands:
      'docs/recipes/gpu-render: a second container shares the node; rulesets belong to the kernel (docs/freebsd/devfs.md)',
    mark: 'jailwright',
    needs: ['dri'],
    config: recipe(gpu, sleeper),
    steps: [
      ...startReady(),
      create({ n: 2 }),
      start({}, '%{id2}'),
      waitText(/ready/, 'out2'),
      check('each has a ruleset of its own', async context => {
        const options = (await context.tool('devfs', 'rule', 'showsets')).stdout.trim().split(/\s+/)
        if (options.filter(number => Number(number) > 5).length < 2) context.fail(options.join(' '))
      }),
      kill('KILL'),
      wait('stopped'),
      remove(),
      gone(),
      call(['exec', '-u', '1001:1001', '-g', '44', '%{id2}', '/bin/sh', '-c', `${nodes}; ${usable}`], {
        stdout: `${onlyTheNode}\nmay use it`,
      }),
      kill('KILL', {}, '%{id2}'),
      wait('stopped', '%{id2}'),
      remove({}, '%{id2}'),
      gone('%{id2}'),
    ],
  }),
  defineCase({
    id: 'recipes.gpu-render-running',
    title: 'the render node comes to a running container by update, and goes again',
    stands: 'docs/recipes/gpu-render: `update --device-add` adds the node to a running container',
    mark: 'jailwright',
    needs: ['dri'],
    config: plainDevfs,
    program: sleeper,
    steps: [
      ...startReady(),
      call(['exec', '%{id}', '/bin/sh', '-c', look('dri/renderD128')], { stdout: 'dri/renderD128 no' }),
      call(['update', '--device-add', '/dev/dri/renderD128', '%{id}']),
      call(['exec', '-u', '1001:1001', '-g', '44', '%{id}', '/bin/sh', '-c', `${nodes}; ${usable}`], {
        stdout: `${onlyTheNode}\nmay use it`,
      }),
      call(['update', '--device-remove', '/dev/dri/renderD128', '%{id}']),
      call(['exec', '%{id}', '/bin/sh', '-c', look('dri/renderD128')], { stdout: 'dri/renderD128 no' }),
      call(['update', '--device-add', '/dev/dri/renderD999', '%{id}'], {
        fails: /renderD999: no such file or directory/,
      }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'recipes.gpu-render-podman',
    title: 'podman --device /dev/dri/renderD128 does not lock the group out by its rule of mode 0600',
    stands:
      'podman (pkg/specgen/generate/config_freebsd.go) writes "rule=path drm/128 unhide mode 0600"; the group that owns the node on the host must not be locked out by it',
    mark: 'jails',
    needs: ['dri'],
    notFor: { ocijail: 'ocijail#21 is open', runj: 'knows no rule=' },
    steps: [
      check('podman follows the link first', async context => {
        const node = (await context.tool('realpath', '/dev/dri/renderD128')).stdout.trim()
        context.memory.set('node', node.replace('/dev/', ''))
      }),
      config({
        ...recipe(gpu, `${nodes}; ${usable}; ${sleeper}`),
        annotations: {},
        mounts: {
          replace: [
            {
              destination: '/dev',
              type: 'devfs',
              source: 'devfs',
              options: ['ruleset=4', 'rule=path %{node} unhide mode 0600'],
            },
          ],
        },
      }),
      ...startReady(),
      output([theNodeFirst, /^may use it$/m]),
      hostsModeAndGroup,
      ...finish,
    ],
  }),
  defineCase({
    id: 'recipes.lxc-device',
    title: 'the LXC recipe, a config of Linux with cgroup rule, bind mount and group, shows the node',
    stands: 'docs/recipes/lxc-device: a config of Linux brings a cgroup rule, a bind mount and a gid',
    mark: 'jailwright',
    needs: ['dri'],
    config: recipe(lxc, `${nodes}; ${usable}; ${look('full null')}`),
    steps: lifeCycle([theNodeFirst, /^may use it\nfull yes\nnull yes$/m]),
  }),
  defineCase({
    id: 'recipes.lxc-device-rule-alone',
    title: 'the cgroup rule of the LXC recipe alone names the device by its Linux numbers',
    stands:
      'config-linux.md, Allowed Device list: major and minor; without a path the well-known Linux numbers tell the device',
    mark: 'jailwright',
    needs: ['dri'],
    config: {
      ...recipe(lxc, `${nodes}; ${usable}`),
      mounts: { replace: withoutBind },
    },
    steps: lifeCycle(`${onlyTheNode}\nmay use it`),
  }),
  defineCase({
    id: 'recipes.lxc-device-denied',
    title: 'the LXC recipe without the allow rule and the mount shows no device',
    stands: 'config-linux.md, Device allowlist: deny all; devfs shows only what is named',
    mark: 'jailwright',
    needs: ['dri'],
    config: {
      ...recipe(lxc, `${look('dri dri/renderD128')}; ${usable}`),
      mounts: { replace: withoutBind },
      linux: { ...lxc.linux, resources: { devices: [{ allow: false, access: 'rwm' }] } },
    },
    steps: lifeCycle('dri no\ndri/renderD128 no\nmay not'),
  }),
  defineCase({
    id: 'recipes.lxc-device-other-name',
    title: 'the LXC recipe with another destination is refused, since a device has one name',
    stands: 'devfs(8): a rule shows a node under its own name, devfs has no second names',
    mark: 'jailwright',
    needs: ['dri'],
    config: {
      ...recipe(lxc, 'exit 0'),
      mounts: {
        replace: [
          ...withoutBind,
          { destination: '/dev/gpu0', type: 'bind', source: '/dev/dri/renderD128', options: ['bind'] },
        ],
      },
    },
    steps: [create({ fails: /mounts\[7\]\.destination.*must be \/dev\/dri\/renderD128/ }), gone()],
  }),
  defineCase({
    id: 'recipes.bhyve',
    title:
      'the bhyve recipe gives a vnet jail vmmctl, nmdm and a tap of its own, and neither memory nor PCI of the host',
    stands: 'docs/recipes/bhyve: vmm, nmdm and tap are shown, allow.vmm and raw_sockets are given',
    mark: 'jailwright',
    needs: ['vmm'],
    files: { vm: { dir: true } },
    config: recipe(
      bhyve,
      `${look('vmmctl pci io mem kmem')}; t=$(ifconfig tap create); test -e /dev/$t && echo "tap yes"; b=$(ifconfig bridge create); ifconfig $b addm vnet0 addm $t up && ifconfig $b; echo here >/vm/f; ${sleeper}`,
      { replace: bridge },
    ),
    steps: [
      tool(['ifconfig', 'bridge', 'create', 'name', 'cb%{unique}']),
      ...startReady(),
      output([
        /^vmmctl yes\npci no\nio no\nmem no\nkmem no\ntap yes$/m,
        /member: vnet0 /,
        /member: tap[0-9]+ /,
      ]),
      jls('vnet allow.vmm allow.raw_sockets', 'vnet=new allow.vmm allow.raw_sockets'),
      ...finish,
      tool(['ifconfig', 'cb%{unique}', 'destroy']),
    ],
  }),
  defineCase({
    id: 'recipes.bhyve-not-asked',
    title: 'a vnet jail without the profile has neither vmm nor the permission',
    stands: 'jail(8): allow.vmm is off by default; ruleset 4 leaves out vmm, nmdm and tap (devfs.rules(5))',
    mark: 'jails',
    needs: ['vmm'],
    config: { annotations: { 'org.freebsd.jail.vnet': 'new' } },
    program: `${look('vmmctl vmm nmdm0A')}; t=$(ifconfig tap create); test -e /dev/$t || echo "no tap"; ${sleeper}`,
    steps: [
      ...startReady(),
      output('vmmctl no\nvmm no\nnmdm0A no\nno tap\nready'),
      jls('allow.vmm', 'allow.novmm'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'recipes.bhyve-no-bridge',
    title: 'the bridge that the bhyve recipe names must be there, and a failed create leaves no epair',
    stands:
      'ifconfig(8): addm to a bridge that does not exist fails; runtime.md, Errors: what was made before is undone',
    mark: 'jailwright',
    needs: ['vmm'],
    files: { vm: { dir: true } },
    config: recipe(bhyve, 'exit 0', { replace: bridge }),
    steps: [
      create({ fails: /cb\w+ does not exist/ }),
      gone(),
      config({ annotations: { 'org.jailwright.device.profiles': 'nosuch' } }),
      create({ fails: /unknown device profile "nosuch"/ }),
      gone(),
    ],
  }),
]

/** A process of another user, without additional groups. */
function userOf(uid: number, program: string): JsonObject {
  return {
    ...(gpu.process as JsonObject),
    user: { uid, gid: uid },
    args: ['/bin/sh', '-c', program],
  }
}
