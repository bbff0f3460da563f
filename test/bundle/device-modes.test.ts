import { expect, test } from 'vitest'
import { dropFileTypes } from '../../src/bundle/device-modes.ts'
import { configFindings } from '../../src/bundle/read-bundle.ts'

const withDevice = (type: string, fileMode: number) => ({
  ociVersion: '1.0.2',
  root: { path: 'rootfs' },
  process: { args: ['/bin/true'], cwd: '/', user: { uid: 0, gid: 0 } },
  linux: { devices: [{ path: '/dev/zero', type, major: 1, minor: 5, fileMode }] },
})

test.each([
  ['c', 0o020666, 0o666],
  ['b', 0o060640, 0o640],
  ['c', 0o620, 0o620],
])('for a device of type %s the mode %o means the permission bits %o', (type, given, meant) => {
  const document = withDevice(type, given)
  const { errors } = configFindings(JSON.stringify(document), document)
  expect(errors).toEqual([])
  expect(document.linux.devices[0]?.fileMode).toBe(meant)
})

test("a type in fileMode that differs from the device's type is left for the schema to refuse", () => {
  const document = withDevice('b', 0o020666)
  expect(configFindings(JSON.stringify(document), document).errors.map(e => e.subject)).toEqual([
    'linux.devices[0].fileMode',
  ])
})

test.each([null, 1, [], {}, { linux: null }, { linux: { devices: [null, 1, {}] } }])(
  'the document %j has no file types to be dropped, and is no error',
  document => {
    const before = JSON.stringify(document)
    dropFileTypes(document)
    expect(JSON.stringify(document)).toBe(before)
  },
)
