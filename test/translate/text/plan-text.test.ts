import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Config } from '../../../src/bundle/generated/config.ts'
import { Refusal, refusalValue } from '../../../src/translate/core/refusal.ts'
import { translate } from '../../../src/translate/index.ts'
import { type FactOverrides, fixedFacts } from '../../../src/translate/offline-facts.ts'
import { planText, refusalText } from '../../../src/translate/text/plan-text.ts'
import { jailConfValue, shellWord, shellWordWithVariables } from '../../../src/translate/text/quote.ts'
import { DEV, type Parts, type PlanOptions, plan } from '../support.ts'

const BUNDLES = join(import.meta.dirname, '../../../../shared/podman-freebsd/bundles')
const golden = (name: string) => join(import.meta.dirname, '../golden', `${name}.txt`)

// The bundles that podman has written on FreeBSD 15.1. Each golden file has the plan as an administrator would type it.
const present = existsSync(BUNDLES)
if (!present) console.log('the bundles of podman are not here: their plans are not compared')
describe.skipIf(!present)('the plan of each bundle of podman', () => {
  const files = present ? readdirSync(BUNDLES).filter(name => name.endsWith('.json')) : []

  it.each(files)("the text of the plan for podman's bundle %s is the reviewed one", async file => {
    const id = basename(file, '.json')
    const config = JSON.parse(readFileSync(join(BUNDLES, file), 'utf8')) as Config
    const made = translate({ id, bundle: { dir: '/bundle', config }, facts: fixedFacts() })
    await expect(planText(made)).toMatchFileSnapshot(golden(`podman-${id}`))
  })

  it('all 32 bundles of podman are found', () => {
    expect(files).toHaveLength(32)
  })
})

const SH = { process: { args: ['/bin/sh'], cwd: '/', env: ['PATH=/bin'] } }
const DRM: FactOverrides = {
  paths: { '/dev/dri': 'dir', '/dev/drm': 'dir', '/dev/drm/128': 'device', '/dev/dri/renderD128': 'device' },
  owners: { '/dev/drm/128': { uid: 0, gid: 44, mode: 0o660 } },
  links: { 'dri/renderD128': 'drm/128' },
}
const VMM: FactOverrides = { paths: { '/dev/vmmctl': 'device' }, jailParams: { 'allow.vmm': 'bool' } }
const RACCT: FactOverrides = { sysctls: { 'kern.racct.enable': '1' } }

/** Configs like those of the recipes, and configs whose steps have a text of their own. */
const RECIPES: Record<string, [Parts, PlanOptions?]> = {
  'gpu-render': [
    { mounts: [DEV], annotations: { 'org.jailwright.device.profiles': 'gpu-render' } },
    { facts: DRM },
  ],
  bhyve: [
    {
      mounts: [DEV],
      annotations: {
        'org.jailwright.device.profiles': 'bhyve',
        'org.freebsd.jail.vnet': 'new',
        'org.freebsd.jail.allow.raw_sockets': 'true',
      },
    },
    { facts: VMM },
  ],
  lxc: [
    {
      mounts: [
        { destination: '/dev', type: 'tmpfs', source: 'tmpfs' },
        {
          destination: '/dev/dri',
          type: 'none',
          source: '/dev/dri',
          options: ['bind', 'optional', 'create=dir'].slice(0, 1),
        },
      ],
      linux: {
        resources: { devices: [{ allow: false }, { allow: true, type: 'c', major: 226, minor: 128 }] },
      },
      process: { args: ['/bin/clinfo'], cwd: '/', user: { uid: 1000, gid: 1000, additionalGids: [44] } },
    },
    { facts: DRM },
  ],
  'three-vnets-1': [
    {
      annotations: {
        'org.jailwright.net.0.bridge': 'bridge0',
        'org.jailwright.net.0.address': '10.0.0.11/24,fd00::11/64',
        'org.jailwright.net.0.gateway': '10.0.0.1,fd00::1',
      },
    },
  ],
  'classic-alias': [
    { annotations: { 'org.freebsd.jail.ip4.addr': '10.0.0.14', 'org.freebsd.jail.interface': 'em0' } },
  ],
  postgres: [
    {
      freebsd: {
        jail: { ip4: 'inherit', sysvshm: 'new', sysvsem: 'new', sysvmsg: 'disable', allow: { mlock: true } },
      },
    },
  ],
  limits: [
    {
      linux: {
        resources: { memory: { limit: 67_108_864 }, cpu: { quota: 50_000, cpus: '0' }, pids: { limit: 50 } },
      },
    },
    { facts: RACCT },
  ],
  child: [
    { annotations: { 'org.freebsd.parentJail': 'pod' } },
    { facts: { jails: { pod: { 'children.max': '0' } } } },
  ],
  'read-only-with-mounts': [
    {
      mounts: [
        { destination: '/run', type: 'tmpfs', source: 'tmpfs', options: ['ro', 'size=1m', 'mode=755'] },
        { destination: '/run/sub', type: 'bind', source: '/vol' },
        { destination: '/run/s', type: 'bind', source: '/var/run/podman.sock' },
        { destination: '/data/vol', type: 'bind', source: '/vol' },
      ],
      linux: { readonlyPaths: ['/data'] },
    },
    {},
  ],
  'sockets-and-masks': [
    {
      root: { path: '/jails/a b', readonly: true },
      hostname: "it's",
      mounts: [
        {
          destination: '/var/run/docker.sock',
          type: 'bind',
          source: '/var/run/podman.sock',
          options: ['ro'],
        },
      ],
      linux: { maskedPaths: ['/etc/secret'], readonlyPaths: ['/etc/conf'] },
      hooks: { poststop: [{ path: '/bin/h', args: ['h', 'a b'], timeout: 3 }] },
    },
    { id: 'web.1' },
  ],
}

describe('the plan of each recipe', () => {
  it.each(Object.keys(RECIPES))('the text of the plan for the recipe %s is the reviewed one', async name => {
    const [parts, options] = RECIPES[name]!
    await expect(planText(plan({ ...SH, ...parts }, options))).toMatchFileSnapshot(golden(`recipe-${name}`))
  })
})

describe('what stands in place of a plan that cannot be', () => {
  const refuse = (parts: Parts): Refusal => {
    try {
      plan(parts)
    } catch (error) {
      if (error instanceof Refusal) return error
      throw error
    }
    throw new Error('the config was translated without an error')
  }
  const refused = refuse({
    process: { args: ['/bin/sh'], cwd: 'rel' },
    mounts: [
      DEV,
      { destination: '/a', type: 'nosuchfs', source: 'x' },
      { destination: '/b', type: 'tmpfs', source: 'tmpfs', options: ['ro', 'nosuchoption'] },
    ],
    linux: {
      namespaces: [{ type: 'user' }],
      seccomp: { defaultAction: 'SCMP_ACT_ALLOW' },
    },
    annotations: {
      'org.freebsd.jail.exec.start': 'x\ny',
      'org.freebsd.jail.allow.mlock': 'true',
      'org.jailwright.device.profiles': 'bpf,nosuch,fuse',
    },
  })

  it('the text of a refusal shows the fate of every property, those that are refused included', async () => {
    await expect(refusalText(refused)).toMatchFileSnapshot(golden('refused'))
  })

  it('the JSON of a refusal has the same fates, with all errors', () => {
    const value = JSON.parse(JSON.stringify(refusalValue(refused)))
    expect(Object.keys(value)).toEqual(['id', 'errors', 'fates', 'warnings'])
    expect(value.errors).toHaveLength(refused.errors.length)
    expect(value.errors[0]).toEqual({
      code: 'CONFIG',
      subject: 'annotations["org.jailwright.device.profiles"]',
      message: expect.stringContaining('unknown device profile "nosuch"'),
    })
    expect(value.fates).toContainEqual({
      property: 'process.cwd',
      fate: 'refused',
      note: 'rel must be an absolute path',
    })
  })

  it('the text of a refusal names missing properties as well', () => {
    expect(refusalText(refuse({ process: undefined }))).toMatch(
      /^# Container c1: refused for one error\n.*\n# refused {4}process: is required to create a container\n$/s,
    )
  })
})

describe('quoting', () => {
  it.each([
    ['plain/path-1.x', 'plain/path-1.x'],
    ['', "''"],
    ['a b', "'a b'"],
    ["it's", "'it'\\''s'"],
    ['$x;`y`', "'$x;`y`'"],
    ['path dri/*', "'path dri/*'"],
    ["it's\na\\b\u001b[1m\u0085", "$'it\\'s\\na\\\\b\\033[1m\\302\\205'"],
  ])('the word %j is quoted for sh as %s', (text, word) => {
    expect(shellWord(text)).toBe(word)
  })

  it('a placeholder that an earlier command printed becomes a variable', () => {
    const variable = (text: string) => text.replace('@', '$')
    expect(shellWordWithVariables('%{epair0}')).toBe(variable('"@{epair0}"'))
    expect(shellWordWithVariables('%{epair0:b}')).toBe(variable('"@{epair0%a}b"'))
    expect(shellWordWithVariables('a"$%{x}')).toBe(variable('"a\\"\\$@{x}"'))
  })

  it('no line of a comment can become a command', () => {
    const text = planText(
      plan({
        ...SH,
        root: { path: '/jails/c1\nreboot' },
        process: { args: ['/bin/sh'], cwd: '/a\nreboot', env: ['KEY=x\nreboot'] },
        mounts: [{ destination: 'b\nreboot', type: 'tmpfs' }],
        annotations: { 'a\nreboot': 'x' },
        hooks: { poststop: [{ path: '/bin/h\nreboot' }] },
      }),
    )
    expect(text).toContain("# env $'KEY=x\\nreboot'")
    expect(text).toContain('# in /a\\nreboot, uid 0')
    expect(text).not.toMatch(/^reboot/m)
  })

  it('quoting for jail.conf escapes the backslash and the quote only', () => {
    expect(jailConfValue('a.b/c:1-2')).toBe('a.b/c:1-2')
    expect(jailConfValue("a'b\\c;{}$#")).toBe("'a\\'b\\\\c;{}$#'")
    expect(jailConfValue('a\nb\u001b')).toBe("'a\\nb\\033'")
  })
})
