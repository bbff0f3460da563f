import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { execaSync } from 'execa'
import tmp from 'tmp'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { version } from '../../src/cli/version.ts'
import { makeProducts, root } from './package.ts'

const directory = tmp.dirSync({ unsafeCleanup: true })
const record = 'usr/local/libdata/jailwright/installed'
const dropIn = 'usr/local/etc/containers/containers.conf.d/jailwright.conf'
let whole: string
let source: string
let host: string

beforeAll(() => {
  whole = join(makeProducts(directory.name), `jailwright-${version}-freebsd-amd64`)
  // Most tests install a few files only, because install.sh starts two processes for each file.
  source = join(directory.name, 'few')
  cpSync(whole, source, { recursive: true })
  const few = /^(#|\d+ (bin|share\/(examples|zsh|man\/man8))\/)/
  writeFileSync(
    join(source, 'files'),
    `${listIn(whole)
      .filter(line => few.test(line))
      .join('\n')}\n`,
  )
})

/** Gives the lines of the list of files in a directory from which install.sh installs. */
function listIn(place: string): string[] {
  return readFileSync(join(place, 'files'), 'utf8').trimEnd().split('\n')
}

beforeEach(() => {
  host = tmp.dirSync({ dir: directory.name }).name
})

afterAll(() => directory.removeCallback())

/** Runs the install.sh of that directory with the host directory as DESTDIR. */
function install(
  options: string[] = [],
  { shell = ['sh'], script = join(source, 'install.sh'), path = '' } = {},
) {
  const [program, ...words] = [...shell, script, ...options]
  const { exitCode, stdout, stderr } = execaSync(program!, words, {
    reject: false,
    env: { DESTDIR: host, PATH: `${path}${process.env.PATH}`, REAL_PATH: process.env.PATH },
  })
  return { exitCode, stdout, stderr }
}

/** Lists everything below the host directory: directories, files with mode and contents, links with their targets. */
function state(): Record<string, string> {
  const entries = readdirSync(host, { recursive: true, encoding: 'utf8' }).map(name => {
    const place = join(host, name)
    const status = lstatSync(place)
    if (status.isSymbolicLink()) return [name, `-> ${readlinkSync(place)}`]
    if (status.isDirectory()) return [name, 'directory']
    return [name, `${(status.mode & 0o7777).toString(8)} ${readFileSync(place, 'latin1')}`]
  })
  return Object.fromEntries(entries)
}

/** Writes a file below the host directory, as another program would. */
function put(name: string, text: string): void {
  mkdirSync(dirname(join(host, name)), { recursive: true })
  writeFileSync(join(host, name), text)
}

const shells = [['sh'], ['dash'], ['busybox', 'sh'], ['bash', '--posix']].filter(
  ([program, ...words]) => execaSync(program!, [...words, '-c', ':'], { reject: false }).exitCode === 0,
)

test.each(shells)(
  'run by %s, install.sh installs what the list names, with its modes, and takes every bit of it back',
  (...shell) => {
    const script = join(whole, 'install.sh')
    expect(install(['--podman', '--ocijail'], { shell, script })).toMatchObject({ exitCode: 0, stderr: '' })
    const listed = listIn(whole).filter(line => /^0/.test(line))
    const found = Object.entries(state())
      .filter(([name, what]) => /^[0-7]{3} /.test(what) && ![record, dropIn].includes(name))
      .map(([name, what]) => `0${what.slice(0, 3)} ${name.replace('usr/local/', '')}`)
    expect(found.toSorted()).toEqual(listed.toSorted())
    expect(install(['--uninstall'], { shell, script })).toMatchObject({ exitCode: 0, stderr: '' })
    expect(state()).toEqual({})
  },
)

test('a second run changes nothing', () => {
  install(['--podman', '--ocijail'])
  const first = state()
  expect(install(['--podman', '--ocijail'])).toMatchObject({ exitCode: 0, stderr: '' })
  expect(state()).toEqual(first)
})

test('a second run without --podman and --ocijail keeps the drop-in and the link, and --uninstall still removes them', () => {
  install(['--podman', '--ocijail'])
  const first = state()
  install()
  expect(state()).toEqual(first)
  install(['--uninstall'])
  expect(state()).toEqual({})
})

test('without --podman and --ocijail neither podman nor ocijail is touched', () => {
  install()
  const names = Object.keys(state())
  expect(names.filter(name => /^usr\/local\/(etc|bin\/ocijail)/.test(name))).toEqual([])
  expect(names).toContain('usr/local/bin/jailwright')
})

test('an installed file is the file of the directory', () => {
  install()
  for (const name of [
    'bin/jailwright',
    'share/man/man8/jailwright.8.gz',
    'share/zsh/site-functions/_jailwright',
  ])
    expect(readFileSync(join(host, 'usr/local', name))).toEqual(readFileSync(join(source, name)))
})

test('the prefix is where everything goes, and the drop-in for podman names the executable there', () => {
  expect(install(['--prefix', '/opt/jail wright', '--podman'])).toMatchObject({ exitCode: 0, stderr: '' })
  expect(existsSync(join(host, 'opt/jail wright/bin/jailwright'))).toBe(true)
  expect(readFileSync(join(host, dropIn), 'utf8')).toContain(
    'jailwright = ["/opt/jail wright/bin/jailwright"]',
  )
  expect(install(['--prefix=/opt/jail wright', '--uninstall'])).toMatchObject({ exitCode: 0, stderr: '' })
  expect(state()).toEqual({})
})

test('the drop-in can be put into another directory', () => {
  install(['--podman=/etc/containers/containers.conf.d'])
  const sample = readFileSync(join(root, 'packaging/containers.conf.d/jailwright.conf'), 'utf8')
  expect(readFileSync(join(host, 'etc/containers/containers.conf.d/jailwright.conf'), 'utf8')).toBe(sample)
})

test('an ocijail that was there is kept as ocijail.orig, which is said, and --uninstall puts it back', () => {
  put('usr/local/bin/ocijail', 'the other program')
  chmodSync(join(host, 'usr/local/bin/ocijail'), 0o555)
  const before = state()
  const { exitCode, stdout } = install(['--ocijail'])
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: expect.stringContaining(
      `${host}/usr/local/bin/ocijail was there already: kept as ${host}/usr/local/bin/ocijail.orig`,
    ),
  })
  expect(state()).toMatchObject({
    'usr/local/bin/ocijail': '-> jailwright',
    'usr/local/bin/ocijail.orig': '555 the other program',
  })
  install(['--ocijail'])
  install(['--uninstall'])
  expect(state()).toEqual(before)
})

test('an ocijail that came back over the link is not overwritten by a further run, nor by --uninstall', () => {
  put('usr/local/bin/ocijail', 'the old program')
  install(['--ocijail'])
  rmSync(join(host, 'usr/local/bin/ocijail'))
  put('usr/local/bin/ocijail', 'the new program')
  const changed = state()
  const { exitCode, stderr } = install(['--ocijail'])
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: expect.stringContaining('ocijail.orig, which is there already'),
  })
  expect(state()).toEqual(changed)
  expect(install(['--uninstall']).stdout).toContain('is not ours any more')
  expect(state()).toEqual({
    usr: 'directory',
    'usr/local': 'directory',
    'usr/local/bin': 'directory',
    'usr/local/bin/ocijail': '644 the new program',
    'usr/local/bin/ocijail.orig': '644 the old program',
  })
})

test("a file of somebody else's in the way is named, and nothing is changed", () => {
  put('usr/local/share/zsh/site-functions/_jailwright', 'mine')
  const before = state()
  const { exitCode, stderr } = install()
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: `install.sh: ${host}/usr/local/share/zsh/site-functions/_jailwright is there and was not installed by this script: remove it first`,
  })
  expect(state()).toEqual(before)
})

test('a link in the way is not written through', () => {
  put('etc/passwd', 'root')
  mkdirSync(join(host, 'usr/local/bin'), { recursive: true })
  symlinkSync('../../../etc/passwd', join(host, 'usr/local/bin/jailwright'))
  const before = state()
  expect(install().exitCode).toBe(1)
  expect(state()).toEqual(before)
})

test('directories and files of others stay when all is taken back', () => {
  put('usr/local/share/examples/other/file', 'theirs')
  put('usr/local/share/doc/jailwright/mine', 'written later')
  const before = state()
  install(['--podman'])
  install(['--uninstall'])
  expect(state()).toEqual(before)
})

test('a drop-in that was edited is left by a further run and by --uninstall, and both say so', () => {
  install(['--podman'])
  appendFileSync(join(host, dropIn), '# mine\n')
  const edited = state()[dropIn]
  expect(install(['--podman']).stdout).toContain('was changed since it was installed: left as it is')
  expect(state()[dropIn]).toBe(edited)
  expect(install(['--uninstall']).stdout).toContain('was changed since it was installed: left as it is')
  expect(state()[dropIn]).toBe(edited)
  expect(state()[record]).toBeUndefined()
})

/** Makes a copy of the directory with one file less and another one more, like a directory of another version. */
function otherVersion(): string {
  const other = join(tmp.dirSync({ dir: directory.name }).name, 'other')
  cpSync(source, other, { recursive: true })
  const gone = 'share/examples/jailwright/completion.sh'
  const list = readFileSync(join(other, 'files'), 'utf8').replace(
    `0644 ${gone}\n`,
    '0644 share/examples/new/new\n',
  )
  writeFileSync(join(other, 'files'), list)
  rmSync(join(other, gone))
  mkdirSync(join(other, 'share/examples/new'))
  writeFileSync(join(other, 'share/examples/new/new'), 'new')
  writeFileSync(join(other, 'bin/jailwright'), 'a new executable')
  return other
}

test('another version replaces the files, removes those that it does not have, and is taken back whole', () => {
  install()
  const other = otherVersion()
  expect(install(['--from', other])).toMatchObject({ exitCode: 0, stderr: '' })
  const now = state()
  expect(now['usr/local/bin/jailwright']).toBe('755 a new executable')
  expect(now['usr/local/share/examples/new/new']).toBe('644 new')
  expect(now['usr/local/share/examples/jailwright/completion.sh']).toBeUndefined()
  install()
  install(['--uninstall'])
  expect(state()).toEqual({})
})

test('a run that is broken off halfway is taken back by --uninstall', () => {
  const programs = tmp.dirSync({ dir: directory.name }).name
  const program =
    '#!/bin/sh\ncase $4 in */_jailwright.new.*) exit 9 ;; esac\nPATH=$REAL_PATH exec install "$@"\n'
  writeFileSync(join(programs, 'install'), program, { mode: 0o755 })
  expect(install([], { path: `${programs}:` }).exitCode).toBe(9)
  expect(Object.keys(state())).toContain('usr/local/bin/jailwright')
  expect(install(['--uninstall'])).toMatchObject({ exitCode: 0 })
  expect(state()).toEqual({})
})

test.each([
  ['0755 ../../etc/evil', 'outside the prefix'],
  ['4755 bin/jailwright', 'is not "MODE PATH"'],
  ['0644 share/absent', 'is missing'],
])('the line %j in the list of files is refused before anything is done', (line, reason) => {
  const other = otherVersion()
  appendFileSync(join(other, 'files'), `${line}\n`)
  const { exitCode, stderr } = install(['--from', other])
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining(reason) })
  expect(state()).toEqual({})
})

test.each([
  [['--uninstall'], 1, 'nothing to take back'],
  [['--prefix', 'relative'], 1, 'must be absolute'],
  [['--prefix'], 1, 'needs a directory'],
  [['--unknown'], 2, 'usage: sh install.sh'],
  [['--from', '/'], 1, 'not a directory to install from'],
])('install.sh %j on an empty host is an error that says why', (options, status, reason) => {
  const { exitCode, stderr } = install(options)
  expect({ exitCode, stderr }).toEqual({ exitCode: status, stderr: expect.stringContaining(reason) })
  expect(state()).toEqual({})
})

test('in a checkout where nothing was packaged, install.sh says what to do first', () => {
  const { exitCode, stderr } = install([], { script: join(cloneOfScript(), 'install.sh') })
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: expect.stringContaining('run "npm run package:freebsd" first'),
  })
})

/** Makes a directory that has nothing but the script. */
function cloneOfScript(): string {
  const place = tmp.dirSync({ dir: directory.name }).name
  cpSync(join(root, 'install.sh'), join(place, 'install.sh'))
  return place
}

test('what the packages install and what install.sh installs are the same files', () => {
  const listed = listIn(whole).filter(line => /^0/.test(line))
  const pkg = join(directory.name, 'out', `jailwright-${version}-freebsd-amd64.pkg`)
  const { stdout } = execaSync('tar', ['--absolute-names', '-tJf', pkg])
  const names = stdout.split('\n').filter(name => !name.startsWith('+'))
  expect(listed.map(line => `/usr/local/${line.slice(5)}`)).toEqual(names)
})

const shellcheck = execaSync('shellcheck', ['--version'], { reject: false }).exitCode === 0
if (!shellcheck) console.error('skipped: no shellcheck here to check install.sh')

test.runIf(shellcheck)('shellcheck has nothing to say about install.sh as a POSIX script', () => {
  const { exitCode, stdout } = execaSync('shellcheck', ['--shell=sh', 'install.sh'], {
    cwd: root,
    reject: false,
  })
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' })
})
