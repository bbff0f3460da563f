import { describe, expect, test } from 'vitest'
import { schemaProperties } from '../../../scripts/schema-properties.mjs'
import { DEVICE_PROFILES } from '../../../src/translate/devices/profiles.ts'
import {
  annotationDisposition,
  annotationRows,
  disposition,
  propertyRows,
} from '../../../src/translate/disposition/disposition.ts'
import { FREEBSD_15_PARAMS, READ_ONLY, refusal } from '../../../src/translate/jail/parameters.ts'

const properties = schemaProperties('config.schema.json')
const paths = properties.map(property => property.path)

describe('the table and the schemas name the same properties', () => {
  test('every property of the schemas has a row in the disposition table', () => {
    expect(paths.length).toBeGreaterThan(200)
    expect(paths.filter(path => !Object.hasOwn(propertyRows, path))).toEqual([])
  })
  test('every row of the disposition table names a property of the schemas', () => {
    expect(Object.keys(propertyRows).filter(path => !paths.includes(path))).toEqual([])
  })
  test('every note of the disposition table is a sentence', () => {
    const notes = [...Object.values(propertyRows), ...annotationRows.map(([, row]) => row)].map(
      row => row.note,
    )
    expect(notes.filter(note => !/^["A-Za-z].{8,}\.$/s.test(note))).toEqual([])
  })
})

describe('disposition of a property as found in a config', () => {
  test.each([
    ['root.path', 'root.path'],
    ['mounts[12].destination', 'mounts[].destination'],
    ['mounts[2].options[1]', 'mounts[].options'],
    ['mounts[2]', 'mounts'],
    ['process.args[0]', 'process.args'],
    ['process.rlimits[0].type', 'process.rlimits[].type'],
    ['linux.sysctl["net.ipv4.ip_forward"]', 'linux.sysctl'],
    ['linux.netDevices.eth0.name', 'linux.netDevices.*.name'],
    ['linux.netDevices["eth0.1"].name', 'linux.netDevices.*.name'],
    ['linux.netDevices.eth0', 'linux.netDevices'],
    ['linux.resources.rdma.mlx5_1.hcaHandles', 'linux.resources.rdma.*.hcaHandles'],
    ['linux.seccomp.syscalls[3].args[0].value', 'linux.seccomp.syscalls[].args[].value'],
    ['windows.layerFolders[0]', 'windows'],
    ['annotations', 'annotations'],
  ])('the property %s has the row of %s', (path, row) => {
    expect(propertyRows[row]).toBeDefined()
    expect(disposition(path)).toBe(propertyRows[row])
  })

  test.each([
    'nonsense',
    'root.nonsense',
    'process.rlimits[0].nonsense',
    'freebsd.jail.mlock',
    'mounts.destination',
  ])('the property %s is in no schema and has no row', path => {
    expect(disposition(path)).toBeUndefined()
  })
})

describe('annotations', () => {
  test.each([
    ['org.freebsd.parentJail', 'translated', /children\.max/],
    ['org.freebsd.jail.vnet', 'translated', /parameter vnet/],
    ['org.freebsd.jail.allow.mlock', 'translated', /running kernel does not know is a warning/],
    ['org.freebsd.jail.allow.mount.tmpfs', 'translated', /running kernel/],
    ['org.freebsd.jail.some.module', 'translated', /otherwise refused/],
    ['org.freebsd.jail.path', 'refused', /the runtime sets it itself/],
    ['org.freebsd.jail.exec.start', 'refused', /a command that jail\(8\) runs/],
    ['org.freebsd.jail.mount.fstab', 'refused', /what jail\(8\) mounts/],
    ['org.freebsd.jail.mount', 'refused', /what jail\(8\) mounts/],
    ['org.jailwright.net.0.bridge', 'translated', /epair/],
    ['org.jailwright.net.lan.mac', 'translated', /MAC/],
    ['org.jailwright.limits.mode', 'translated', /best-effort/],
    ['org.jailwright.limits.memoryuse', 'translated', /rctl/],
    ['org.jailwright.net.0.bridgge', 'refused', /mistyped/],
    ['org.opencontainers.image.stopSignal', 'ignored', /podman stop/],
    ['io.podman.annotations.privileged', 'ignored', /podman/],
    ['custom', 'ignored', /Kept/],
    ['', 'ignored', /Kept/],
    ['a\nb', 'ignored', /Kept/],
  ] as const)('the annotation %j is %s', (name, fate, note) => {
    const row = annotationDisposition(name)
    expect(row.fate).toBe(fate)
    expect(row.note).toMatch(note)
    expect(disposition(`annotations[${JSON.stringify(name)}]`)).toBe(row)
  })

  test('the general rows of annotations come after the particular ones', () => {
    expect(annotationRows.at(-1)?.[0]).toBe('*')
    // A row after one that covers it would never be used.
    annotationRows.forEach(([name], index) => {
      const example = name.replaceAll(/<\w+>/g, 'x').replaceAll('*', 'zzz')
      expect([name, annotationDisposition(example)]).toEqual([name, annotationRows[index]?.[1]])
    })
  })
})

describe('the table says what the translation does', () => {
  const example = (name: string) => name.replaceAll(/<\w+>/g, 'x').replaceAll('*', 'zzz')

  test('the disposition table refuses the jail parameters that the translation refuses', () => {
    for (const [name, row] of annotationRows) {
      if (!name.startsWith('org.freebsd.jail.')) continue
      const parameter = example(name).slice('org.freebsd.jail.'.length)
      if (/\.(exec|mount)\.\*$/.test(name)) {
        // The translation refuses these as parameters that the kernel does not have (test/translate/jail).
        expect([parameter, row.fate, parameter in FREEBSD_15_PARAMS]).toEqual([parameter, 'refused', false])
        continue
      }
      expect([parameter, refusal(parameter) !== undefined]).toEqual([parameter, row.fate === 'refused'])
    }
    for (const parameter of [...Object.keys(FREEBSD_15_PARAMS), ...READ_ONLY]) {
      const row = annotationDisposition(`org.freebsd.jail.${parameter}`)
      expect([parameter, row.fate === 'refused']).toEqual([parameter, refusal(parameter) !== undefined])
    }
  })

  test('the disposition table names all device profiles', () => {
    const { note } = annotationDisposition('org.jailwright.device.profiles')
    for (const profile of Object.keys(DEVICE_PROFILES)) expect(note).toContain(profile)
  })
})
