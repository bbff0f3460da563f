import { mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { expect, it } from 'vitest'
import { hostFacts } from '../../../src/container/jail/host-facts.ts'
import { Journal } from '../../../src/container/journal/journal.ts'
import { applyMount } from '../../../src/container/mounts/apply-mount.ts'
import { SyscallError } from '../../../src/errors.ts'
import { fakeHost } from '../fake-host.ts'

const LONG = 'x'.repeat(300)

it('an impossible destination is reported with its property', () => {
  const root = tmp.dirSync({ unsafeCleanup: true }).name
  const journal = new Journal(join(root, 'journal.jsonl'))
  mkdirSync(join(root, 'root'))
  const roots = { mountRoot: join(root, 'root'), realRoot: join(root, 'root'), empty: join(root, 'empty') }
  const mount = (origin: string) => () =>
    applyMount(
      fakeHost(),
      journal,
      {
        kind: 'mount',
        fstype: 'tmpfs',
        source: 'tmpfs',
        destination: `/${LONG}`,
        target: 'dir',
        options: [],
        origin,
      },
      roots,
    )
  expect(mount('mounts[3]')).toThrow(/^mounts\[3\]\.destination: .*File name too long$/)
  expect(mount('linux.maskedPaths[0]')).toThrow(/^linux\.maskedPaths\[0\]: .*File name too long$/)
})

it('a directory that devfs refuses is reported with the question for its ruleset', () => {
  const root = tmp.dirSync({ unsafeCleanup: true }).name
  const host = fakeHost()
  host.process = {
    ...host.process,
    openBeneath: (_root, destination, options) => {
      if (options.create)
        throw new SyscallError('resolve', 'EOPNOTSUPP', 'Operation not supported', destination)
      return destination === '/dev'
        ? { fd: openSync(root, 'r'), path: root, kind: 'dir', created: [] }
        : undefined
    },
  }
  const journal = new Journal(join(root, 'journal.jsonl'))
  const roots = { mountRoot: root, realRoot: root, empty: join(root, 'empty') }
  const step = {
    kind: 'mount',
    fstype: 'fdescfs',
    source: 'fdescfs',
    destination: '/dev/fd',
    target: 'dir',
    options: [],
    origin: 'mounts[1]',
  } as const
  expect(() => applyMount(host, journal, step, roots)).toThrow(
    expect.objectContaining({
      message: 'mounts[1].destination: resolve /dev/fd: Operation not supported',
      hint: 'does the ruleset of its devfs show it?',
    }),
  )
})

it('a path that is too long is taken for one that does not exist', () => {
  const facts = hostFacts(fakeHost())
  expect(facts.pathKind(`/${LONG}`)).toBeUndefined()
  expect(facts.pathOwner(`/${LONG}`)).toBeUndefined()
  expect(facts.pathKind('/')).toBe('dir')
})
