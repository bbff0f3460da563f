import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { examineBundle, readBundle } from '../../src/bundle/index.ts'
import { ConfigErrors, JailwrightError } from '../../src/errors.ts'
import { makeBundle, minimal, temporaryDirectory } from './helpers.ts'

/** All errors and warnings of a bundle, those of reading it too. */
function validateBundle(dir: string): { errors: readonly JailwrightError[]; warnings: readonly string[] } {
  try {
    const { bundle, found } = examineBundle(dir)
    return { errors: found?.errors ?? [], warnings: bundle.warnings }
  } catch (error) {
    if (error instanceof ConfigErrors) return { errors: error.errors, warnings: [] }
    if (error instanceof JailwrightError) return { errors: [error], warnings: [] }
    throw error
  }
}

const errorsOf = (config: unknown) => validateBundle(makeBundle(config)).errors.map(error => error.message)
const warningsOf = (config: unknown) => validateBundle(makeBundle(config)).warnings

describe('readBundle', () => {
  test('readBundle gives the directory without links, the config and no warnings', () => {
    const dir = makeBundle(minimal)
    const link = path.join(temporaryDirectory(), 'link')
    fs.symlinkSync(dir, link)
    expect(readBundle(link)).toEqual({ dir, config: minimal, warnings: [] })
    expect(readBundle(`${dir}//`).dir).toBe(dir)
  })

  test('readBundle resolves a relative directory from the current one', () => {
    const dir = makeBundle(minimal)
    expect(readBundle(path.relative(process.cwd(), dir)).dir).toBe(dir)
  })

  test('readBundle throws all errors at once, and the first is the message', () => {
    const dir = makeBundle({ ...minimal, hostname: 5, process: { cwd: 'x', args: ['a'] } })
    const error = thrown(() => readBundle(dir)) as ConfigErrors
    expect(error).toBeInstanceOf(ConfigErrors)
    expect(error.message).toBe('hostname: must be a string, got 5')
    expect(error.subject).toBe('hostname')
    expect(error.errors.map(each => each.subject)).toEqual(['hostname', 'process.cwd'])
  })

  test('an unknown property of a config is kept and is no error', () => {
    const config = { ...minimal, future: { x: 1 }, process: { ...minimal.process, future: true } }
    expect(readBundle(makeBundle(config)).config).toEqual(config)
  })
})

describe('files', () => {
  test.each([
    ['no directory', () => '/nonexistent/b/', 'open /nonexistent/b/config.json: no such file or directory'],
    ['no config.json', temporaryDirectory, /^open .*\/config\.json: no such file or directory$/],
    [
      'a directory in its place',
      () => {
        const dir = temporaryDirectory()
        fs.mkdirSync(path.join(dir, 'config.json'))
        return dir
      },
      /^open .*\/config\.json: is a directory$/,
    ],
    [
      'a FIFO in its place, which would block for ever',
      () => {
        const dir = temporaryDirectory()
        execFileSync('mkfifo', [path.join(dir, 'config.json')])
        return dir
      },
      /^open .*\/config\.json: not a regular file$/,
    ],
    [
      'a link to itself',
      () => {
        const dir = temporaryDirectory()
        fs.symlinkSync('config.json', path.join(dir, 'config.json'))
        return dir
      },
      /^open .*\/config\.json: too many levels of symbolic links$/,
    ],
    [
      'a file in place of the directory',
      () => path.join(makeBundle(minimal), 'config.json'),
      /^open .*\/config\.json\/config\.json: not a directory$/,
    ],
    [
      'more than 16 MiB',
      () => {
        const dir = temporaryDirectory()
        fs.writeFileSync(path.join(dir, 'config.json'), '')
        fs.truncateSync(path.join(dir, 'config.json'), 16 * 1024 * 1024 + 1)
        return dir
      },
      /config\.json: larger than 16 MiB$/,
    ],
    ['an empty file', () => makeBundle(''), /config\.json:1:1: not JSON: expected a value, got end of file$/],
    [
      'no JSON',
      () => makeBundle('{\n  "a": 1,\n]'),
      /config\.json:3:1: not JSON: expected a property name in double/,
    ],
  ])('a bundle with %s in the place of a correct config.json is refused', (_, make, message) => {
    const dir = make()
    const { errors } = validateBundle(dir)
    expect(errors).toHaveLength(1)
    if (typeof message === 'string') expect(errors[0]?.message).toBe(message)
    else expect(errors[0]?.message).toMatch(message)
    expect(errors[0]?.code).toBe('CONFIG')
    expect(thrown(() => readBundle(dir))).toBeInstanceOf(JailwrightError)
  })

  test('a large config below the limit is read to its end', () => {
    const env = Array.from({ length: 5000 }, (_, i) => `V${i}=${'x'.repeat(200)}`)
    expect(
      readBundle(makeBundle({ ...minimal, process: { ...minimal.process, env } })).config.process?.env,
    ).toEqual(env)
  })
})

describe('what schemas cannot say', () => {
  const process = (more: object) => ({ ...minimal, process: { ...minimal.process, ...more } })
  const rlimit = (type: string, soft: number, hard: number) => ({ type, soft, hard })
  test.each([
    [{ ...minimal, ociVersion: '2.0.0' }, ['ociVersion: must be 1.x, such as 1.3.0, got "2.0.0"']],
    [{ ...minimal, ociVersion: 'x' }, ['ociVersion: must be 1.x, such as 1.3.0, got "x"']],
    [{ ...minimal, ociVersion: '1.0.0 ' }, ['ociVersion: must be 1.x, such as 1.3.0, got "1.0.0 "']],
    [{ ...minimal, root: { path: '' } }, ['root.path: must not be empty']],
    [process({ cwd: '' }), ['process.cwd: must be absolute, got ""']],
    [process({ cwd: 'tmp' }), ['process.cwd: must be absolute, got "tmp"']],
    [
      process({ env: ['A=', 'B', '=C'] }),
      [
        'process.env[1]: must have the form NAME=value, got "B"',
        'process.env[2]: must have the form NAME=value, got "=C"',
      ],
    ],
    [
      process({ rlimits: [rlimit('RLIMIT_CPU', 1, 1), rlimit('RLIMIT_CPU', 2, 2)] }),
      ['process.rlimits[1].type: must be given once, but RLIMIT_CPU is in process.rlimits[0] too'],
    ],
    [
      process({ rlimits: [rlimit('RLIMIT_CPU', 5, 4)] }),
      ['process.rlimits[0].soft: must not be above the hard limit 4, got 5'],
    ],
    [{ ...minimal, hostname: 'x'.repeat(256) }, ['hostname: must be at most 255 bytes long, got 256']],
    [{ ...minimal, domainname: 'é'.repeat(128) }, ['domainname: must be at most 255 bytes long, got 256']],
    [{ ...minimal, mounts: [{ destination: '' }] }, ['mounts[0].destination: must not be empty']],
    [
      { ...minimal, hooks: { poststop: [{ path: 'bin/x', env: ['A'] }] } },
      [
        'hooks.poststop[0].path: must be absolute, got "bin/x"',
        'hooks.poststop[0].env[0]: must have the form NAME=value, got "A"',
      ],
    ],
    [
      { ...minimal, annotations: { '': 'x' } },
      ['annotations[""]: the name of an annotation must not be empty'],
    ],
    [
      { ...minimal, linux: { namespaces: [{ type: 'pid' }, { type: 'pid' }] } },
      ['linux.namespaces[1].type: must be given once, but pid is there twice'],
    ],
    [
      { ...minimal, linux: { devices: [{ type: 'c', path: 'null' }] } },
      ['linux.devices[0].path: must be absolute, got "null"'],
    ],
    [
      { ...minimal, linux: { maskedPaths: ['proc'], readonlyPaths: ['/a', 'b'] } },
      [
        'linux.maskedPaths[0]: must be absolute, got "proc"',
        'linux.readonlyPaths[1]: must be absolute, got "b"',
      ],
    ],
  ])('the config %j, which fits the schema, has the errors %j', (config, messages) => {
    expect(errorsOf(config)).toEqual(messages)
  })

  test('a NUL character is refused in every text and property name of a config', () => {
    const config = {
      ...minimal,
      hostname: 'a\0b',
      unknown: { 'k\0': [1, '\0'] },
      mounts: [{ destination: '/a\0/../b' }],
    }
    expect(errorsOf(config)).toEqual([
      'hostname: must not contain a NUL character',
      'unknown["k\\u0000"][1]: must not contain a NUL character',
      'unknown["k\\u0000"]: the name must not contain a NUL character',
      'mounts[0].destination: must not contain a NUL character',
    ])
    // The six characters of the escape itself are harmless.
    expect(errorsOf({ ...minimal, hostname: '\\u0000' })).toEqual([])
  })

  test('a schema error in one place of a config does not hide errors in other places', () => {
    const config = {
      ociVersion: '3.0.0',
      process: { args: ['a'], env: ['A', 5, 'B'], cwd: 5, rlimits: [5, { type: 'RLIMIT_CPU', soft: 1 }] },
      mounts: [5, { destination: '' }],
      hooks: { prestart: 'x', poststop: [{}, { path: 'x' }] },
      linux: { namespaces: 5, maskedPaths: ['x'] },
    }
    expect(errorsOf(config)).toEqual([
      'root: is required',
      'process.cwd: must be a string, got 5',
      'process.env[1]: must be a string, got 5',
      'process.rlimits[0]: must be an object, got 5',
      'process.rlimits[1].hard: is required',
      'mounts[0]: must be an object, got 5',
      'hooks.prestart: must be an array, got "x"',
      'hooks.poststop[0].path: is required',
      'linux.namespaces: must be an array, got 5',
      'ociVersion: must be 1.x, such as 1.3.0, got "3.0.0"',
      'process.env[0]: must have the form NAME=value, got "A"',
      'process.env[2]: must have the form NAME=value, got "B"',
      'mounts[1].destination: must not be empty',
      'hooks.poststop[1].path: must be absolute, got "x"',
      'linux.maskedPaths[0]: must be absolute, got "x"',
    ])
  })

  test.each(['null', '5', '[]', '"x"'])('a config that is %s is refused, because it is no object', text => {
    expect(errorsOf(text)[0]).toMatch(/^the document must be an object, got /)
    expect(errorsOf(text)).toHaveLength(1)
  })

  test('hooks of an unknown kind are ignored', () => {
    expect(errorsOf({ ...minimal, hooks: { preflight: [{ path: 'x' }, 5], other: 5 } })).toEqual([])
  })

  test('a property named like __proto__ is an ordinary property', () => {
    const text =
      '{"ociVersion":"1.0.0","root":{"path":"r"},"annotations":{"__proto__":"x","constructor":"y"},"__proto__":{"process":5}}'
    expect(errorsOf(text)).toEqual([])
    expect(errorsOf(text.replace('"y"', '5'))).toEqual([
      'annotations["constructor"]: must be a string, got 5',
    ])
    expect(errorsOf(text.replace('"x"', '5'))).toEqual(['annotations["__proto__"]: must be a string, got 5'])
  })
})

describe('ociVersion', () => {
  test.each([
    ['1.0.0', undefined],
    ['1.2.1', undefined],
    ['1.3.0', undefined],
    ['1.0.2-dev', undefined],
    ['1.1.0+build', undefined],
    ['1.3.99', undefined],
    ['1.4.0', 'ociVersion: 1.4.0 is newer than 1.3; what 1.3 does not have is ignored'],
    ['1.10.0', 'ociVersion: 1.10.0 is newer than 1.3; what 1.3 does not have is ignored'],
    ['1.2', 'ociVersion: 1.2 is no full version, read as 1.2.0'],
    ['1.4', 'ociVersion: 1.4 is newer than 1.3; what 1.3 does not have is ignored'],
    ['0.5.0-dev', 'ociVersion: 0.5.0-dev is older than 1.0 and read as 1.0'],
  ])('the ociVersion %s is accepted with at most one warning', (ociVersion, warning) => {
    const { errors, warnings } = validateBundle(makeBundle({ ...minimal, ociVersion }))
    expect(errors).toEqual([])
    expect(warnings).toEqual(warning ? [warning] : [])
  })
})

describe('near misses in the freebsd section', () => {
  const advice = (freebsd: object) => warningsOf({ ...minimal, freebsd })
  test.each([
    [{ jail: { mlock: true } }, 'freebsd.jail.mlock', 'freebsd.jail.allow.mlock'],
    [{ jail: { enforce_statfs: 1 } }, 'freebsd.jail.enforce_statfs', 'freebsd.jail.enforceStatfs'],
    [{ jail: { 'ip4.addr': '10.0.0.1' } }, 'freebsd.jail["ip4.addr"]', 'freebsd.jail.ip4Addr'],
    [{ jail: { 'vnet.interface': 'x' } }, 'freebsd.jail["vnet.interface"]', 'freebsd.jail.vnetInterfaces'],
    [
      { jail: { 'allow.raw_sockets': 1 } },
      'freebsd.jail["allow.raw_sockets"]',
      'freebsd.jail.allow.rawSockets',
    ],
    [{ allow: { mlock: true } }, 'freebsd.allow', 'freebsd.jail.allow'],
    [{ vnet: 'new' }, 'freebsd.vnet', 'freebsd.jail.vnet'],
    [{ jail: { devices: [] } }, 'freebsd.jail.devices', 'freebsd.devices'],
    [
      { jail: { allow: { raw_sockets: true } } },
      'freebsd.jail.allow.raw_sockets',
      'freebsd.jail.allow.rawSockets',
    ],
    [{ jail: { allow: { mlok: true } } }, 'freebsd.jail.allow.mlok', 'freebsd.jail.allow.mlock'],
    [{ jail: { VNET: 'new' } }, 'freebsd.jail.VNET', 'freebsd.jail.vnet'],
    [{ devices: [{ path: 'pf', Mode: 1 }] }, 'freebsd.devices[0].Mode', 'freebsd.devices.mode'],
    [
      { jail: { allow: { 'mount.tmpfs': true } } },
      'freebsd.jail.allow["mount.tmpfs"]',
      '"tmpfs" in the list freebsd.jail.allow.mount',
    ],
    [
      { jail: { securelevel: 2 } },
      'freebsd.jail.securelevel',
      'the annotation "org.freebsd.jail.securelevel"',
    ],
    [
      { jail: { allow: { vmm: true } } },
      'freebsd.jail.allow.vmm',
      'the annotation "org.freebsd.jail.allow.vmm"',
    ],
    [
      { jail: { allow: { nosuser: true } } },
      'freebsd.jail.allow.nosuser',
      'freebsd.jail.allow.suser = false',
    ],
    [
      { jail: { allow: { noRawSockets: true } } },
      'freebsd.jail.allow.noRawSockets',
      'freebsd.jail.allow.rawSockets = false',
    ],
    [
      { jail: { 'allow.noset_hostname': true } },
      'freebsd.jail["allow.noset_hostname"]',
      'freebsd.jail.allow.setHostname = false',
    ],
  ])('the near miss %j at %s gets the suggestion %s', (section, path, suggestion) => {
    expect(advice(section)).toEqual([`${path}: is not known and ignored; did you mean ${suggestion}?`])
  })

  test('a property of the freebsd section that resembles no known one gets no warning', () => {
    expect(advice({ bananas: 1, jail: { split: true, allow: { everything: true } } })).toEqual([])
  })

  test('the official example of the freebsd section gives no warning', () => {
    const jail = {
      host: 'new',
      vnet: 'new',
      enforceStatfs: 1,
      allow: { rawSockets: true, chflags: true, mount: ['tmpfs'] },
    }
    expect(advice({ devices: [{ path: 'pf', mode: 448 }], jail })).toEqual([])
  })
})

const shared = path.join(import.meta.dirname, '..', '..', '..', 'shared', 'podman-freebsd', 'bundles')
const bundles = fs.existsSync(shared) ? fs.readdirSync(shared) : []
if (bundles.length === 0) console.log('skipped: ../shared/podman-freebsd is not there, no bundles of podman')

describe.skipIf(bundles.length === 0)("podman's bundles", () => {
  test.each(bundles)("podman's bundle %s has no errors and no warnings", name => {
    const text = fs.readFileSync(path.join(shared, name), 'utf8')
    expect(validateBundle(makeBundle(text))).toEqual({ errors: [], warnings: [] })
  })
  test("the repository has 32 of podman's bundles", () => {
    expect(bundles).toHaveLength(32)
  })
})

function thrown(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
