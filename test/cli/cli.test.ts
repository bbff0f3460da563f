import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reporterFor } from '../../src/cli/cli.ts'
import { commands } from '../../src/cli/commands.ts'
import { toInvocation } from '../../src/cli/values.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
let dir: string

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'jailwright-cli-'))
})
afterAll(() => rmSync(dir, { recursive: true }))

/** The program for Node, as `npm run build` bundles it. */
const program = join(root, 'dist/node/main.cjs')

/** Runs the program. */
function run(...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    cwd: dir,
  })
}

describe('help', () => {
  test('help without a command lists all commands on standard output with status 0', () => {
    for (const args of [[], ['--help'], ['-h'], ['help']]) {
      const { stdout, stderr, status } = run(...args)
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
      for (const [name, { purpose }] of Object.entries(commands)) {
        expect(stdout).toContain(`jailwright ${name} `)
        expect(stdout.replace(/\s+/g, ' ')).toContain(purpose)
      }
      expect(stdout).toContain('--log-format FORMAT')
    }
  })

  test('help on a command has purpose, usage, options with defaults, and examples', () => {
    const { stdout, status } = run('create', '--help')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^Usage: jailwright create \[options\] CONTAINER-ID \[BUNDLE\]$/m)
    expect(stdout).toMatch(/^Make a container from a bundle, ready to be started\.$/m)
    expect(stdout).toMatch(/-b, --bundle DIR .*\(default: the current directory\)/)
    expect(stdout).toMatch(/--preserve-fds N .*\n?.*\[default: 0\]/)
    expect(stdout).toContain('jailwright create --bundle /containers/web web')
    expect(stdout, 'options without effect are not advertised').not.toContain('no-pivot')
    expect(run('help', 'create').stdout).toBe(stdout)
    expect(run('create', '-h', 'x', 'y', 'z').stdout).toBe(stdout)
  })
})

test('--version is printed in the form of runc on any engine', () => {
  for (const option of ['--version', '-v']) {
    const { stdout, status } = run(option)
    expect(status).toBe(0)
    expect(stdout).toMatch(/^jailwright version \d+\.\d+\.\d+\nspec: 1\.3\.0\nengine: node \d+\.\d+\.\d+\n$/)
  }
})

describe('errors', () => {
  test('a usage error is one line on standard error, names the help, and gives status 1', () => {
    expect(run('create', '--bogus', 'x')).toMatchObject({
      stdout: '',
      stderr: 'jailwright: create: unknown option --bogus (see "jailwright create --help")\n',
      status: 1,
    })
    expect(run('frobnicate')).toMatchObject({
      stderr: 'jailwright: unknown command "frobnicate" (see "jailwright --help")\n',
      status: 1,
    })
    expect(run('state', 'a\nb').stderr).toBe(
      'jailwright: invalid container id "a\\nb": only letters, digits and _ + . - are allowed\n',
    )
  })

  test.each([['--version'], ['-v'], ['--help'], ['features']])(
    'with a full disk %s prints one line of error',
    option => {
      const full = openSync('/dev/full', 'w')
      const { stderr, status } = spawnSync(process.execPath, [program, option], {
        encoding: 'utf8',
        stdio: ['ignore', full, 'pipe'],
      })
      closeSync(full)
      expect({ stderr, status }).toEqual({
        stderr: 'jailwright: write standard output: No space left on device\n',
        status: 1,
      })
    },
  )

  test('init that is called by hand prints one line of error', () => {
    const { stdout, stderr, status } = run('init')
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 })
    expect(stderr).toMatch(/^jailwright: init, which only create and exec can start: .*\n$/)
  })

  test('a log that cannot be written is reported although nothing is logged', () => {
    const log = join(dir, 'missing', 'log')
    const { stdout, stderr, status } = run('--log', log, '--root', join(dir, 'none'), 'list', '-q')
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 })
    expect(stderr).toBe(`jailwright: warning: log ${log}: No such file or directory\n`)
    expect(run('--log', '', '--root', join(dir, 'none'), 'list', '-q').stderr).toBe('')
  })

  test("an error goes to the log in podman's form and to standard error", () => {
    const log = join(dir, 'log')
    const { stderr, status } = run(
      '--log-format=json',
      '--log',
      log,
      '--root',
      join(dir, 'root'),
      'state',
      'nosuch',
    )
    expect(status).toBe(1)
    const { level, msg, time, code } = JSON.parse(readFileSync(log, 'utf8'))
    expect({ level, code }).toEqual({ level: 'error', code: 'NOT_FOUND' })
    expect(stderr).toBe(`jailwright: ${msg}\n`)
    expect(msg).toContain('nosuch')
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })

  test.each([
    [['create', '--bogus', 'a'], 'create: unknown option --bogus'],
    [['frob'], 'unknown command "frob"'],
    [['create'], 'create: CONTAINER-ID is missing'],
    [['--log-level', 'loud', 'list'], 'list: --log-level must be'],
    [['--log-level', 'loud', 'list', '--bogus'], 'list: unknown option --bogus'],
    [['exec', '--bogus', 'x', 'prog', '--log', 'other', '--log-format=text'], 'exec: unknown option --bogus'],
    [['create', '--bundle', '--log', 'x', '--bogus'], 'create: '],
    [['help', 'frob'], 'unknown command "frob"'],
  ])('the usage error of %j goes to the log too', (args, message) => {
    const globals = [
      ['--log', 'l1', '--log-format', 'json', ...args],
      ['--log=l2', '--log-format=json', ...args],
    ]
    for (const [n, line] of globals.entries()) {
      const log = join(dir, `l${n + 1}`)
      const { stderr, stdout, status } = run(...line)
      const { level, msg, code } = JSON.parse(readFileSync(log, 'utf8'))
      rmSync(log)
      expect({ level, code, stdout, status }).toEqual({
        level: 'error',
        code: 'USAGE',
        stdout: '',
        status: 1,
      })
      expect(msg.slice(0, message.length)).toBe(message)
      expect(stderr).toBe(`jailwright: ${msg}\n`)
    }
    expect(existsSync(join(dir, 'other'))).toBe(false)
  })

  test('a usage error is JSON on standard error when there is no log, and has a stack with --debug', () => {
    const { stderr } = run('--log-format', 'json', 'frob')
    expect(JSON.parse(stderr)).toMatchObject({ level: 'error', code: 'USAGE' })
    expect(run('frob', '--debug').stderr).toContain('slowParse')
    expect(run('frob', '--debug=false').stderr).not.toContain('slowParse')
  })

  test('a usage error about the log itself is reported without the log', () => {
    expect(run('list', '--log')).toMatchObject({
      stderr: 'jailwright: list: option --log needs a value (FILE) (see "jailwright list --help")\n',
      status: 1,
    })
  })

  test.each([
    [['exec', 'x'], 'exec: a COMMAND or --process FILE is needed'],
    [['exec', '-p', 'f', 'x', 'ls'], 'exec: give a COMMAND or --process FILE, not both'],
    [['exec', '-e', 'NOVALUE', 'x', 'ls'], 'exec: --env must be NAME=VALUE, not "NOVALUE"'],
    [
      ['exec', '-u', '', 'x', 'ls'],
      'exec: --user must be UID or UID:GID with numbers from 0 to 4294967294, not ""',
    ],
    [
      ['exec', '-u', '10x', 'x', 'ls'],
      'exec: --user must be UID or UID:GID with numbers from 0 to 4294967294, not "10x"',
    ],
    [
      ['exec', '-u', '1:', 'x', 'ls'],
      'exec: --user must be UID or UID:GID with numbers from 0 to 4294967294, not "1:"',
    ],
    [['exec', '-p', 'f', '-u', '1', 'x'], 'exec: give --user or --process FILE, not both'],
    [['exec', '-p', 'f', '-g', '1', 'x'], 'exec: give --additional-gids or --process FILE, not both'],
    [['exec', '-p', 'f', '--cwd', '/', 'x'], 'exec: give --cwd or --process FILE, not both'],
    [['exec', '-p', 'f', '-e', 'A=b', 'x'], 'exec: give --env or --process FILE, not both'],
    [['exec', '--pid-file', '', 'x', 'ls'], 'exec: --pid-file must be the path of a file, not ""'],
    [['create', '--pid-file', '', 'x'], 'create: --pid-file must be the path of a file, not ""'],
    [['run', '--pid-file=', 'x'], 'run: --pid-file must be the path of a file, not ""'],
    [['--root', '', 'list'], '--root must be a directory, not ""'],
    [['--root=', 'start', 'x'], '--root must be a directory, not ""'],
    [['exec', '-u', '1:2:3', 'x', 'ls'], 'exec: --user must be UID or UID:GID, not "1:2:3"'],
    [
      ['exec', '-u', '4294967295', 'x', 'ls'],
      'exec: --user must be UID or UID:GID with numbers from 0 to 4294967294, not "4294967295"',
    ],
    [
      ['exec', '-g', '1,wheel', 'x', 'ls'],
      'exec: --additional-gids must be GID with numbers from 0 to 4294967294, not "wheel"',
    ],
    [
      ['update', '--memory', '12q', 'x'],
      'update: --memory must be a number of bytes such as 268435456 or 256m, or -1, not "12q"',
    ],
    [['stats', '--interval', '0', 'x'], 'stats: --interval must be 1 or more'],
    [
      ['events', '--interval', '5', 'x'],
      'events: --interval must be a number above 0 with its unit (ms, s, m or h), not "5"',
    ],
    [
      ['events', '--interval', '0s', 'x'],
      'events: --interval must be a number above 0 with its unit (ms, s, m or h), not "0s"',
    ],
    [
      ['completion', 'ksh'],
      'completion: no completion for "ksh"; there is one for sh, bash, zsh, fish, tcsh',
    ],
  ])('the command line %j is refused with %j', (args, message) => {
    const { stderr, status } = run(...args)
    expect(stderr.replace(/ \(see .*/s, '')).toBe(`jailwright: ${message}`)
    expect(status).toBe(1)
  })

  test.each([[], ['--cpu-share', '3']])('an update without a change is no usage error: %j', (...words) => {
    // It gets as far as looking for the container.
    expect(run('--root', join(dir, 'root'), 'update', ...words, 'x').stderr).toContain('"x" does not exist')
  })
})

test('the program that is called ocijail reports under that name', () => {
  const { stderr } = spawnSync(process.execPath, [program, 'state'], {
    encoding: 'utf8',
    argv0: '/usr/local/bin/ocijail',
  })
  expect(stderr).toMatch(/^ocijail: state: CONTAINER-ID is missing/)
})

test.each([
  ['trace', ['debug', 'warning', 'error']],
  ['debug', ['debug', 'warning', 'error']],
  ['warn', ['warning', 'error']],
  ['warning', ['warning', 'error']],
  ['fatal', ['error']],
  ['panic', ['error']],
] as const)('the log level %s, as logrus names it, lets %j through', (level, through) => {
  const log = join(dir, `levels-${level}`)
  const globals = toInvocation('list', { log, 'log-level': level }, []).globals
  const reporter = reporterFor(globals, 'jailwright')
  reporter.debug('x')
  reporter.warn('x')
  reporter.error('x')
  reporter.close()
  expect([...readFileSync(log, 'utf8').matchAll(/level=(\w+)/g)].map(([, name]) => name)).toEqual(through)
})

test('spec writes a configuration once, and validate finds nothing wrong with it', () => {
  for (const [name, options] of [
    ['freebsd', []],
    ['linux', ['--linux']],
    ['rootless', ['--rootless']],
  ] as const) {
    const bundle = mkdtempSync(join(dir, `${name}-`))
    expect(run('spec', '--bundle', bundle, ...options)).toMatchObject({ stdout: '', stderr: '', status: 0 })
    const { mounts } = JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8'))
    expect(mounts.map(({ type }: { type: string }) => type).includes('linprocfs')).toBe(name === 'linux')
    expect(run('validate', '--bundle', bundle)).toMatchObject({ stdout: 'valid\n', status: 0 })
    expect(run('spec', '-b', bundle)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('exists already'),
    })
  }
})

test('a bundle that is given twice is an error of the command line, because one of both would be ignored', () => {
  for (const words of [['plan'], ['validate'], ['create', 'one'], ['run', 'one']])
    expect(run(words[0]!, '--bundle', '/a', ...words.slice(1), '/b')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`${words[0]}: give --bundle or BUNDLE, not both ("/b")`),
    })
})

test('validate reports every error with its property', () => {
  const bundle = mkdtempSync(join(dir, 'bad-'))
  writeFileSync(
    join(bundle, 'config.json'),
    JSON.stringify({ ociVersion: '1.3.0', root: { path: 7 }, mounts: [{ destination: 3 }] }),
  )
  const { stdout, status } = run('validate', bundle)
  expect(status).toBe(1)
  expect(stdout).toMatch(/^error: root\.path/m)
  expect(stdout).toMatch(/^error: mounts\[0\]\.destination/m)
})

test('list without containers prints an empty table, and an empty array as JSON', () => {
  const options = ['--root', join(dir, 'none'), 'list']
  expect(run(...options).stdout).toMatch(/^ID +PID +STATUS/)
  expect(JSON.parse(run(...options, '-f', 'json').stdout)).toEqual([])
  expect(run(...options, '-q').stdout).toBe('')
})

/** A bundle in which the checks find one thing and the translation four. */
function wrongBundle(): string {
  const bundle = mkdtempSync(join(dir, '.wrong-'))
  mkdirSync(join(bundle, 'rootfs'))
  writeFileSync(
    join(bundle, 'config.json'),
    JSON.stringify({
      ociVersion: '1.3.0',
      root: { path: 'rootfs' },
      hostname: 'h',
      process: { args: ['/bin/sh'], cwd: 'rel' },
      mounts: [{ destination: '/a', type: 'nosuchfs', source: 'x', options: ['nosuchoption'] }],
      annotations: { 'org.freebsd.jail.exec.start': 'x', 'org.freebsd.jail.allow.mlock': 'maybe' },
    }),
  )
  return bundle
}

test('validate reports the findings of the checks and of the translation together', () => {
  const { stdout, stderr, status } = run('validate', wrongBundle())
  expect({ stderr, status }).toEqual({ stderr: '', status: 1 })
  expect(stdout.trimEnd().split('\n')).toEqual([
    'error: process.cwd: must be absolute, got "rel"',
    expect.stringMatching(/^error: mounts\[0\]\.type: unknown type nosuchfs/),
    expect.stringMatching(/^error: annotations\["org\.freebsd\.jail\.exec\.start"\]: refused: /),
    expect.stringMatching(/^error: annotations\["org\.freebsd\.jail\.allow\.mlock"\]: "maybe": must be /),
  ])
})

test('validate reports a property that is ignored although somebody may rely on it', () => {
  const bundle = mkdtempSync(join(dir, 'warned-'))
  mkdirSync(join(bundle, 'rootfs'))
  const process = { args: ['/bin/sh'], cwd: '/', rlimits: [{ type: 'RLIMIT_NICE', soft: 1, hard: 1 }] }
  const config = { ociVersion: '1.3.0', root: { path: 'rootfs' }, process }
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(config))
  expect(run('validate', bundle)).toMatchObject({
    stdout: 'warning: process.rlimits[0]: FreeBSD has no RLIMIT_NICE; ignored\nvalid\n',
    status: 0,
  })
})

test('plan shows what is refused and the fates of the other properties, and fails', () => {
  const bundle = wrongBundle()
  const text = run('plan', bundle)
  expect(text).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^jailwright: process\.cwd: .* \(and 3 more: .*\)\n$/),
  })
  expect(text.stdout).toMatch(/^# Container wrong-\w+: refused for 4 errors\n\n# == properties\n/)
  expect(text.stdout).toMatch(/^# refused {4}process\.cwd: must be absolute, got "rel"$/m)
  expect(text.stdout).toMatch(/^# refused {4}mounts\[0\]\.type: unknown type nosuchfs/m)
  expect(text.stdout).toMatch(/^# translated hostname: host\.hostname=h$/m)
  const json = run('plan', '-f', 'json', '--id', 'web', bundle)
  expect(json.status).toBe(1)
  const made = JSON.parse(json.stdout)
  expect(made).toMatchObject({ id: 'web', warnings: [] })
  expect(made.errors.map(({ subject }: { subject: string }) => subject)).toEqual([
    'process.cwd',
    'mounts[0].type',
    'annotations["org.freebsd.jail.exec.start"]',
    'annotations["org.freebsd.jail.allow.mlock"]',
  ])
  expect(made.fates).toContainEqual({ property: 'hostname', fate: 'translated', note: 'host.hostname=h' })
})

test('validate and plan refuse a config without process with the same error', () => {
  const bundle = mkdtempSync(join(dir, 'no-process-'))
  mkdirSync(join(bundle, 'rootfs'))
  writeFileSync(
    join(bundle, 'config.json'),
    JSON.stringify({ ociVersion: '1.3.0', root: { path: 'rootfs' } }),
  )
  const error = 'process: is required to create a container'
  expect(run('validate', bundle)).toMatchObject({ stdout: `error: ${error}\n`, status: 1 })
  expect(run('plan', bundle)).toMatchObject({ stderr: `jailwright: ${error}\n`, status: 1 })
})
