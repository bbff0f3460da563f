/** docs/recipes: nvidia, fuse, zfs-dataset, zfs-volume, postgresql-ipv6. */
import fuse from '../../../docs/recipes/fuse/config.json' with { type: 'json' }
import nvidia from '../../../docs/recipes/nvidia/config.json' with { type: 'json' }
import postgresql from '../../../docs/recipes/postgresql-ipv6/config.json' with { type: 'json' }
import dataset from '../../../docs/recipes/zfs-dataset/config.json' with { type: 'json' }
import volume from '../../../docs/recipes/zfs-volume/config.json' with { type: 'json' }
import { config, defineCase, failsToStart, finish, output, startReady, tool } from '../../harness/define.ts'
import { dropBridge, makeBridge, noMembers } from '../network/words.ts'
import { jls, look, recipe, sleeper } from './bundle.ts'

const data: readonly (readonly [string, string])[] = [['/tank/data', '%{dir}/data']]

/** docs/recipes: nvidia, fuse, zfs-dataset, zfs-volume, postgresql-ipv6. */
export const recipeStorageCases = [
  defineCase({
    id: 'recipes.nvidia-nodes',
    title: 'NVIDIA recipe: what the host has of graphics cards is shown, mode setting never',
    stands: 'docs/config.md, org.jailwright.device.profiles',
    mark: 'jailwright',
    needs: ['dri'],
    config: recipe(nvidia, look('dri nvidia-modeset dri/card0')),
    output: 'dri yes\nnvidia-modeset no\ndri/card0 no',
  }),
  defineCase({
    id: 'recipes.nvidia-mistyped',
    title: 'NVIDIA recipe: a profile of another name is refused with those that are known',
    stands: 'docs/config.md, org.jailwright.device.profiles',
    mark: 'jailwright',
    config: recipe(nvidia, 'true', { replace: [['gpu-render', 'nvidia']] }),
    steps: failsToStart(/unknown device profile "nvidia"; known are/),
  }),
  defineCase({
    id: 'recipes.fuse',
    title: 'FUSE recipe: the jail may mount file systems in user space',
    stands: 'jail(8): allow.mount, allow.mount.fusefs and enforce_statfs below 2, all three',
    mark: 'jailwright',
    config: recipe(fuse, sleeper),
    steps: [
      tool(['kldload', '-n', 'fusefs'], {}),
      ...startReady(),
      jls('allow.mount allow.mount.fusefs enforce_statfs', 'allow.mount allow.mount.fusefs enforce_statfs=1'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'recipes.fuse-mistyped',
    title: 'FUSE recipe: the name of the module is no profile',
    stands: 'docs/config.md, org.jailwright.device.profiles',
    mark: 'jailwright',
    config: recipe(fuse, 'true', { replace: [['fuse', 'fusefs']] }),
    steps: failsToStart(/unknown device profile "fusefs"/),
  }),
  defineCase({
    id: 'recipes.zfs-volume',
    title: 'ZFS volume recipe: the directory is seen and written to',
    stands: 'docs/recipes/zfs-volume; nullfs(4)',
    mark: 'jails',
    files: { 'data/f': 'seen' },
    config: recipe(volume, 'cat /data/f', { replace: data }),
    output: 'seen',
  }),
  defineCase({
    id: 'recipes.zfs-volume-missing',
    title: 'ZFS volume recipe: a source that is not there is named',
    stands: 'docs/config.md, mounts[].source',
    mark: 'jailwright',
    config: recipe(volume, 'true', { replace: data }),
    steps: failsToStart(/mounts\[\d\]\.source.*no such file or directory/),
  }),
  defineCase({
    id: 'recipes.postgresql-ipv6',
    title: 'PostgreSQL on IPv6: the address is not tentative and the router is on the link',
    stands: 'docs/recipes/postgresql-ipv6; inet6(4)',
    mark: 'jailwright',
    files: { data: { dir: true } },
    steps: [
      makeBridge,
      config(
        recipe(postgresql, `route -n -6 get default; ${sleeper}`, {
          replace: [
            ['/containers/postgresql/data', '%{dir}/data'],
            ['bridge0', '%{switch}'],
          ],
        }),
      ),
      ...startReady(),
      output([/gateway: fe80::1%vnet0/, /interface: vnet0/]),
      ...finish,
      noMembers,
      dropBridge,
    ],
  }),
  defineCase({
    id: 'recipes.postgresql-ipv6-zone',
    title: 'PostgreSQL on IPv6: a zone that is no interface of the container is refused',
    stands: 'docs/config.md, org.jailwright.net.<n>.gateway',
    mark: 'jailwright',
    files: { data: { dir: true } },
    config: recipe(postgresql, 'true', {
      replace: [
        ['/containers/postgresql/data', '%{dir}/data'],
        ['fe80::1%vnet0', 'fe80::1%em0'],
      ],
    }),
    steps: failsToStart(/net\.0\.gateway.*em0 is no interface/),
  }),
  defineCase({
    id: 'recipes.zfs-dataset-missing',
    title: 'dataset recipe: a dataset that is not there, or a host without ZFS, is refused',
    stands: 'docs/config.md, org.jailwright.zfs.datasets',
    mark: 'jailwright',
    config: recipe(dataset, 'true', { replace: [['zroot/containers/web', 'zroot/none%{unique}']] }),
    steps: failsToStart(/zfs\.datasets.*(no such dataset|no \/dev\/zfs)/),
  }),
  defineCase({
    id: 'recipes.zfs-dataset-name',
    title: 'dataset recipe: a whole pool or an option is no dataset',
    stands: 'docs/config.md, org.jailwright.zfs.datasets',
    mark: 'jailwright',
    config: recipe(dataset, 'true', { replace: [['zroot/containers/web', '-r']] }),
    steps: failsToStart(/zfs\.datasets/),
  }),
]
