import { describe, expect, it } from 'vitest'
import { checkProfiles } from '../../../src/container/check/profiles.ts'
import { type FactOverrides, fixedFacts } from '../../../src/translate/offline-facts.ts'
import { commands, DEV, errors, parameters, plan, rules, steps } from '../support.ts'

const NODE = 'device' as const
const config = (names: string, more: Record<string, string> = {}) => ({
  mounts: [DEV],
  annotations: { 'org.jailwright.device.profiles': names, ...more },
})
const PF: FactOverrides = { paths: { '/dev/pf': NODE } }
const origin = 'annotations["org.jailwright.device.profiles"]'

describe('profiles that mount give what mounting inside needs', () => {
  it.each([
    ['fuse', 'fusefs'],
    ['zfs', 'zfs'],
  ])(
    'the profile %s gives allow.mount, the permission for %s, and enforce_statfs 1, beside a freebsd section too',
    (name, type) => {
      const facts = { paths: { [`/dev/${name}`]: NODE } }
      const made = plan({ ...config(name), freebsd: {} }, { facts })
      expect(parameters(made)).toEqual(
        expect.arrayContaining(['allow.mount', `allow.mount.${type}`, 'enforce_statfs=1']),
      )
      expect(made.warnings).toEqual([])
    },
  )

  it("the config's own enforce_statfs stays beside a profile, with the warning that mounting needs a lower one", () => {
    const made = plan(config('fuse', { 'org.freebsd.jail.enforce_statfs': '2' }), {
      facts: { paths: { '/dev/fuse': NODE } },
    })
    expect(parameters(made)).toContain('enforce_statfs=2')
    expect(made.warnings.join()).toMatch(/needs enforce_statfs below 2/)
  })
})

describe('graphics cards', () => {
  const NVIDIA: FactOverrides = {
    paths: { '/dev/nvidiactl': NODE, '/dev/nvidia0': NODE, '/dev/nvidia-modeset': NODE },
  }

  it('the profile gpu shows NVIDIA cards with mode setting and memory, even without /dev/dri', () => {
    expect(rules(plan(config('gpu'), { facts: NVIDIA })).slice(4)).toEqual([
      'path nvidiactl unhide',
      'path nvidia[0-9]* unhide',
      'path nvidia-modeset unhide',
      'path nvidia-uvm* unhide',
    ])
  })

  it('the profile gpu-render shows NVIDIA cards without mode setting', () => {
    expect(rules(plan(config('gpu-render'), { facts: NVIDIA })).join('\n')).not.toMatch(/modeset/)
  })

  it('the error for a missing graphics card names the modules of each maker', () => {
    const [finding] = checkProfiles(fixedFacts(), ['gpu'])
    expect(finding).toMatchObject({ subject: 'profile gpu', status: 'missing' })
    expect(finding?.hint).toMatch(/i915kms or amdgpu .*nvidia-modeset \(package nvidia-driver\)/)
  })
})

describe('pf', () => {
  it('the profile pf works only in a jail with a network stack of its own', () => {
    expect(errors(config('pf'), { facts: PF })).toEqual([
      `${origin}: profile pf: works only in a jail with a network stack of its own`,
    ])
    expect(() => plan(config('pf', { 'org.freebsd.jail.vnet': 'new' }), { facts: PF })).not.toThrow()
  })

  it('the profile pf needs a securelevel below 2, of the host and of the jail', () => {
    const vnet = { 'org.freebsd.jail.vnet': 'new' }
    const host = { ...PF, sysctls: { 'kern.securelevel': '2' } }
    expect(errors(config('pf', vnet), { facts: host })).toContain(
      `${origin}: profile pf: kern.securelevel is 2, it must be at most 1`,
    )
    expect(errors(config('pf', { ...vnet, 'org.freebsd.jail.securelevel': '2' }), { facts: PF })).toEqual([
      `${origin}: profile pf: securelevel of the jail is 2, it must be at most 1`,
    ])
    const parent = { ...vnet, 'org.freebsd.parentJail': 'pod' }
    const pod = { 'children.max': '5', vnet: 'new', securelevel: '2' }
    expect(errors(config('pf', parent), { facts: { ...PF, jails: { pod } } })).toEqual([
      `${origin}: profile pf: securelevel of the parent jail pod is 2, it must be at most 1`,
    ])
  })
})

describe('datasets', () => {
  const ZFS: FactOverrides = {
    paths: { '/dev/zfs': NODE },
    datasets: { tank: 'on', 'tank/web': 'on', 'tank/db': 'off', 'tank/disk': 'volume' },
  }
  const of = (list: string) => ({ mounts: [DEV], annotations: { 'org.jailwright.zfs.datasets': list } })

  it('ZFS datasets are handed over after the jail is made and taken back before it ends', () => {
    const made = plan(of('tank/web'), { facts: ZFS })
    expect(commands(made)).toEqual(['zfs jail c1 tank/web'])
    expect(steps(made, 'run')[0]?.undo[0]).toMatchObject({ tool: 'zfs', args: ['unjail', 'c1', 'tank/web'] })
    expect(made.steps.findIndex(step => step.kind === 'jail')).toBeLessThan(
      made.steps.findIndex(step => step.kind === 'run'),
    )
    expect(rules(made)).toContain('path zfs unhide')
    expect(parameters(made)).toEqual(
      expect.arrayContaining(['allow.mount', 'allow.mount.zfs', 'enforce_statfs=1']),
    )
  })

  it.each([
    ['tank/none', /tank\/none: no such dataset on this host$/],
    ['tank/db', /tank\/db: its property jailed is off$/],
    ['tank/disk', /tank\/disk: a volume, and zfs jail takes file systems only$/],
    ['-r/x', /is no name of a ZFS dataset/],
    ['tank/../web', /is no name of a ZFS dataset/],
    ['tank/web@monday', /is no name of a ZFS dataset/],
  ])('the dataset %s is refused', (name, text) => {
    expect(errors(of(name), { facts: ZFS })).toEqual([expect.stringMatching(text)])
  })

  it('a name of more than 255 bytes is no name of a dataset', () => {
    expect(errors(of(`tank/${'x'.repeat(251)}`), { facts: ZFS })).toEqual([
      expect.stringMatching(/is no name of a ZFS dataset/),
    ])
  })

  it('the first dataset of a pool and names with spaces are handed over as they are', () => {
    const facts = { ...ZFS, datasets: { tank: 'on', 'tank/my web': 'on' } } as const
    expect(commands(plan(of('tank, tank/my web'), { facts }))).toEqual([
      'zfs jail c1 tank',
      'zfs jail c1 tank/my web',
    ])
  })

  it('a dataset that is mounted on the host gives a warning, and so does one below it', () => {
    const mounts = ['tank/web', 'tank/web/a', 'tank/webs'].map((from, n) => ({
      on: `/${from}`,
      fstype: 'zfs',
      from,
      fsid: String(n),
    }))
    const { warnings } = plan(of('tank/web'), { facts: { ...ZFS, mounts } })
    expect(warnings.filter(line => line.includes('mounted on'))).toEqual([
      expect.stringMatching(/tank\/web: mounted on \/tank\/web; the container cannot mount it/),
      expect.stringMatching(/tank\/web\/a: mounted on \/tank\/web\/a;/),
    ])
  })

  it('ZFS datasets are refused on a host that is a jail itself', () => {
    const facts = { ...ZFS, sysctls: { 'security.jail.jailed': '1' } }
    expect(errors(of('tank/web'), { facts })).toEqual([
      expect.stringContaining('this host is a jail itself, and no jail can hand a dataset over'),
    ])
  })

  it('ZFS datasets are refused on a host without ZFS', () => {
    expect(errors(of('tank/web'))).toEqual([expect.stringContaining('this host has no /dev/zfs')])
  })
})

describe('check --profile', () => {
  it('check --profile accepts a host that has everything, and says what the container needs', () => {
    expect(checkProfiles(fixedFacts(PF), ['pf'])).toEqual([
      {
        subject: 'profile pf',
        status: 'ok',
        message:
          'the pf(4) firewall of a network stack of its own: everything is there; the container needs vnet=new',
      },
    ])
  })

  it('check --profile names each thing that is missing, and refuses an unknown name', () => {
    const facts = fixedFacts({
      paths: { '/dev/vmmctl': NODE },
      modules: { nmdm: false },
      sysctls: { 'kern.securelevel': '1' },
    })
    expect(
      checkProfiles(facts, ['bhyve-passthrough']).map(({ status, message }) => `${status} ${message}`),
    ).toEqual([
      'missing kern.securelevel is 1, it must be at most 0',
      'warning module nmdm is not loaded, its devices cannot be opened',
      'warning this kernel has no jail parameter allow.vmm',
      'warning this kernel has no jail parameter allow.vmm_ppt',
    ])
    expect(() => checkProfiles(facts, ['nosuch'])).toThrow(
      /--profile nosuch: no device profile; known are audio/,
    )
  })
})
