import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { execaSync } from 'execa'
import { parse } from 'smol-toml'
import tmp from 'tmp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { completionScript } from '../../src/cli/completion/index.ts'
import { version } from '../../src/cli/version.ts'
import { type Member, members, sha256 } from './archive.ts'
import { fakeExecutable } from './fake-executable.ts'
import { makeProducts, root, runPackager, time } from './package.ts'
import { complaints, installsOn, type Manifest } from './pkg-rules.ts'

const directory = tmp.dirSync({ unsafeCleanup: true })
const machines = ['amd64', 'aarch64'] as const
let out: string
const packages = new Map<string, { all: Member[]; compact: Manifest; full: Manifest }>()

beforeAll(async () => {
  out = makeProducts(directory.name)
  for (const machine of machines) {
    const all = await members(join(out, `jailwright-${version}-freebsd-${machine}.pkg`))
    const [compact, full] = all.map(({ data }) => data.toString()).slice(0, 2)
    packages.set(machine, { all, compact: JSON.parse(compact!), full: JSON.parse(full!) })
  }
})

afterAll(() => directory.removeCallback())

interface FileEntry {
  sum: string
  uname: string
  gname: string
  perm: string
  mtime: number
}

function filesOf(manifest: Manifest): Record<string, FileEntry> {
  return manifest.files as Record<string, FileEntry>
}

/** Gives the bytes of a packed file by its path below /usr/local. */
function packed(path: string): Buffer {
  const member = packages.get('amd64')!.all.find(({ header }) => header.name === `/usr/local/${path}`)
  if (!member) throw new Error(`the package has no ${path}`)
  return member.data
}

test.each(machines)(
  'the package for %s has the compact manifest first, the manifest second and then files alone',
  machine => {
    const names = packages.get(machine)!.all.map(({ header }) => header.name)
    expect(names.slice(0, 2)).toEqual(['+COMPACT_MANIFEST', '+MANIFEST'])
    expect(names.slice(2).filter(name => !name.startsWith('/usr/local/'))).toEqual([])
    expect(names.slice(2)).toEqual(names.slice(2).toSorted())
  },
)

test.each(machines)('both manifests of the package for %s are what pkg takes', machine => {
  const { compact, full } = packages.get(machine)!
  expect({ compact: complaints(compact), full: complaints(full) }).toEqual({ compact: [], full: [] })
  const { files: _, ...rest } = full
  expect(rest).toEqual(compact)
})

test.each(machines)(
  'the files of the package for %s are those of its manifest, with sums, modes, owners and size',
  machine => {
    const { all, full } = packages.get(machine)!
    const found = all.slice(2).map(({ header, data }) => [
      header.name,
      {
        sum: `1$${sha256(data)}`,
        uname: header.uname,
        gname: header.gname,
        perm: `0${header.mode!.toString(8)}`,
        mtime: header.mtime!.getTime() / 1000,
      },
    ])
    expect(filesOf(full)).toEqual(Object.fromEntries(found))
    expect(full.flatsize).toBe(all.slice(2).reduce((sum, { data }) => sum + data.length, 0))
  },
)

test.each(machines)(
  'everything in the package for %s belongs to root:wheel, is a file, and has the given time',
  machine => {
    for (const { header } of packages.get(machine)!.all) {
      expect({ ...header, mtime: header.mtime!.getTime() / 1000 }).toMatchObject({
        type: 'file',
        uid: 0,
        gid: 0,
        uname: 'root',
        gname: 'wheel',
        mode: header.name === '/usr/local/bin/jailwright' ? 0o755 : 0o644,
        mtime: time,
      })
    }
  },
)

test('a package installs on FreeBSD 14 and 15 of its machine, and on no other system or machine', () => {
  const hosts = [
    'FreeBSD:14:amd64',
    'FreeBSD:15:amd64',
    'FreeBSD:14:aarch64',
    'FreeBSD:15:aarch64',
    'dragonfly:6.4:x86:64',
  ]
  const taken = machines.map(machine =>
    hosts.filter(host => installsOn(String(packages.get(machine)!.full.abi), host)),
  )
  expect(taken).toEqual([hosts.slice(0, 2), hosts.slice(2, 4)])
  expect(machines.map(machine => packages.get(machine)!.full.arch)).toEqual([
    'freebsd:*:x86:64',
    'freebsd:*:aarch64:64',
  ])
})

test('a package demands the FreeBSD that its executable was linked for, or 14.0 when the executable does not say', () => {
  const versions = machines.map(machine => packages.get(machine)!.full.annotations)
  expect(versions).toEqual([{ FreeBSD_version: '1500000' }, { FreeBSD_version: '1400097' }])
})

test('manual pages are gzipped without a name and a time', () => {
  for (const page of ['jailwright.8', 'jailwright-config.5']) {
    const bytes = packed(`share/man/man${page.at(-1)}/${page}.gz`)
    // These bytes are FLG and MTIME of RFC 1952.
    expect(bytes.subarray(3, 8)).toEqual(Buffer.alloc(5))
    expect(gunzipSync(bytes).toString()).toBe(readFileSync(join(root, 'man', page), 'utf8'))
  }
})

test('each completion script is the one that the program prints', () => {
  const paths = {
    bash: 'share/bash-completion/completions/jailwright',
    zsh: 'share/zsh/site-functions/_jailwright',
    fish: 'share/fish/vendor_completions.d/jailwright.fish',
    tcsh: 'share/examples/jailwright/completion.tcsh',
    sh: 'share/examples/jailwright/completion.sh',
  }
  for (const [shell, path] of Object.entries(paths))
    expect(packed(path).toString(), shell).toBe(completionScript(shell, 'jailwright'))
})

test('the package has the licence, the documents and the drop-in for podman, but puts nothing into etc or over ocijail', () => {
  expect(packed(`share/licenses/jailwright-${version}/BSD2CLAUSE`)).toEqual(
    readFileSync(join(root, 'LICENSE')),
  )
  expect(packed('share/doc/jailwright/README.md')).toEqual(readFileSync(join(root, 'README.md')))
  expect(packed('share/doc/jailwright/docs/security.md')).toEqual(
    readFileSync(join(root, 'docs/security.md')),
  )
  expect(packed('share/examples/jailwright/jailwright.conf').toString()).toMatch(/^\[engine\.runtimes\]$/m)
  const names = packages.get('amd64')!.all.map(({ header }) => header.name)
  expect(names.filter(name => /^\/usr\/local\/(etc\/|bin\/ocijail)/.test(name))).toEqual([])
})

test('the drop-in makes jailwright the runtime of podman, known by its path, and its messages JSON', () => {
  expect(parse(packed('share/examples/jailwright/jailwright.conf').toString())).toEqual({
    engine: {
      runtime: 'jailwright',
      runtime_supports_json: ['crun', 'runc', 'kata', 'runsc', 'ocijail', 'jailwright'],
      runtimes: { jailwright: ['/usr/local/bin/jailwright'] },
    },
  })
})

test('the message tells how to make the link ocijail and how to use the drop-in, with the real paths', () => {
  const { messages } = packages.get('amd64')!.compact as { messages: { message: string; type: string }[] }
  expect(messages.map(({ type }) => type)).toEqual(['install', 'remove'])
  expect(messages[0]!.message).toContain('jailwright check --fix')
  expect(messages[0]!.message).toContain('ln -s jailwright /usr/local/bin/ocijail')
  expect(messages[0]!.message).toContain('/usr/local/share/examples/jailwright/jailwright.conf')
  expect(messages.map(({ message }) => message).join('\n')).not.toMatch(/%%|EOM/)
})

test('a second build gives the same bytes', () => {
  const again = makeProducts(directory.name, 'again')
  const sums = (place: string) =>
    readdirSync(place, { withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(({ name }) => `${name} ${sha256(readFileSync(join(place, name)))}`)
  expect(sums(again)).toEqual(sums(out))
  expect(sums(out).length).toBeGreaterThan(machines.length)
})

test('SHA256SUMS names every product with its sum, in the form that sha256sum checks', () => {
  const { stdout } = execaSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: out })
  const files = readdirSync(out, { withFileTypes: true }).filter(
    entry => entry.isFile() && entry.name !== 'SHA256SUMS',
  )
  expect(stdout.split('\n').toSorted()).toEqual(files.map(({ name }) => `${name}: OK`).toSorted())
})

const bsdtar = execaSync('bsdtar', ['--version'], { reject: false }).exitCode === 0
if (!bsdtar) console.error('skipped: no bsdtar (libarchive-tools) here to read a package as pkg does')

test.runIf(bsdtar)('libarchive, with which pkg reads packages, lists and unpacks the package', () => {
  const place = join(directory.name, 'unpacked')
  execaSync('mkdir', [place])
  execaSync('bsdtar', ['-xf', join(out, `jailwright-${version}-freebsd-amd64.pkg`), '-C', place])
  expect(readFileSync(join(place, 'usr/local/share/doc/jailwright/README.md'))).toEqual(
    readFileSync(join(root, 'README.md')),
  )
})

test('an executable for another machine is refused by name', () => {
  const file = fakeExecutable(directory.name, { machine: 'aarch64' })
  const { exitCode, stderr } = runPackager(
    '--executable',
    `amd64=${file}`,
    '--out',
    join(directory.name, 'none'),
  )
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: `package: ${file} is for aarch64, not for amd64`,
  })
})

test('an executable that is not for FreeBSD is refused', () => {
  const file = fakeExecutable(directory.name, { machine: 'amd64', osAbi: 0 })
  const { exitCode, stderr } = runPackager(
    '--executable',
    `amd64=${file}`,
    '--out',
    join(directory.name, 'none'),
  )
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: `package: ${file} is not for FreeBSD: no ABI note and no OS/ABI of FreeBSD`,
  })
})
