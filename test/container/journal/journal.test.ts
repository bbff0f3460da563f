import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import tmp from 'tmp'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Journal, type Undo } from '../../../src/container/journal/journal.ts'
import { Pending } from '../../../src/container/journal/pending.ts'

describe('journal', () => {
  let path: string
  beforeEach(() => {
    path = join(tmp.dirSync({ unsafeCleanup: true }).name, 'journal.jsonl')
  })

  it('the journal has the undo on disk before the effect happens, and the later facts after it', () => {
    const journal = new Journal(path)
    let during = ''
    const jid = journal.perform(
      'jail web',
      { op: 'jail', name: 'web', path: '/r' },
      () => {
        during = readFileSync(path, 'utf8')
        return 7
      },
      value => ({ jid: value }),
    )
    expect(jid).toBe(7)
    expect(during).toBe('{"n":1,"undo":{"op":"jail","name":"web","path":"/r"}}\n')
    expect(new Journal(path).pending()).toEqual([
      { n: 1, undo: { op: 'jail', name: 'web', path: '/r' }, done: { jid: 7 } },
    ])
  })

  it('the journal keeps an effect that failed, because it may have happened in part', () => {
    const journal = new Journal(path)
    expect(() =>
      journal.perform('x', { op: 'children', parent: 'p' }, () => {
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(new Journal(path).pending()).toEqual([
      { n: 1, undo: { op: 'children', parent: 'p' }, done: undefined },
    ])
  })

  it('the journal returns pending entries newest first, without those that were taken back', () => {
    const journal = new Journal(path)
    for (const name of ['a', 'b', 'c']) journal.perform(name, { op: 'jail', name, path: '/r' }, () => 1)
    journal.undone(2)
    expect(new Journal(path).pending().map(entry => entry.n)).toEqual([3, 1])
  })

  it('the journal continues its numbers in a later process', () => {
    new Journal(path).perform('a', { op: 'jail', name: 'a', path: '/r' }, () => 1)
    new Journal(path).perform('b', { op: 'jail', name: 'b', path: '/r' }, () => 1)
    expect(new Journal(path).pending().map(entry => entry.n)).toEqual([2, 1])
  })

  it('the journal skips a line that a crash cut short', () => {
    new Journal(path).perform('a', { op: 'jail', name: 'a', path: '/r' }, () => 1)
    appendFileSync(path, '{"n":2,"undo":{"op":"ja')
    expect(new Journal(path).pending().map(entry => entry.n)).toEqual([1])
  })

  it('the journal loses nothing that was written after a line that a full disk cut short', () => {
    new Journal(path).perform('a', { op: 'jail', name: 'a', path: '/r' }, () => 1)
    appendFileSync(path, '{"n":2,"undo":{"op":"ja')
    const journal = new Journal(path)
    journal.perform('b', { op: 'jail', name: 'b', path: '/r' }, () => 1)
    journal.undone(1)
    expect(new Journal(path).pending().map(({ undo }) => undo)).toEqual([
      { op: 'jail', name: 'b', path: '/r' },
    ])
  })

  it('the journal records what outlives a restart in a second place first, and uses it when the journal is gone', () => {
    const lasting = join(dirname(path), 'db/jailwright/web')
    const journal = new Journal(path, 'monday', lasting)
    journal.perform('a jail', { op: 'jail', name: 'a', path: '/r' }, () => 1)
    journal.perform('b pid', { op: 'pid-file', path: '/var/run/pid', pid: 7 }, () => 1)
    expect(existsSync(lasting)).toBe(false)
    let during = ''
    const aside = { op: 'put-back', root: '/r', path: '/etc/hosts', aside: '.hosts' } as const
    const made = { op: 'rmdir', root: '/r', path: '/made' } as const
    journal.perform('c', aside, () => {
      during = readFileSync(lasting, 'utf8')
    })
    journal.perform('d', made, () => 1)
    expect(during).toBe(`{"n":0,"boot":"monday"}\n${JSON.stringify({ n: 3, undo: aside })}\n`)
    expect(journal.pending().map(({ n }) => n)).toEqual([4, 3, 2, 1])

    rmSync(path)
    const later = new Journal(path, undefined, lasting)
    expect(later.boot()).toBe('monday')
    expect(later.pending()).toEqual([
      { n: 4, undo: made, done: undefined },
      { n: 3, undo: aside, done: undefined },
    ])
    later.undone(4)
    expect(existsSync(path)).toBe(false)
    expect(new Journal(path, undefined, lasting).pending().map(({ n }) => n)).toEqual([3])
    later.removeRecord()
    later.removeRecord()
    expect(existsSync(lasting)).toBe(false)
  })

  it('the journal begins with the boot of the host, once', () => {
    new Journal(path, 'monday').perform('a', { op: 'jail', name: 'a', path: '/r' }, () => 1)
    new Journal(path, 'tuesday').perform('b', { op: 'jail', name: 'b', path: '/r' }, () => 1)
    expect(new Journal(path).boot()).toBe('monday')
    expect(new Journal(path).pending().map(entry => entry.n)).toEqual([2, 1])
  })

  it('the journal skips a line that is not of its form', () => {
    new Journal(path).perform('a', { op: 'jail', name: 'a', path: '/r' }, () => 1)
    const odd = ['null', '7', '[]', '{"n":"x"}', '{"n":8,"undo":null}', '{"n":9,"undo":{"op":"kill"}}']
    appendFileSync(path, `${[...odd, '{"n":10,"undo":{"op":"other"}}', '{"n":1,"done":3}'].join('\n')}\n`)
    const journal = new Journal(path)
    expect(journal.pending().map(entry => entry.n)).toEqual([1])
    expect([journal.tellsOf('jail'), journal.tellsOf('kill')]).toEqual([true, false])
  })
})

describe('the mounts of a journal', () => {
  let path: string
  beforeEach(() => {
    path = join(tmp.dirSync({ unsafeCleanup: true }).name, 'journal.jsonl')
  })
  afterEach(() => vi.restoreAllMocks())

  const mount = (on: string): Undo => ({
    op: 'unmount',
    path: on,
    fstype: 'tmpfs',
    from: 'tmpfs',
    before: undefined,
  })

  it('the journal knows on which paths something is mounted, until each mount on the path is taken back', () => {
    const journal = new Journal(path)
    for (const on of ['/r/data', '/r/data', '/r/tmp']) journal.perform('mount', mount(on), () => 1)
    expect(journal.hasMountOn('/r/data')).toBe(true)
    journal.undone(2)
    expect(journal.hasMountOn('/r/data')).toBe(true)
    journal.undone(1)
    expect([journal.hasMountOn('/r/data'), journal.hasMountOn('/r/tmp')]).toEqual([false, true])
    expect(journal.hasMountOn('/r')).toBe(false)
  })

  it('the journal knows the mounts that another process has recorded and taken back', () => {
    const [one, other] = [new Journal(path), new Journal(path)]
    expect(one.hasMountOn('/r/data')).toBe(false)
    other.perform('mount', mount('/r/data'), () => 1)
    expect(one.hasMountOn('/r/data')).toBe(true)
    other.undone(1)
    expect([one.hasMountOn('/r/data'), one.pending()]).toEqual([false, []])
  })

  it('each line is read once, however often the journal is asked', () => {
    const add = vi.spyOn(Pending.prototype, 'add')
    const journal = new Journal(path, 'boot', join(dirname(path), 'lasting.jsonl'))
    for (let n = 0; n < 50; n++) {
      journal.perform('mkdir', { op: 'rmdir', root: '/r', path: `/p${n}` }, () => 1)
      journal.perform('mount', mount(`/r/p${n}`), () => 1)
      expect(journal.hasMountOn(`/r/p${n}`)).toBe(true)
    }
    expect(journal.pending()).toHaveLength(100)
    // The line of the boot, and two lines for each effect.
    expect(add).toHaveBeenCalledTimes(1 + 4 * 50)
  })
})
