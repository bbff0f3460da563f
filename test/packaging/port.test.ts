import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { execaSync } from 'execa'
import tmp from 'tmp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { version } from '../../src/cli/version.ts'
import { type Member, members, sha256 } from './archive.ts'
import { order, variables } from './makefile.ts'
import { fakeSource, makeProducts, root, runPackager, time } from './package.ts'

const directory = tmp.dirSync({ unsafeCleanup: true })
const distfile = `jailwright-${version}.tar.xz`
const read = (name: string) => readFileSync(join(root, 'packaging/freebsd', name), 'utf8')
const makefile = read('Makefile')
const value = Object.fromEntries(variables(makefile).map(({ name, value }) => [name, value]))
let out: string
let port: string
let packed: Member[]
let manifest: Record<string, unknown>

beforeAll(async () => {
  out = makeProducts(directory.name)
  port = join(out, 'port/sysutils/jailwright')
  packed = await members(join(out, `jailwright-${version}-freebsd-amd64.pkg`))
  manifest = JSON.parse(packed[1]!.data.toString())
})

afterAll(() => directory.removeCallback())

test("the port's Makefile sets every variable that bsd.port.mk wants, each once, in the order of the porter's handbook", () => {
  expect(variables(makefile).map(({ name }) => name)).toEqual(order)
  expect(variables(makefile).filter(({ value }) => value === '')).toEqual([])
  expect(makefile.trimEnd().endsWith('\n.include <bsd.port.mk>')).toBe(true)
})

test("the port's Makefile has portlint's form: tabs behind names, no blanks at ends of lines, lines of 80 columns", () => {
  const lines = makefile.split('\n')
  expect(lines.filter(line => /^[A-Z_]+[?+]?=(?!\t+\S)/.test(line))).toEqual([])
  expect(lines.filter(line => /[ \t]$/.test(line))).toEqual([])
  expect(lines.filter(line => /^ /.test(line))).toEqual([])
  expect(lines.filter(line => line.replaceAll('\t', '        ').length > 88)).toEqual([])
  expect(makefile).not.toMatch(/\n\n\n|\/usr\/local|\$\((?!\()/)
})

test('COMMENT begins with a capital letter and no article, has at most 70 characters and no period at its end', () => {
  expect(value.COMMENT).toMatch(/^(?!An? |The |jailwright)[A-Z].{0,68}[^.]$/)
})

test('WWW and MASTER_SITES are places that nobody owns until a release has one, and the latter can be set from outside', () => {
  expect(value.WWW).toMatch(/^https:\/\/[a-z.]+\.example\/$/)
  expect(value.MASTER_SITES).toBe(`\${JAILWRIGHT_SITE}`)
  expect(value.JAILWRIGHT_SITE).toMatch(/^https:\/\/[a-z.]+\.example\/.*\/$/)
})

test('the port and the packages say the same about the program', () => {
  expect({
    name: value.PORTNAME,
    version: value.DISTVERSION,
    categories: [value.CATEGORIES],
    origin: `${value.CATEGORIES}/${value.PORTNAME}`,
    maintainer: value.MAINTAINER,
    comment: value.COMMENT,
    www: value.WWW,
    licenses: [value.LICENSE],
    desc: read('pkg-descr').trim(),
  }).toEqual(
    Object.fromEntries(
      ['name', 'version', 'categories', 'origin', 'maintainer', 'comment', 'www', 'licenses', 'desc'].map(
        key => [key, manifest[key]],
      ),
    ),
  )
})

test('pkg-descr is plain text of 80 columns with more than a comment in it, and no WWW line, which is a variable now', () => {
  const lines = read('pkg-descr').trimEnd().split('\n')
  expect(lines.length).toBeGreaterThan(3)
  expect(lines.filter(line => line.length > 80 || /^WWW:|[^ -~]|\s$/.test(line))).toEqual([])
})

test('the message is a template that SUB_FILES fills, with no placeholder besides those that SUB_LIST has', () => {
  expect(value.SUB_FILES).toBe('pkg-message')
  const placeholders = read('files/pkg-message.in').match(/%%\w+%%/g)
  expect([...new Set(placeholders)]).toEqual(['%%PREFIX%%'])
})

test('distinfo has the form of make makesum and the sum and size of the archive', () => {
  const bytes = readFileSync(join(out, distfile))
  expect(readFileSync(join(port, 'distinfo'), 'utf8')).toBe(
    `TIMESTAMP = ${time}\nSHA256 (${distfile}) = ${sha256(bytes)}\nSIZE (${distfile}) = ${bytes.length}\n`,
  )
})

test('the source archive is one folder of files that are needed to build, nothing compiled and nothing of Node', async () => {
  const all = await members(join(out, distfile))
  const names = all.map(({ header }) => header.name)
  expect(names.filter(name => !name.startsWith(`jailwright-${version}/`))).toEqual([])
  expect(
    names.map(name => name.slice(`jailwright-${version}/`.length)).filter(name => !name.startsWith('docs/')),
  ).toEqual([
    'LICENSE',
    'README.md',
    'completions/_jailwright',
    'completions/jailwright.bash',
    'completions/jailwright.fish',
    'examples/completion.sh',
    'examples/completion.tcsh',
    'examples/jailwright.conf',
    'man/jailwright-config.5',
    'man/jailwright.8',
    'native/README.md',
    'native/generated/functions.c',
    'native/generated/units.js',
    'native/main.c',
    'native/native.h',
    'scripts/build',
  ])
  expect(all.filter(({ header }) => header.mode !== 0o644).map(({ header }) => header.name)).toEqual([
    `jailwright-${version}/scripts/build`,
  ])
})

test('a source without the generated files is refused, with what makes them', () => {
  const native = fakeSource(join(directory.name, 'incomplete'))
  execaSync('rm', ['-r', join(native, 'generated')])
  const { exitCode, stderr } = runPackager(
    ...['--executable', `amd64=${join(directory.name, 'jailwright-amd64')}`, '--native', native],
    ...['--out', join(directory.name, 'none')],
  )
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: `package: ${native}/generated is not complete: run "npm run build" first`,
  })
})

const bmake = execaSync('bmake', ['-V', 'MAKE'], { reject: false, cwd: '/' }).exitCode === 0
if (!bmake) console.error("skipped: no bmake here to run the port's targets")

/** Builds the port from the archive and stages it with a prefix; gives the directory of the stage. */
function stage(prefix: string): string {
  const work = tmp.dirSync({ dir: directory.name }).name
  const given = { WRKDIR: join(work, 'work'), DISTDIR: out, PREFIX: prefix }
  const words = Object.entries(given).map(([name, text]) => `${name}=${text}`)
  // The environment is empty but for PATH, because variables such as MAKEFLAGS would change the build.
  const env = { PATH: process.env.PATH }
  const result = execaSync('bmake', ['-r', '-m', join(root, 'test/packaging/ports'), ...words, 'stage'], {
    cwd: port,
    env,
    extendEnv: false,
    reject: false,
  })
  if (result.exitCode !== 0) throw new Error(`${result.stdout}\n${result.stderr}`)
  return join(work, 'work/stage', prefix)
}

/** Gives the files below a directory by path, with their modes and contents. */
function filesBelow(place: string): Map<string, { mode: number; data: Buffer }> {
  const names = readdirSync(place, { recursive: true, encoding: 'utf8' }).filter(
    name => !statSync(join(place, name)).isDirectory(),
  )
  return new Map(
    names.toSorted().map(name => {
      const data = readFileSync(join(place, name))
      return [
        name,
        {
          mode: statSync(join(place, name)).mode & 0o7777,
          data: name.endsWith('.gz') ? gunzipSync(data) : data,
        },
      ]
    }),
  )
}

test.runIf(bmake)(
  'what the port stages is what pkg-plist, PORTDOCS and PORTEXAMPLES name, sorted, and nothing else',
  () => {
    const plist = read('pkg-plist').trimEnd().split('\n')
    expect(plist).toEqual(plist.toSorted())
    expect({ docs: value.PORTDOCS, examples: value.PORTEXAMPLES }).toEqual({ docs: '*', examples: '*' })
    const staged = [...filesBelow(stage('/usr/local')).keys()]
    const portable = /^share\/(doc|examples)\/jailwright\//
    expect(staged.filter(name => !portable.test(name))).toEqual(plist)
    expect(staged.filter(name => portable.test(name)).length).toBeGreaterThan(5)
  },
)

test.runIf(bmake)(
  'the port stages the same files with the same modes as the package has, but for the executable and the licence',
  () => {
    const staged = filesBelow(stage('/usr/local'))
    const made = packed.slice(2).flatMap(({ header, data }) => {
      const name = header.name.slice('/usr/local/'.length)
      if (/^(bin|share\/licenses)\//.test(name)) return []
      return [[name, { mode: header.mode, data: name.endsWith('.gz') ? gunzipSync(data) : data }] as const]
    })
    expect(staged.get('bin/jailwright')?.mode).toBe(0o755)
    staged.delete('bin/jailwright')
    expect(staged).toEqual(new Map(made))
  },
)

test.runIf(bmake)(
  "the port's build gives scripts/build FreeBSD's compiler and lang/quickjs, and another prefix is honoured",
  () => {
    const place = stage('/opt/tools')
    const text = readFileSync(join(place, 'bin/jailwright'), 'utf8')
    expect(text).toBe('#!/bin/sh\n# main.c\n# functions.c\n# units.js\n')
    const told = readFileSync(join(place, '../../..', 'objects/variables'), 'utf8')
    expect(told).toBe('CC=cc\nQUICKJS=/usr/local\nCFLAGS=-O2 -pipe\n')
    expect(existsSync(join(place, 'share/man/man8/jailwright.8.gz'))).toBe(true)
  },
)
