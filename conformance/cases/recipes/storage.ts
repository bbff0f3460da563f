/** docs/recipes: nvidia, fuse, zfs-dataset, zfs-volume, postgresql-ipv6. */
import fuse from '../../../docs/recipes/fuse/config.json' with { type: 'json' }
import nvidia from '../../../docs/recipes/nvidia/config.json' with { type: 'json' }
import postgresql from '../../../docs/recipes/postgresql-ipv6/config.json' with { type: 'json' }
import dataset from '../../../docs/recipes/zfs-dataset/config.json' with { type: 'json' }
import volume from '../../../docs/recipes/zfs-volume/config.json' with { type: 'json' }
import { config, defineCase, failsToStart, finish, output, startReady, tool } from '../../harness/define.ts'
import { jls, sleeper } from '../jails/words.ts'
import { dropBridge, makeBridge, noMembers } from '../network/words.ts'
import { look, recipe } from './bundle.ts'

const data: readonly (readonly [string, string])[] = [['/tank/data', '%{dir}/data']]

/** docs/recipes: nvidia, fuse, zfs-dataset, zfs-volume, postgresql-ipv6. */
export const recipeStorageCases = [
  defineCase({
    id: 'recipes.nvidia-nodes',
    title: 'the NVIDIA recipe shows the graphics devices that the host has, but never mode setting',
    stands: 'docs/config.md, org.jailwright.device.profiles',
    mark: 'jailwright',
    needs: ['dri'],
    config: recipe(nvidia, look('dri nvidia-modeset dri/card0')),
    output: 'dri yes\nnvidia-modeset no\ndri/card0 no',
  }),
  defineCase({
    id: 'recipes.nvidia-mistyped',
    title: 'the NVIDIA recipe with an unknown profile is refused, and the error lists the known ones',
    stands: 'docs/config.md, org.jailwright.device.profiles',
    mark: 'jailwright',
    config: recipe(nvidia, 'true', { replace: [['gpu-render', 'nvidia']] }),
    steps: failsToStart(/unknown device profile "nvidia"; known are/),
  }),
  defineCase({
    id: 'recipes.fuse',
    title: 'the jail of the FUSE recipe may mount file systems in user space',
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
    title: 'the FUSE recipe with the name of the module as profile is refused',
    stands: 'docs/config.md, org.jailwright.device.profiles',
    mark: 'jailwright',
    config: recipe(fuse, 'true', { replace: [['fuse', 'fusefs']] }),
    steps: failsToStart(/unknown device profile "fusefs"/),
  }),
  defineCase({
    id: 'recipes.zfs-volume',
    title: 'the container of the ZFS volume recipe sees the directory and writes to it',
    stands: 'docs/recipes/zfs-volume; nullfs(4)',
    mark: 'jails',
    files: { 'data/f': 'seen' },
    config: recipe(volume, 'cat /data/f', { replace: data }),
    output: 'seen',
  }),
  defineCase({
    id: 'recipes.zfs-volume-missing',
    title: 'a source of the ZFS volume recipe that does not exist is named in the error',
    stands: 'docs/config.md, mounts[].source',
    mark: 'jailwright',
    config: recipe(volume, 'true', { replace: data }),
    steps: failsToStart(/mounts\[\d\]\.source.*no such file or directory/),
  }),
  defineCase({
    id: 'recipes.postgresql-ipv6',
    title: 'the recipe of PostgreSQL on IPv6 has an address that is not tentative, and a router on the link',
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
    title: 'the recipe of PostgreSQL on IPv6 is refused with a zone that is no interface of the container',
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
    title: 'the dataset recipe is refused without the dataset, and on a host without ZFS',
    stands: 'docs/config.md, org.jailwright.zfs.datasets',
    mark: 'jailwright',
    config: recipe(dataset, 'true', { replace: [['zroot/containers/web', 'zroot/none%{unique}']] }),
    steps: failsToStart(/zfs\.datasets.*(no such dataset|no \/dev\/zfs)/),
  }),
  defineCase({
    id: 'recipes.zfs-dataset-name',
    title: 'the dataset recipe is refused with an option in the place of a dataset',
    stands: 'docs/config.md, org.jailwright.zfs.datasets',
    mark: 'jailwright',
    config: recipe(dataset, 'true', { replace: [['zroot/containers/web', '-r']] }),
    steps: failsToStart(/zfs\.datasets/),
  }),
]
