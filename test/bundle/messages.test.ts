import { describe, expect, test } from 'vitest'
import { schemaProperties } from '../../scripts/schema-properties.mjs'
import { loadSchema, schemaFiles } from '../../scripts/schemas.mjs'
import { schemaErrors } from '../../src/bundle/check.ts'
import { KNOWN } from '../../src/bundle/freebsd-hints.ts'
import validateConfig from '../../src/bundle/generated/validate-config.js'
import validateFeatures from '../../src/bundle/generated/validate-features.js'
import { describeValue, PATTERNS } from '../../src/bundle/messages.ts'
import { childPath, place, pointerKeys } from '../../src/bundle/property-path.ts'
import { samples } from '../spec/arbitrary.ts'
import { minimal } from './helpers.ts'

const messages = (more: object) =>
  schemaErrors(validateConfig, { ...minimal, ...more }).map(error => error.message)
const linux = (section: object) => messages({ linux: section })
const jail = (section: object) => messages({ freebsd: { jail: section } })

/** Every keyword of the schemas, as a person reads it. */
describe('one line for each kind of error', () => {
  test.each([
    // type
    [messages({ hostname: 5 }), 'hostname: must be a string, got 5'],
    [messages({ hostname: null }), 'hostname: must be a string, got null'],
    [messages({ mounts: {} }), 'mounts: must be an array, got an object'],
    [messages({ root: [] }), 'root: must be an object, got an array'],
    [messages({ root: { path: 'r', readonly: 'yes' } }), 'root.readonly: must be true or false, got "yes"'],
    [
      messages({ mounts: [{ destination: '/a', options: ['ro', true] }] }),
      'mounts[0].options[1]: must be a string, got true',
    ],
    [messages({ process: { ...minimal.process, user: null } }), 'process.user: must be an object, got null'],
    [
      messages({ process: { ...minimal.process, user: { uid: '0' } } }),
      'process.user.uid: must be a whole number, got "0"',
    ],
    [
      messages({ process: { ...minimal.process, user: { uid: 1.5 } } }),
      'process.user.uid: must be a whole number, got 1.5',
    ],
    [messages({ annotations: { 'a.b/c~d': true } }), 'annotations["a.b/c~d"]: must be a string, got true'],
    [
      linux({ devices: [{ path: '/dev/x', type: 'c', fileMode: '0666' }] }),
      'linux.devices[0].fileMode: must be a whole number (permission bits as a decimal number: 0666 is 438, 0777 is 511), got "0666"',
    ],
    // required
    [messages({ root: {} }), 'root.path: is required'],
    [messages({ mounts: [{}] }), 'mounts[0].destination: is required'],
    [linux({ resources: { pids: {} } }), 'linux.resources.pids.limit: is required'],
    // enum
    [jail({ vnet: 'disable' }), 'freebsd.jail.vnet: must be one of new, inherit, got "disable"'],
    [jail({ ip4: 'off' }), 'freebsd.jail.ip4: must be one of disable, new, inherit, got "off"'],
    [
      linux({ rootfsPropagation: 'sideways' }),
      'linux.rootfsPropagation: must be one of private, rprivate, shared, rshared, slave, rslave, unbindable, runbindable, got "sideways"',
    ],
    // minimum, maximum
    [jail({ enforceStatfs: 3 }), 'freebsd.jail.enforceStatfs: must be 2 or less, got 3'],
    [jail({ enforceStatfs: -1 }), 'freebsd.jail.enforceStatfs: must be 0 or more, got -1'],
    [
      messages({ process: { ...minimal.process, user: { gid: 2 ** 32 } } }),
      'process.user.gid: must be 4294967295 or less, got 4294967296',
    ],
    [
      linux({ resources: { cpu: { shares: 2 ** 65 } } }),
      'linux.resources.cpu.shares: must be 18446744073709551615 or less, got 36893488147419103000',
    ],
    [
      linux({ resources: { pids: { limit: 2 ** 64 } } }),
      'linux.resources.pids.limit: must be 9223372036854775807 or less, got 18446744073709552000',
    ],
    [
      linux({ resources: { pids: { limit: -(2 ** 64) } } }),
      'linux.resources.pids.limit: must be -9223372036854775808 or more, got -18446744073709552000',
    ],
    [
      messages({ freebsd: { devices: [{ path: 'pf', mode: 666 }] } }),
      'freebsd.devices[0].mode: must be 511 or less (permission bits as a decimal number: 0666 is 438, 0777 is 511), got 666',
    ],
    [
      messages({ hooks: { poststop: [{ path: '/x', timeout: 0 }] } }),
      'hooks.poststop[0].timeout: must be 1 or more, got 0',
    ],
    // minItems
    [messages({ process: { cwd: '/', args: [] } }), 'process.args: must have at least one element'],
    [
      linux({
        seccomp: { defaultAction: 'SCMP_ACT_LOG', syscalls: [{ names: [], action: 'SCMP_ACT_LOG' }] },
      }),
      'linux.seccomp.syscalls[0].names: must have at least one element',
    ],
    // pattern
    [
      messages({ process: { ...minimal.process, rlimits: [{ type: 'nofile', soft: 1, hard: 1 }] } }),
      'process.rlimits[0].type: must be RLIMIT_ and capital letters, such as RLIMIT_NOFILE, got "nofile"',
    ],
    [
      linux({ resources: { hugepageLimits: [{ pageSize: '64kB', limit: 1 }] } }),
      'linux.resources.hugepageLimits[0].pageSize: must be a size such as 64KB, 2MB or 1GB, got "64kB"',
    ],
    [
      linux({ devices: [{ path: '/dev/x', type: 'char' }] }),
      'linux.devices[0].type: must be one of c, u (character), b (block), p (FIFO), got "char"',
    ],
    [
      linux({ intelRdt: { memBwSchema: 'L3' } }),
      'linux.intelRdt.memBwSchema: must be one line that begins with MB:, got "L3"',
    ],
    [
      messages({ process: { ...minimal.process, execCPUAffinity: { final: 'all' } } }),
      'process.execCPUAffinity.final: must be a list of CPUs such as 0-3,7, got "all"',
    ],
    // names of maps
    [
      linux({ netDevices: { 'eth0.1': { name: 23 } } }),
      'linux.netDevices["eth0.1"].name: must be a string, got 23',
    ],
    [
      linux({ resources: { rdma: { mlx5_1: { hcaHandles: -1 } } } }),
      'linux.resources.rdma.mlx5_1.hcaHandles: must be 0 or more, got -1',
    ],
    [
      linux({ sysctl: { 'net.ipv4.ip_forward': 1 } }),
      'linux.sysctl["net.ipv4.ip_forward"]: must be a string, got 1',
    ],
  ])('%j is the whole line of a schema error', (found, expected) => {
    expect(found).toEqual([expected])
  })

  test('a wrong capability in a features document is reported with the form that a capability has', () => {
    const document = { ociVersionMin: '1.0.0', ociVersionMax: '1.3.0', linux: { capabilities: ['chown'] } }
    expect(schemaErrors(validateFeatures, document).map(error => error.message)).toEqual([
      'linux.capabilities[0]: must be the name of a capability, such as CAP_CHOWN, got "chown"',
    ])
  })

  test('an error of a config is one line, whatever value was given', () => {
    const [message] = messages({ hostname: ['x'], domainname: undefined })
    expect(message).toBe('hostname: must be a string, got an array')
    const [long] = jail({ vnet: 'a\nb'.repeat(100) })
    expect(long).not.toContain('\n')
    expect(long!.length).toBeLessThan(130)
  })

  test('each error of a config has its property as subject', () => {
    const [error] = schemaErrors(validateConfig, { ...minimal, mounts: [{ destination: '/a', type: 5 }] })
    expect(error).toMatchObject({ code: 'CONFIG', subject: 'mounts[0].type' })
  })
})

describe('the tables are complete', () => {
  const inSchemas = new Set<string>()
  const walk = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return
    for (const [key, value] of Object.entries(node)) {
      if (key === 'pattern' && typeof value === 'string') inSchemas.add(value)
      else walk(value)
    }
  }
  for (const file of schemaFiles()) walk(loadSchema(file))

  test('every pattern of the schemas has a text, and no text is without a pattern', () => {
    expect(Object.keys(PATTERNS).sort()).toEqual([...inSchemas].sort())
    expect(Object.keys(samples).sort()).toEqual([...inSchemas].sort())
  })

  test('the hints know exactly the properties that the schema of the freebsd section has', () => {
    const known = Object.entries(KNOWN).flatMap(([section, names]) => names.map(name => `${section}.${name}`))
    const paths = schemaProperties('config.schema.json').map(property => property.path)
    expect(known.sort()).toEqual(paths.filter(path => path.startsWith('freebsd.')).sort())
  })

  test('every property of the schemas has a description', () => {
    for (const name of ['config', 'state', 'features']) {
      const without = schemaProperties(`${name}.schema.json`).filter(property => property.description === '')
      expect(without.map(property => property.path)).toEqual([])
    }
  })
})

describe('property paths', () => {
  test.each([
    ['', 'mounts', 'mounts'],
    ['mounts', 3, 'mounts[3]'],
    ['mounts[3]', 'destination', 'mounts[3].destination'],
    ['annotations', 'a.b', 'annotations["a.b"]'],
    ['annotations', 'plain_1', 'annotations["plain_1"]'],
    ['annotations', '', 'annotations[""]'],
    ['annotations', '1a', 'annotations["1a"]'],
    ['', 'a b', '["a b"]'],
    ['x', 'q"\n', 'x["q\\"\\n"]'],
  ] as const)('the property path of parent %j and key %j is %s', (parent, key, path) => {
    expect(childPath(parent, key)).toBe(path)
  })

  test('a JSON pointer becomes the keys that it names', () => {
    expect(pointerKeys('')).toEqual([])
    expect(pointerKeys('/a~1b/~01/')).toEqual(['a/b', '~1', ''])
    const document = { list: [{ 0: 'x' }] }
    expect(place('/list/0/0', document)).toMatchObject({ value: 'x', path: 'list[0]["0"]', key: '0' })
    expect(place('/list/7/x', document, 'p')).toMatchObject({ value: undefined, path: 'p.list[7].x' })
  })

  test('a value is described in a few words', () => {
    expect([undefined, null, 5, 'a', [], {}].map(describeValue)).toEqual([
      'nothing',
      'null',
      '5',
      '"a"',
      'an array',
      'an object',
    ])
    expect(describeValue('x'.repeat(500))).toHaveLength(60)
  })
})
