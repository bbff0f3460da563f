import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { allCases } from '../../conformance/cases/index.ts'
import { defineCase } from '../../conformance/harness/define.ts'
import { librariesOf } from '../../conformance/harness/host/rootfs.ts'
import { matchJson, matchText } from '../../conformance/harness/run/match.ts'
import { mapStrings, merge } from '../../conformance/harness/run/merge.ts'
import { patienceFor, runtimeName } from '../../conformance/harness/run/session.ts'

const same = (text: string) => text

describe('matching', () => {
  it('a text matches a whole text, a pattern, all of several patterns, or the opposite of one', () => {
    expect(matchText('a\nb\n', 'a\nb', same)).toBeUndefined()
    expect(matchText('a\nb\n', 'a', same)).toMatch(/expected/)
    expect(matchText('a\nb\n', [/^a$/m, /^b$/m], same)).toBeUndefined()
    expect(matchText('a\nb\n', [/^a$/m, /^c$/m], same)).toMatch(/c/)
    expect(matchText('a', { not: /a/ }, same)).toMatch(/anything but/)
    expect(matchText('a', { not: /b/ }, same)).toBeUndefined()
  })

  it('a JSON value is compared by the properties that the matcher names, and the one that differs is named', () => {
    const value = { id: 'x', pid: 7, annotations: { a: 'b' }, list: [1, 2] }
    expect(matchJson(value, { id: /^x/, annotations: { a: 'b' } }, same)).toBeUndefined()
    expect(matchJson(value, { annotations: { a: 'c' } }, same)).toMatch(/^annotations\.a/)
    expect(matchJson(value, { missing: 'x' }, same)).toMatch(/^missing/)
    expect(matchJson(value, { list: [1] }, same)).toMatch(/1 entries/)
    expect(matchJson(value, { pid: (pid: unknown) => pid === 8 }, same)).toMatch(/^pid/)
  })
})

describe('config patches', () => {
  const base = { process: { args: ['a'], cwd: '/' }, mounts: [{ destination: '/dev' }], hostname: 'h' }

  it('a config patch merges objects, replaces arrays, adds mounts, and removes with null', () => {
    expect(
      merge(base, { process: { args: ['b'] }, mounts: [{ destination: '/x' }], hostname: null }),
    ).toEqual({
      process: { args: ['b'], cwd: '/' },
      mounts: [{ destination: '/dev' }, { destination: '/x' }],
    })
    expect(merge(base, { mounts: { replace: [] } }).mounts).toEqual([])
    expect(base.mounts).toHaveLength(1)
  })

  it('a config patch has placeholders filled in names and values', () => {
    expect(mapStrings({ '%a': ['%a', 1, true] }, text => text.replace('%a', 'x'))).toEqual({
      x: ['x', 1, true],
    })
  })
})

describe('ldd(1)', () => {
  it("librariesOf reads the output of glibc's ldd", () => {
    const text =
      '\tlinux-vdso.so.1 (0x00007f3b)\n\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f3b)\n\t/lib64/ld-linux-x86-64.so.2 (0x0000)\n'
    expect(librariesOf(text)).toEqual(['/lib/x86_64-linux-gnu/libc.so.6', '/lib64/ld-linux-x86-64.so.2'])
  })

  it("librariesOf reads the output of FreeBSD's ldd", () => {
    const text =
      '/bin/sh:\n\tlibedit.so.8 => /lib/libedit.so.8 (0x82137d000)\n\tlibc.so.7 => /lib/libc.so.7 (0x821e)\n'
    expect(librariesOf(text)).toEqual(['/lib/libedit.so.8', '/lib/libc.so.7'])
  })

  it('librariesOf finds no library in the output for a static program', () => {
    expect(librariesOf('\tstatically linked\n')).toEqual([])
  })
})

describe('a session', () => {
  it('a session knows a runtime by its --version, or else by its file', () => {
    expect(runtimeName({ status: 0, stdout: 'ocijail version 0.4.0\n' }, '/x/other')).toBe('ocijail')
    // runj has no option --version (cmd/runj/main.go of runj).
    expect(runtimeName({ status: 1, stdout: 'Usage: ...' }, '/usr/local/bin/runj')).toBe('runj')
  })

  it('a session gives more time when the runtime or the machine is slow, within limits', () => {
    expect(patienceFor(10, 5)).toBe(1)
    expect(patienceFor(180, 5)).toBeCloseTo(3.6)
    expect(patienceFor(49, 90)).toBe(6)
    expect(patienceFor(100_000, 5)).toBe(20)
  })
})

describe('cases', () => {
  it('every case has an id, a sentence and a mark', () => {
    expect(() => defineCase({ id: 'nodot', title: 't', stands: 's', mark: 'jails' })).toThrow(/group\.name/)
    expect(() => defineCase({ id: 'a.b', title: 't', stands: '', mark: 'jails' })).toThrow(/sentence/)
    expect(() =>
      defineCase({ id: 'a.b', title: 't', stands: 'x', mark: 'jails', containerId: 'fixed' }),
    ).toThrow()
    expect(allCases.length).toBeGreaterThan(250)
  })

  // These 17 defects were found in the source of ocijail 0.6.0-dev of April 2026; each has a case whose `stands` names it.
  it.each([
    ['the mounts of a failed create stay', 'crash.failed-create-unmounts', 'ocijail (mount.cpp)'],
    ['mounts are undone by paths that may have changed', 'crash.mount-point-moved', 'ocijail (mount.cpp)'],
    ['the id of a container is not checked', 'delete.path-as-id', 'ocijail (main.cpp)'],
    [
      'an exception during create leaves mounts and jail',
      'crash.failed-hook-unmounts',
      'ocijail (create.cpp)',
    ],
    ['a console socket that is not there is a hang', 'exec.socket-missing', 'ocijail (exec.cpp)'],
    ['the arguments of a hook are shifted', 'hooks.argv', 'ocijail (hook.cpp)'],
    ['the status is running before the exec', 'errors.exec-fails-nothing-left', 'ocijail (start.cpp)'],
    ['the umask is not taken over', 'process.umask', 'ocijail (process.cpp)'],
    ['signal 0 is refused', 'kill.signal-0', 'ocijail (kill.cpp)'],
    ['a reused pid keeps a container running', 'crash.pid-reused', 'ocijail (main.cpp)'],
    ['the state has a fixed version', 'state.version-not-old', 'ocijail (main.cpp)'],
    ['exec works in a stopped container', 'exec.stopped', 'ocijail (exec.cpp)'],
    ['defaults are weaker', 'jails.defaults-of-the-specification', 'ocijail (create.cpp)'],
    ['links are resolved as strings', 'security.tmpcopyup-link', 'ocijail (mount.cpp)'],
    [
      'the state file is written in place',
      'lifecycle.state-while-creating',
      'ocijail writes state.json in place',
    ],
    ['a failed unmount is not seen', 'jails.readonly-root', 'ocijail (delete.cpp)'],
    ['features lists no annotations', 'features.names-unsafe-annotations', 'ocijail (features.cpp)'],
  ])('there is a case for the defect of ocijail that %s', (_, id, said) => {
    expect(allCases.find(one => one.id === id)?.stands).toContain(said)
  })

  it('the cases import nothing from src', () => {
    const directory = new URL('../../conformance/', import.meta.url)
    const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter(one =>
      one.endsWith('.ts'),
    )
    expect(names.length).toBeGreaterThan(50)
    for (const name of names) {
      expect(readFileSync(new URL(name, directory), 'utf8'), name).not.toMatch(/from '[./]*\/src\//)
    }
  })
})

const bun = new URL('../../node_modules/.bin/bun', import.meta.url).pathname
const main = new URL('../../conformance/main.ts', import.meta.url).pathname
const isRoot = process.getuid?.() === 0

describe.skipIf(!isRoot)('the program against a runtime that is none', () => {
  const directory = mkdtempSync(join(tmpdir(), 'cf-test-'))
  const liar = join(directory, 'liar')
  writeFileSync(liar, '#!/bin/sh\necho "liar version 1.0"\n', { mode: 0o755 })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  const harness = (...args: string[]) =>
    execa(bun, [main, '--runtime', liar, '--work', directory, ...args], { reject: false })

  it('the harness finds that a runtime that succeeds in everything does nothing', async () => {
    const { stdout, exitCode } = await harness(
      '--filter',
      '^(lifecycle.whole|delete.unknown|state.unknown|process.umask)$',
    )
    expect(stdout).toMatch(/^FAIL {2}lifecycle\.whole/m)
    expect(stdout).toMatch(/^FAIL {2}delete\.unknown/m)
    expect(stdout).toMatch(/^FAIL {2}state\.unknown/m)
    expect(stdout).toMatch(/^0 passed, 4 failed, 0 skipped$/m)
    expect(exitCode).toBe(1)
  })

  it('the harness writes TAP', async () => {
    const { stdout } = await harness('--tap', '--filter', '^(state.unknown|errors.version-flag)$')
    expect(stdout).toMatch(/^TAP version 13\n1\.\.2\n/)
    expect(stdout).toMatch(/^not ok 1 - state\.unknown/m)
    expect(stdout).toMatch(/^ok 2 - errors\.version-flag/m)
    expect(stdout.trim().split('\n').at(-1)).toBe('1 passed, 1 failed, 0 skipped')
  })

  it('the harness fails a case that leaves something behind, and removes it', async () => {
    const leaver = join(directory, 'leaver')
    // The process is there under its own name when create ends.
    const begun = 'until ps -o comm= -p $! | grep -q sleep; do :; done'
    const sleeper = `create) sleep 98765 >/dev/null 2>&1 & echo $! >"$PIDFILE"; ${begun} ;;`
    writeFileSync(
      leaver,
      `#!/bin/sh
[ "$1" = --version ] && echo "leaver version 1.0" && exit 0
while [ $# -gt 0 ]; do case $1 in --root|--log|--log-format|--bundle) shift 2;; --pid-file) PIDFILE=$2; shift 2;; *) break;; esac; done
VERB=$1; shift
while [ $# -gt 0 ]; do case $1 in --bundle) shift 2;; --pid-file) PIDFILE=$2; shift 2;; *) ID=$1; shift;; esac; done
case $VERB in state) exit 1;; ${sleeper} *) exit 0;; esac
`,
      { mode: 0o755 },
    )
    const { stdout } = await execa(
      bun,
      [main, '--runtime', leaver, '--work', directory, '--filter', '^lifecycle.delete-created$'],
      { reject: false },
    )
    const pid = Number(/left over: process (\d+) sleep/.exec(stdout)?.[1])
    expect(pid).toBeGreaterThan(1)
    // The process ends a moment after it was killed, and is a zombie then where process 1 does not collect it.
    const state = async () => {
      const { stdout } = await execa('ps', ['-o', 'stat=', '-p', String(pid)], { reject: false })
      return stdout.trim()
    }
    await vi.waitFor(async () => expect(await state()).toMatch(/^(Z.*)?$/), { timeout: 30_000 })
  })

  it('the harness ends a command that never ends, and says so', async () => {
    const hanger = join(directory, 'hanger')
    writeFileSync(
      hanger,
      '#!/bin/sh\n[ "$1" = --version ] && echo "hanger version 1.0" && exit 0\nfor a; do [ "$a" = state ] && exit 1; done\nexec sleep 4321\n',
      { mode: 0o755 },
    )
    const { stdout, exitCode } = await execa(
      bun,
      [main, '--runtime', hanger, '--work', directory, '--filter', '^terminal.socket-missing$'],
      { reject: false },
    )
    expect(stdout).toMatch(/create cf-\w+: did not return in time/)
    expect(exitCode).toBe(1)
  })

  it('the harness refuses a filter that matches no case, and leaves nothing of a runtime that cannot be started', async () => {
    const none = await harness('--filter', '^nosuch$')
    expect(none.stderr).toBe('conformance: --filter: no case is called like ^nosuch$')
    expect(none.exitCode).toBe(2)
    const before = readdirSync(directory)
    writeFileSync(join(directory, 'bad'), '#!/nosuch/interpreter\n', { mode: 0o755 })
    const { stdout, exitCode } = await execa(
      bun,
      [main, '--tap', '--runtime', join(directory, 'bad'), '--work', directory],
      { reject: false },
    )
    expect(stdout).toMatch(/^Bail out! the runtime cannot be started/)
    expect(exitCode).toBe(2)
    expect(readdirSync(directory).sort()).toEqual([...before, 'bad'].sort())
  })

  it('the harness ends with status 2 and one line when the runtime does not exist', async () => {
    const { stderr, exitCode } = await execa(bun, [main, '--runtime', '/nosuch'], { reject: false })
    expect(stderr).toBe('conformance: no executable runtime /nosuch')
    expect(exitCode).toBe(2)
  })
})
