import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Config } from '../../src/bundle/generated/config.ts'
import { translate } from '../../src/translate/index.ts'
import { fixedFacts } from '../../src/translate/offline-facts.ts'
import { translateBriefly } from '../../src/translate/translate-config.ts'
import { DEV, errors, fate, plan, steps } from './support.ts'

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) freeze(part)
    Object.freeze(value)
  }
  return value
}

/** Gives every path of a config that has a plain value. */
function leaves(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path]
  if (Array.isArray(value)) return value.flatMap((part, index) => leaves(part, `${path}[${index}]`))
  return Object.entries(value).flatMap(([key, part]) => {
    const word = /^\w+$/.test(key) && path !== 'annotations' ? key : undefined
    return leaves(
      part,
      word === undefined ? `${path}[${JSON.stringify(key)}]` : path === '' ? word : `${path}.${word}`,
    )
  })
}

const FULL: Config = {
  ociVersion: '1.3.0',
  root: { path: 'rootfs', readonly: true },
  hostname: 'h',
  process: {
    args: ['/bin/sh'],
    cwd: '/',
    env: ['A=1'],
    user: { uid: 1, gid: 2, additionalGids: [3] },
    rlimits: [{ type: 'RLIMIT_NOFILE', soft: 1, hard: 2 }],
    capabilities: { bounding: ['CAP_CHOWN'] },
    apparmorProfile: 'x',
    oomScoreAdj: 1,
  },
  mounts: [
    DEV,
    { destination: '/t', type: 'tmpfs', source: 'tmpfs', options: ['rw', 'size=1m', 'nodev'] },
    { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['ro'] },
  ],
  hooks: { poststop: [{ path: '/bin/true' }] },
  annotations: { 'org.freebsd.jail.allow.mlock': 'true', other: '1' },
  linux: {
    namespaces: [{ type: 'network' }],
    seccomp: { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names: ['read'], action: 'SCMP_ACT_ALLOW' }] },
    resources: { devices: [{ allow: false, access: 'rwm' }], memory: { swappiness: 1 } },
    maskedPaths: ['/x'],
    sysctl: { 'net.ipv4.ip_forward': '1' },
  },
}

describe('translate', () => {
  it('translate changes nothing in its input', () => {
    const config = freeze(structuredClone(FULL))
    expect(() => translate({ id: 'c1', bundle: { dir: '/b', config }, facts: fixedFacts() })).not.toThrow()
  })

  it('translate gives a plain value that a file can hold', () => {
    const made = translate({ id: 'c1', bundle: { dir: '/b', config: FULL }, facts: fixedFacts() })
    expect(JSON.parse(JSON.stringify(made))).toEqual(JSON.parse(JSON.stringify(structuredClone(made))))
    expect(made).toMatchObject({
      id: 'c1',
      jailName: 'c1',
      rootPath: '/b/rootfs',
      readonlyRoot: true,
      vnet: false,
    })
  })

  it('translate gives every property its fate, once', () => {
    const made = translate({ id: 'c1', bundle: { dir: '/b', config: FULL }, facts: fixedFacts() })
    const said = made.fates.map(each => each.property)
    expect(new Set(said).size).toBe(said.length)
    const missing = leaves(FULL).filter(
      leaf => !said.some(path => leaf === path || leaf.startsWith(`${path}.`) || leaf.startsWith(`${path}[`)),
    )
    expect(missing).toEqual([])
    for (const each of made.fates) if (each.fate === 'ignored') expect(each.note).not.toBe('')
  })

  it('translateBriefly gives only the fates that the translation itself records', () => {
    const made = translateBriefly({ id: 'c1', bundle: { dir: '/b', config: FULL }, facts: fixedFacts() })
    expect(fate(made, 'linux.seccomp')).toBeUndefined()
    expect(fate(made, 'mounts[2]')).toBe('ignored: FreeBSD has no cgroups')
  })

  it('a property that no specification has is ignored, and its fate says so', () => {
    const config = { ...FULL, nosuch: { a: 1 } } as Config
    const made = translate({ id: 'c1', bundle: { dir: '/b', config }, facts: fixedFacts() })
    expect(fate(made, 'nosuch')).toBe('ignored: no property of the specification')
  })

  it('translate reports all errors at once', () => {
    expect(
      errors({
        root: { path: '/' },
        process: { args: [], cwd: '/' },
        mounts: [{ destination: '/', type: 'tmpfs' }],
        annotations: { 'org.freebsd.jail.exec.start': 'x' },
      }),
    ).toHaveLength(4)
  })

  const user: Config['linux'] = { namespaces: [{ type: 'pid' }, { type: 'user' }] }
  const mapping = [{ containerID: 0, hostID: 100_000, size: 65_536 }]
  it.each([
    ['linux.namespaces', { linux: user }],
    ['linux.namespaces', { linux: user, freebsd: {} }],
    ['linux.namespaces', { linux: { ...user, uidMappings: mapping, gidMappings: mapping } }],
    ['linux.uidMappings', { linux: { uidMappings: mapping, gidMappings: mapping } }],
    ['linux.gidMappings', { linux: { gidMappings: mapping }, freebsd: { jail: {} } }],
  ])('translate warns once of a user namespace that does not exist on FreeBSD: %s', (property, parts) => {
    expect(plan(parts).warnings).toEqual([
      `${property}: FreeBSD has no user namespaces: root of the container is root of the jail`,
    ])
  })

  it('translate does not warn of namespaces without effect, nor of empty mappings', () => {
    expect(
      plan({ linux: { namespaces: [{ type: 'network' }], uidMappings: [], gidMappings: [] } }).warnings,
    ).toEqual([])
  })

  it('translate reports a jail name that is too long among the other errors', () => {
    const parts = { annotations: { 'org.freebsd.parentJail': 'pod' }, mounts: [{ destination: '/' }] }
    expect(errors(parts, { id: 'x'.repeat(253) })).toEqual([
      expect.stringContaining('mounts[0].destination: '),
      expect.stringContaining(': longer than 255 characters'),
    ])
  })

  it('translate says a thing once that one property asks for several times', () => {
    const devices = [{ allow: true, type: 'c', major: 14 }]
    expect(errors({ linux: { resources: { devices } } })).toEqual([
      expect.stringMatching(/^linux\.resources\.devices\[0\]: a device needs a devfs mounted on \/dev/),
    ])
  })

  it('translate refuses ids that lead out of the state directory', () => {
    for (const id of ['../x', 'a/b', '', '-x'])
      expect(errors({}, { id })).toEqual([expect.stringContaining('invalid')])
  })

  it('translate refuses a root that is missing or no directory', () => {
    expect(errors({ root: { path: '/gone' } }, { facts: { paths: { '/gone': undefined } } })).toEqual([
      'root.path: /gone: no such file or directory',
    ])
    expect(errors({ root: { path: '/f.txt' } })).toEqual(['root.path: /f.txt: not a directory'])
  })

  it('limits are set after the jail is made, and name it in full', () => {
    const made = plan({ linux: { resources: { cpu: { cpus: '0' } } } }, { id: 'web.1' })
    expect(steps(made, 'run')[0]?.call.args).toEqual(['-l', '0', '-j', 'j-web_2e1'])
  })
})

const VECTORS = join(import.meta.dirname, '../../../shared/oci-spec/test/config/good')
const present = existsSync(VECTORS)
if (!present) console.log("the specification's examples are not here: they are not translated")
describe.skipIf(!present)("the specification's examples", () => {
  const files = present ? readdirSync(VECTORS).filter(name => /^(freebsd|linux|minimal|spec)/.test(name)) : []
  it.each(files)('the example %s of the specification has a plan', file => {
    const config = JSON.parse(readFileSync(join(VECTORS, file), 'utf8')) as Config
    config.root ??= { path: 'rootfs' }
    config.process ??= { args: ['/bin/sh'], cwd: '/' }
    const paths = { '/dev/pf': 'device', '/dev/fuse': 'device', '/dev/sda': 'device' } as const
    const facts = fixedFacts({ paths, jailParams: { 'allow.vmm': 'bool' } })
    const made = translate({ id: 'c1', bundle: { dir: '/b', config }, facts, limits: 'best-effort' })
    expect(steps(made, 'jail')).toHaveLength(1)
  })
})
