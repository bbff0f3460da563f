/** The bundles of docs/recipes: each is valid and documented, has conformance cases, and its plan is the reviewed one. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { recipeCases } from '../../conformance/cases/recipes/index.ts'
import { readBundle } from '../../src/bundle/index.ts'
import { translate } from '../../src/translate/index.ts'
import { type FactOverrides, fixedFacts } from '../../src/translate/offline-facts.ts'
import { planText } from '../../src/translate/text/plan-text.ts'

const recipes = join(import.meta.dirname, '../../docs/recipes')
const golden = join(import.meta.dirname, 'golden/recipes')

const NODE = { uid: 0, gid: 44, mode: 0o660 }

/** A graphics card with the nodes of drm-kmod in drm, and links to them in dri. */
const DRM: FactOverrides = {
  paths: {
    '/dev/dri': 'dir',
    '/dev/drm': 'dir',
    '/dev/drm/0': 'device',
    '/dev/drm/128': 'device',
    '/dev/dri/card0': 'device',
    '/dev/dri/renderD128': 'device',
  },
  owners: {
    '/dev/drm/0': NODE,
    '/dev/drm/128': NODE,
    '/dev/dri/card0': NODE,
    '/dev/dri/renderD128': NODE,
  },
  links: { 'dri/card0': 'drm/0', 'dri/renderD128': 'drm/128' },
}

/** The same card with its nodes in dri. */
const DRI: FactOverrides = {
  paths: { '/dev/dri': 'dir', '/dev/dri/card0': 'device', '/dev/dri/renderD128': 'device' },
  owners: { '/dev/dri/card0': NODE, '/dev/dri/renderD128': NODE },
}

/** A host with the modules vmm and nmdm. */
const VMM: FactOverrides = {
  paths: { '/dev/vmmctl': 'device', '/vm/guest1': 'dir' },
  jailParams: { 'allow.vmm': 'bool', 'allow.vmm_ppt': 'bool' },
}

/** A host with the module linux64, which has jail parameters and the directory shm in devfs. */
const LINUX: FactOverrides = {
  paths: { '/dev/shm': 'dir' },
  jailParams: { linux: 'jailsys', 'linux.osname': 'string', 'linux.osrelease': 'string' },
}

/** A ZFS pool with two datasets below the volume of the recipe, and one beside it. */
const DATASETS = ['/tank', '/tank/data', '/tank/data/media', '/tank/data/media/films', '/tank/other'].map(
  on => ({ on, fstype: 'zfs', from: on.slice(1), fsid: on, flags: [] }),
)

/** The golden file, the bundle and the facts about the host for each recipe. */
const PLANS: readonly (readonly [name: string, bundle: string, facts: FactOverrides])[] = [
  ['bhyve', 'bhyve', VMM],
  ['chflags', 'chflags', {}],
  ['dotnet-mlock', 'dotnet-mlock', {}],
  ['gpu-render', 'gpu-render', DRM],
  ['gpu-render-real-directory', 'gpu-render', DRI],
  ['linux-image', 'linux-image', LINUX],
  ['lxc-device', 'lxc-device', { ...DRM, paths: { ...DRM.paths, '/dev/shm': 'dir' } }],
  ['fuse', 'fuse', { paths: { '/dev/fuse': 'device' } }],
  ['nvidia', 'nvidia', { paths: { '/dev/nvidiactl': 'device', '/dev/nvidia0': 'device' } }],
  [
    'zfs-dataset',
    'zfs-dataset',
    { paths: { '/dev/zfs': 'device' }, datasets: { 'zroot/containers/web': 'on' } },
  ],
  ['zfs-volume', 'zfs-volume', { mounts: DATASETS }],
  ['postgresql-ipv6', 'postgresql-ipv6', {}],
  ['ping', 'ping', {}],
  ['postgresql', 'postgresql', {}],
  ['three-jails-one', 'three-jails-one-bridge/one', {}],
  ['three-jails-two', 'three-jails-one-bridge/two', {}],
  ['three-jails-three', 'three-jails-one-bridge/three', {}],
  ['three-jails-classic', 'three-jails-one-bridge/classic', {}],
]

const names = readdirSync(recipes, { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(entry => entry.name)

/** Gives the plan of a bundle, as if the bundle were below /containers. */
function text(bundle: string, facts: FactOverrides): string {
  const { config, warnings } = readBundle(join(recipes, bundle))
  expect(warnings).toEqual([])
  const id = bundle.slice(bundle.lastIndexOf('/') + 1)
  const made = translate({ id, bundle: { dir: `/containers/${id}`, config }, facts: fixedFacts(facts) })
  return planText(made)
}

describe('plans of the recipes', () => {
  it.each(PLANS)('the plan of the recipe %s is the reviewed one', async (name, bundle, facts) => {
    await expect(text(bundle, facts)).toMatchFileSnapshot(join(golden, `${name}.txt`))
  })

  it('there is a golden file for every recipe, and no other', () => {
    const bundles = names.flatMap(name => {
      const below = readdirSync(join(recipes, name), { withFileTypes: true })
      const own = existsSync(join(recipes, name, 'config.json')) ? [name] : []
      return [...own, ...below.filter(entry => entry.isDirectory()).map(entry => `${name}/${entry.name}`)]
    })
    expect([...new Set(PLANS.map(([, bundle]) => bundle))].sort()).toEqual(bundles.sort())
    expect(readdirSync(golden).sort()).toEqual(PLANS.map(([name]) => `${name}.txt`).sort())
  })

  it('the GPU recipe shows the node under each of its two names, and the display under none', () => {
    const links = text('gpu-render', DRM)
    expect(links).toMatch(/^add path drm\/128 unhide$/m)
    const real = text('gpu-render', DRI)
    for (const plan of [links, real]) {
      expect(plan).toMatch(/^add path dri unhide$/m)
      expect(plan).toMatch(/renderD/)
      expect(plan).not.toMatch(/card0|drm\/0|dri\/\*|mode/)
    }
  })

  it('without a card the GPU recipe is refused, and the error says what is missing', () => {
    expect(() => text('gpu-render', {})).toThrow(/no \/dev\/dri/)
  })

  it('the profile for pass-through is refused above securelevel 0', () => {
    const { config } = readBundle(join(recipes, 'bhyve'))
    const annotations = {
      ...config.annotations,
      'org.jailwright.device.profiles': 'bhyve,bhyve-passthrough',
    }
    const made = (level: string) =>
      translate({
        id: 'bhyve',
        bundle: { dir: '/containers/bhyve', config: { ...config, annotations } },
        facts: fixedFacts({ ...VMM, sysctls: { 'kern.securelevel': level } }),
      })
    expect(() => made('1')).toThrow(/kern\.securelevel is 1/)
    expect(made('-1').warnings.join('\n')).toMatch(/memory of the host/)
  })
})

describe('the recipes are documented', () => {
  const index = readFileSync(join(recipes, 'README.md'), 'utf8')

  it.each(names)(
    'the recipe %s has a text, a place in the index, and conformance cases for success and refusal',
    name => {
      const readme = readFileSync(join(recipes, name, 'README.md'), 'utf8')
      for (const part of ['## When', '## Commands', '## Check', '## What FreeBSD needs', '## Traps']) {
        expect(readme).toContain(part)
      }
      expect(index).toContain(`(${name}/README.md)`)
      const cases = recipeCases.filter(one => one.id.startsWith(`recipes.${name}`))
      expect(cases.length).toBeGreaterThanOrEqual(2)
    },
  )
})
