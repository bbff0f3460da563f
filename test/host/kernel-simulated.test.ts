import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runFixture } from './run-fixture.ts'

const root = process.getuid?.() === 0
// The server runs on Bun, because Node 20 pads an abstract name with NULs, which makes it another name.
const server = [
  join(import.meta.dirname, '../../node_modules/.bin/bun'),
  join(import.meta.dirname, 'fixtures/simulated-server.mjs'),
]

interface Answer {
  value?: unknown
  root?: number
  code?: string
  errno?: string
  message?: string
}

/** Makes calls of a server with these answers, in a network namespace of the test's own. */
function ask(answers: object, calls: readonly (readonly [string, readonly unknown[]])[]) {
  const wrapper = ['unshare', '-n', '-u', ...server, JSON.stringify(answers)]
  const done = runFixture('simulated', [JSON.stringify(calls)], { wrapper })
  expect(done.stderr).toBe('')
  const { out, seen, pid } = JSON.parse(done.stdout) as { out: string; seen: object[]; pid: number }
  return { answers: JSON.parse(out) as Answer[], seen, pid }
}

describe('the simulated kernel', () => {
  it('without a simulated host, a call fails with an error that names it', () => {
    const done = runFixture('simulated', [JSON.stringify([['jailId', ['web']]])])
    expect(JSON.parse(done.stdout)).toEqual([
      {
        code: 'UNSUPPORTED',
        message: 'this is not FreeBSD, and no simulated host answers here: run it inside `simhost exec`',
      },
    ])
  })

  it.runIf(root)('each call is one line of JSON, and all kinds of values come back, large ones too', () => {
    const large = 'x'.repeat(100_000)
    const { answers, seen, pid } = ask(
      { jailId: { value: 7 }, mountAt: { value: null }, sysctl: { value: large }, nmount: { value: null } },
      [
        ['jailId', ['wéb']],
        ['mountAt', ['/x']],
        ['sysctl', ['kern.ostype']],
        [
          'nmount',
          [
            [
              ['fstype', 'tmpfs'],
              ['ro', undefined],
            ],
          ],
        ],
      ],
    )
    expect(answers.map(({ value }) => value)).toEqual([7, 'undefined', large, 'undefined'])
    expect(seen).toEqual([
      { pid, call: 'jailId', args: ['wéb'] },
      { pid, call: 'mountAt', args: ['/x'] },
      { pid, call: 'sysctl', args: ['kern.ostype'] },
      {
        pid,
        call: 'nmount',
        args: [
          [
            ['fstype', 'tmpfs'],
            ['ro', null],
          ],
        ],
      },
    ])
  })

  it.runIf(root)('a refusal of the simulated kernel becomes the error that FreeBSD would give', () => {
    const { answers } = ask(
      {
        nmount: { errno: 'EINVAL', text: 'mount option <x> is unknown' },
        unmount: { errno: 'EBUSY', text: '' },
        jailRemove: { errno: 'EINVAL' },
      },
      [
        ['nmount', [[['fspath', '/mnt/a']]]],
        ['unmount', ['/mnt/a', { force: true }]],
        ['jailRemove', [9]],
      ],
    )
    expect(answers).toEqual([
      {
        code: 'HOST',
        errno: 'EINVAL',
        message: 'nmount /mnt/a: mount option <x> is unknown: Invalid argument',
      },
      { code: 'HOST', errno: 'EBUSY', message: 'unmount /mnt/a: Device busy' },
      { code: 'HOST', errno: 'EINVAL', message: 'jail_remove 9: Invalid argument' },
    ])
  })

  it.runIf(root)('jailAttach enters the namespaces and the root, and drops the capabilities', () => {
    const jail = mkdtempSync(join(tmpdir(), 'attach-'))
    try {
      for (const name of ['one', 'two', 'three']) mkdirSync(join(jail, name))
      const attachment = {
        root: jail,
        namespaces: { uts: '/proc/self/ns/uts', net: '/proc/self/ns/net' },
        // The numbers are CAP_SYS_BOOT and CAP_SYS_TIME.
        dropCapabilities: [22, 25],
      }
      const { answers } = ask({ jailAttach: { value: attachment } }, [['jailAttach', [3]]])
      expect(answers).toEqual([{ value: 'undefined', root: 3 }])
    } finally {
      rmSync(jail, { recursive: true, force: true })
    }
  })

  it.runIf(root)(
    'the calls that a filter names are left to the simulated kernel, through a descriptor of their own',
    () => {
      // The filter allows everything (BPF_RET|BPF_K, SECCOMP_RET_ALLOW), because the simulated kernel chooses the real one.
      const allow = Buffer.from([0x06, 0, 0, 0, 0, 0, 0xff, 0x7f])
      const attachment = {
        root: '/',
        namespaces: {},
        dropCapabilities: [],
        seccomp: allow.toString('base64'),
      }
      const { answers, seen } = ask(
        { jailAttach: { value: attachment }, jailGuard: { value: null }, jailId: { value: 5 } },
        [
          ['jailAttach', [3]],
          ['jailId', ['after']],
        ],
      )
      expect(answers.map(({ value }) => value)).toEqual(['undefined', 5])
      expect(seen).toMatchObject([
        { call: 'jailAttach' },
        { call: 'jailGuard', args: [expect.any(Number)] },
        { call: 'jailId' },
      ])
    },
  )
})
