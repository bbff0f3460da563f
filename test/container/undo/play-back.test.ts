import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Journal, type Undo } from '../../../src/container/journal/journal.ts'
import { playBack } from '../../../src/container/undo/play-back.ts'
import { SyscallError } from '../../../src/errors.ts'
import type { ToolCall } from '../../../src/translate/core/plan.ts'
import { markerRule } from '../../../src/translate/devices/ruleset-input.ts'
import { type FakeHost, fakeHost } from '../fake-host.ts'

let dir: string
let host: FakeHost
let journal: Journal

beforeEach(() => {
  dir = tmp.dirSync({ unsafeCleanup: true }).name
  host = fakeHost()
  journal = new Journal(join(dir, 'journal.jsonl'))
})

/** Writes an entry; `done` undefined stands for a crash between the undo's record and the effect's end. */
function record(undo: Undo, done?: { fsid?: string; jid?: number }): void {
  if (done)
    journal.perform(
      'x',
      undo,
      () => 0,
      () => done,
    )
  else
    try {
      journal.perform('x', undo, () => {
        throw new Error('crash')
      })
    } catch {}
}

/** Every mount is busy: unmount(2) takes it away only with MNT_FORCE. */
/** Makes all mounts busy until an unmount is forced; gives the file system ids of the unmounts that were refused, in order. */
function busyUnlessForced({ kernel }: FakeHost): string[] {
  const { unmount } = kernel
  const refused: string[] = []
  kernel.unmount = (path, options = {}) => {
    if (!options.force) {
      refused.push(String(options.fsid))
      throw new SyscallError('unmount', 'EBUSY', 'Device busy', path)
    }
    unmount(path, options)
  }
  return refused
}

describe('unmount', () => {
  const undo = { op: 'unmount', path: '/r/data', fstype: 'nullfs', from: '/src', before: undefined } as const

  it("an unmount takes the container's mount away by its id", () => {
    host.mounts.push({ path: '/r/data', fstype: 'nullfs', from: '/src', fsid: 'f1' })
    record(undo, { fsid: 'f1' })
    expect(playBack(host, journal)).toEqual([])
    expect(host.mounts).toEqual([])
    expect(journal.pending()).toEqual([])
  })

  it('an unmount takes away a mount whose record was not finished', () => {
    host.mounts.push({ path: '/r/data', fstype: 'nullfs', from: '/src', fsid: 'f1' })
    record(undo)
    expect(playBack(host, journal)).toEqual([])
    expect(host.mounts).toEqual([])
  })

  it('an unmount leaves a mount that was there before the container', () => {
    host.mounts.push({ path: '/r/data', fstype: 'nullfs', from: '/src', fsid: 'f0' })
    record({ ...undo, before: 'f0' })
    expect(playBack(host, journal)).toEqual([])
    expect(host.mounts).toHaveLength(1)
  })

  it('unmounts wait for busy mounts for five seconds in all, and then force each', () => {
    const refused = busyUnlessForced(host)
    for (const fsid of ['f1', 'f2', 'f3']) {
      host.mounts.push({ path: '/r/data', fstype: 'nullfs', from: '/src', fsid })
      record(undo, { fsid })
    }
    expect(playBack(host, journal)).toEqual([])
    // The newest mount uses up the whole wait, with one attempt in 50 ms.
    const attempts = (fsid: string) => refused.filter(one => one === fsid).length
    expect([attempts('f1'), attempts('f2')]).toEqual([1, 1])
    expect(attempts('f3')).toBeGreaterThan(1)
    expect(host.mounts).toEqual([])
  }, 20_000)

  it('an unmount does not force a mount that another one lies on, and leaves what is seen there', () => {
    let attempts = 0
    host.kernel.unmount = path => {
      attempts++
      throw new SyscallError('unmount', 'EBUSY', 'Device busy', path)
    }
    host.mounts.push({ path: `${dir}/dev`, fstype: 'devfs', from: 'devfs', fsid: 'f1' })
    host.mounts.push({ path: `${dir}/dev`, fstype: 'devfs', from: 'devfs', fsid: 'f2' })
    record({ ...undo, path: `${dir}/dev`, fstype: 'devfs' }, { fsid: 'f1' })
    record({ op: 'rmdir', root: dir, path: '/dev/shm' }, {})
    mkdirSync(join(dir, 'dev/shm'), { recursive: true })
    expect(playBack(host, journal).map(error => error.message)).toEqual([
      `unmount ${dir}/dev: another mount lies on it; delete the container that it belongs to first`,
    ])
    expect(attempts).toBeLessThanOrEqual(1)
    expect(existsSync(join(dir, 'dev/shm'))).toBe(true)
    expect(host.mounts).toHaveLength(2)
  })

  it('an unmount does not wait long for the root of a removed jail, which its last connections may hold', () => {
    const refused = busyUnlessForced(host)
    host.mounts.push({ path: '/r', fstype: 'nullfs', from: '/src', fsid: 'f1' })
    host.jails.set('web', 7)
    record({ ...undo, path: '/r' }, { fsid: 'f1' })
    record({ op: 'jail', name: 'web', path: '/r' }, { jid: 7 })
    expect(playBack(host, journal)).toEqual([])
    // 200 ms are time for at most eight attempts after pauses of 1, 2, 4, 8, 16, 32, 50 and 50 ms; 5 seconds for over a hundred.
    expect(refused.length).toBeLessThan(12)
    expect(host.mounts).toEqual([])
  })

  describe('in a jail, where statfs(2) tells no ids', () => {
    const hidden = '0'.repeat(16)
    /** Where unmount(2) was called: working directory, path and id. */
    let called: [string, string, string | undefined][]
    const place = () => join(realpathSync(dir), 'root/data')
    const mounted = () => {
      mkdirSync(place(), { recursive: true })
      called = []
      host.kernel.unmount = (path, { fsid } = {}) => {
        called.push([readlinkSync('/proc/self/cwd'), path, fsid])
        host.mounts.length = 0
      }
      host.mounts.push({ path: place(), fstype: 'nullfs', from: '/src', fsid: hidden })
      record({ ...undo, path: place(), root: join(realpathSync(dir), 'root') }, { fsid: hidden })
    }

    it('an unmount in a jail takes a mount away by its name in the directory that holds it', () => {
      mounted()
      expect(playBack(host, journal)).toEqual([])
      expect(called).toEqual([[join(realpathSync(dir), 'root'), 'data', undefined]])
      expect(host.mounts).toEqual([])
    })

    it('an unmount in a jail touches nothing when a link has taken the place of the mount', () => {
      mounted()
      renameSync(place(), `${place()}.moved`)
      mkdirSync(join(dir, 'root/elsewhere'))
      symlinkSync('elsewhere', place())
      expect(playBack(host, journal).map(({ message }) => message)).toEqual([
        `unmount ${place()}: its path leads elsewhere by now`,
      ])
      expect(called).toEqual([])
      expect(journal.pending()).toHaveLength(1)
    })

    it('an unmount in a jail touches nothing when the directory that holds the mount has moved', () => {
      mounted()
      renameSync(join(dir, 'root'), join(dir, 'moved'))
      expect(playBack(host, journal).map(({ message }) => message)).toEqual([
        `unmount ${place()}: it is still mounted`,
      ])
      expect(called).toEqual([])
    })
  })

  it('an unmount leaves another mount that has the same id after a reboot', () => {
    host.mounts.push({ path: '/other/data', fstype: 'nullfs', from: '/src', fsid: 'f1' })
    record(undo, { fsid: 'f1' })
    expect(playBack(host, journal)).toEqual([])
    expect(host.mounts).toHaveLength(1)
  })

  it('an unmount does nothing when the mount never happened', () => {
    record(undo)
    expect(playBack(host, journal)).toEqual([])
    expect(host.calls.filter(call => call.startsWith('unmount'))).toEqual([])
  })
})

describe('what was made in the root', () => {
  it('an undo in the root removes an empty directory and an empty file', () => {
    mkdirSync(join(dir, 'root/mnt'), { recursive: true })
    writeFileSync(join(dir, 'root/file'), '')
    record({ op: 'rmdir', root: join(dir, 'root'), path: '/mnt' }, {})
    record({ op: 'unlink', root: join(dir, 'root'), path: '/file' }, {})
    expect(playBack(host, journal)).toEqual([])
    expect(existsSync(join(dir, 'root/mnt'))).toBe(false)
    expect(existsSync(join(dir, 'root/file'))).toBe(false)
  })

  it('an undo in the root leaves what the container has put there', () => {
    mkdirSync(join(dir, 'root/mnt/theirs'), { recursive: true })
    writeFileSync(join(dir, 'root/file'), 'data')
    record({ op: 'rmdir', root: join(dir, 'root'), path: '/mnt' }, {})
    record({ op: 'unlink', root: join(dir, 'root'), path: '/file' }, {})
    expect(playBack(host, journal)).toEqual([])
    expect(existsSync(join(dir, 'root/mnt/theirs'))).toBe(true)
    expect(existsSync(join(dir, 'root/file'))).toBe(true)
  })

  it("an undo in the root removes a link only when the container's create made it", () => {
    mkdirSync(join(dir, 'root'))
    symlinkSync('.s.jailwright/s', join(dir, 'root/ours'))
    symlinkSync('/etc', join(dir, 'root/theirs'))
    const root = join(dir, 'root')
    record({ op: 'unlink', root, path: '/ours', link: '.s.jailwright/s' }, {})
    record({ op: 'unlink', root, path: '/theirs', link: '.s.jailwright/s' }, {})
    record({ op: 'unlink', root, path: '/theirs' }, {})
    expect(playBack(host, journal)).toEqual([])
    expect(readdirSync(root)).toEqual(['theirs'])
  })

  it('an undo in the root does not follow a link that the container has put in the way', () => {
    mkdirSync(join(dir, 'root'))
    mkdirSync(join(dir, 'host/empty'), { recursive: true })
    symlinkSync(join(dir, 'host'), join(dir, 'root/a'))
    record({ op: 'rmdir', root: join(dir, 'root'), path: '/a/empty' }, {})
    expect(playBack(host, journal)).toEqual([])
    expect(existsSync(join(dir, 'host/empty'))).toBe(true)
  })
})

describe('jail', () => {
  it('a jail is removed by jail_remove(2)', () => {
    host.jails.set('web', 3)
    record({ op: 'jail', name: 'web', path: '/r' }, { jid: 3 })
    expect(playBack(host, journal)).toEqual([])
    expect(host.calls).toContain('jail_remove 3')
  })

  it('a jail of the same name whose root is elsewhere is left alone', () => {
    host.jails.set('web', 3)
    record({ op: 'jail', name: 'web', path: '/other' })
    expect(playBack(host, journal)).toEqual([])
    expect(host.jails.get('web')).toBe(3)
  })

  it('a later jail of the same name is left alone', () => {
    host.jails.set('web', 9)
    record({ op: 'jail', name: 'web', path: '/r' }, { jid: 3 })
    expect(playBack(host, journal)).toEqual([])
    expect(host.jails.get('web')).toBe(9)
  })
})

describe('ruleset', () => {
  const marker = markerRule('web')

  it("a ruleset is deleted when its first rule is the container's marker", () => {
    host.rulesets.set(1000, [marker, 'hide'])
    record({ op: 'ruleset', number: 1000, marker }, {})
    expect(playBack(host, journal)).toEqual([])
    expect(host.calls).toContain('devfs rule -s 1000 delset')
  })

  it('a ruleset of somebody else is left alone', () => {
    host.rulesets.set(1000, ['path jailwright-of-db'])
    record({ op: 'ruleset', number: 1000, marker })
    expect(playBack(host, journal)).toEqual([])
    expect(host.calls).not.toContain('devfs rule -s 1000 delset')
  })
})

describe('an epair', () => {
  const destroy: ToolCall = {
    tool: 'ifconfig',
    args: ['%{interface}', 'destroy'],
    forDescription: 'jailwright web vnet0',
  }
  const described = (name: string, text: string) =>
    `${name}: flags=8843<UP> metric 0 mtu 1500\n\tdescription: ${text}\n`
  const answer = (line: string, stdout: string) => host.answers.set(line, { status: 0, stdout, stderr: '' })

  it('an epair is recognised by its description', () => {
    answer('ifconfig -a', `${described('em0', 'uplink')}${described('e0a_web', 'jailwright web vnet0')}`)
    answer('ifconfig -g epair', 'e0a_db e0a_web')
    answer('ifconfig e0a_web', described('e0a_web', 'jailwright web vnet0'))
    record({ op: 'run', calls: [destroy] }, {})
    expect(playBack(host, journal)).toEqual([])
    expect(host.calls.filter(call => call.endsWith('destroy'))).toEqual(['ifconfig e0a_web destroy'])
  })

  it("an interface to which a jail gave an epair's description, by name or by a line in it, is no epair of the container", () => {
    const forged =
      'x\nbridge0: flags=8843<UP>\n\tdescription: jailwright web vnet0\ne0a_db: flags=8843<UP>\n\tdescription: jailwright web vnet0'
    answer('ifconfig -a', `${described('em1', forged)}${described('vlan7', 'jailwright web vnet0')}`)
    answer('ifconfig -g epair', 'e0a_db')
    answer('ifconfig e0a_db', described('e0a_db', 'jailwright db vnet0'))
    record({ op: 'run', calls: [destroy] }, {})
    expect(playBack(host, journal)).toEqual([])
    expect(host.calls.filter(call => call.endsWith('destroy'))).toEqual([])
  })
})

describe('a root that has been removed', () => {
  it('a root that has been removed prevents no undo', () => {
    record({ op: 'rmdir', root: join(dir, 'gone'), path: '/a' }, {})
    record({ op: 'put-back', root: join(dir, 'gone'), path: '/a', aside: '.a' }, {})
    expect(playBack(host, journal)).toEqual([])
  })
})

describe('tools', () => {
  const calls = [{ tool: 'ifconfig', args: ['e0a_web', 'destroy'], ignore: ['does not exist'] }] as const

  it('a tool of an undo that reports "already gone" counts as done', () => {
    host.answers.set('ifconfig e0a_web destroy', {
      status: 1,
      stdout: '',
      stderr: 'ifconfig: interface e0a_web does not exist\n',
    })
    record({ op: 'run', calls }, {})
    expect(playBack(host, journal)).toEqual([])
    expect(journal.pending()).toEqual([])
  })

  it('a tool of an undo that fails stays in the journal, and the other undos are still done', () => {
    host.answers.set('ifconfig e0a_web destroy', {
      status: 1,
      stdout: '',
      stderr: 'ifconfig: SIOCIFDESTROY: No\n',
    })
    host.jails.set('web', 3)
    record({ op: 'jail', name: 'web', path: '/r' }, { jid: 3 })
    record({ op: 'run', calls }, {})
    expect(playBack(host, journal).map(error => error.message)).toEqual(['ifconfig: SIOCIFDESTROY: No'])
    expect(host.jails.size).toBe(0)
    expect(journal.pending().map(entry => entry.undo.op)).toEqual(['run'])
  })
})

describe('init-gone', () => {
  const undo = () => ({ op: 'init-gone', ctl: join(dir, 'ctl') }) as const

  it("the wait for init's end succeeds when its channel was never made", () => {
    record(undo())
    expect(playBack(host, journal)).toEqual([])
  })

  it('a channel that nobody reads means that init has ended', () => {
    host.process.mkfifo(join(dir, 'ctl'), 0o600)
    record(undo())
    expect(playBack(host, journal)).toEqual([])
    expect(journal.pending()).toEqual([])
  })

  it("the wait for init's end lasts while somebody reads its channel, and finally fails", () => {
    host.process.mkfifo(join(dir, 'ctl'), 0o600)
    const reader = openSync(join(dir, 'ctl'), constants.O_RDONLY | constants.O_NONBLOCK)
    record(undo())
    const now = performance.now.bind(performance)
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() * 20)
    try {
      const started = performance.now()
      const [failure] = playBack(host, journal)
      expect(failure?.message).toContain('does not end')
      expect(performance.now() - started).toBeGreaterThan(29_000)
    } finally {
      clock.mockRestore()
    }
    expect(journal.pending()).toHaveLength(1)
    closeSync(reader)
    expect(playBack(host, journal)).toEqual([])
  })
})

describe('children.max of a parent jail', () => {
  const undo = { op: 'children', parent: 'p', before: 3 } as const
  const setTo = (value: number) =>
    host.calls.filter(call => call === `jail_set update jid=4 children.max=${value}`)

  beforeEach(() => host.jails.set('p', 4))

  it('children.max of a parent jail is lowered by one when it was raised', () => {
    record(undo, {})
    expect(playBack(host, journal)).toEqual([])
    expect(setTo(2)).toHaveLength(1)
  })

  it('children.max of a parent jail is left when the command died before raising it', () => {
    record(undo)
    expect(playBack(host, journal)).toEqual([])
    expect(host.calls.filter(call => call.startsWith('jail_set'))).toEqual([])
  })

  it('children.max of a parent jail is lowered when the command died after raising it', () => {
    record({ ...undo, before: 2 })
    expect(playBack(host, journal)).toEqual([])
    expect(setTo(2)).toHaveLength(1)
  })

  it('children.max of a parent jail is changed under a lock, whose file is gone afterwards', () => {
    const lock = join(dir, 'lock')
    record({ ...undo, lock }, {})
    expect(playBack(host, journal)).toEqual([])
    expect(setTo(2)).toHaveLength(1)
    expect(existsSync(lock)).toBe(false)
  })
})

describe('after a reboot', () => {
  const boot = (start: string) =>
    host.processes.set(1, { pid: 1, start, jid: 0, zombie: false, stopped: false })

  it('after a reboot only effects on disk are taken back, and objects of the same names belong to others', () => {
    boot('first')
    journal = new Journal(join(dir, 'other.jsonl'), 'first')
    mkdirSync(join(dir, 'made'))
    record({ op: 'rmdir', root: dir, path: '/made' }, {})
    record({ op: 'run', calls: [{ tool: 'ifconfig', args: ['em0', 'inet', '10.0.0.1', '-alias'] }] }, {})
    record({ op: 'jail', name: 'web', path: '/r' }, { jid: 7 })
    record(
      { op: 'unmount', path: '/r/data', fstype: 'nullfs', from: '/src', before: undefined },
      { fsid: 'f1' },
    )
    record({ op: 'children', parent: 'web' }, {})
    host.jails.set('web', 7)
    host.mounts.push({ path: '/r/data', fstype: 'nullfs', from: '/src', fsid: 'f1' })
    boot('second')
    expect(playBack(host, journal)).toEqual([])
    expect(host.calls).toEqual([])
    expect(host.mounts).toHaveLength(1)
    expect(existsSync(join(dir, 'made'))).toBe(false)
  })

  it.each(['first', undefined])(
    'everything is taken back within one boot, when the present boot is %s',
    now => {
      if (now) boot(now)
      journal = new Journal(join(dir, 'other.jsonl'), 'first')
      record({ op: 'jail', name: 'web', path: '/r' }, { jid: 7 })
      host.jails.set('web', 7)
      expect(playBack(host, journal)).toEqual([])
      expect(host.jails.size).toBe(0)
    },
  )
})

describe('a state directory that cannot be written', () => {
  it('a state directory that cannot be written does not prevent the host from being cleaned', () => {
    record({ op: 'jail', name: 'a', path: '/r' }, { jid: 1 })
    record({ op: 'jail', name: 'b', path: '/r' }, { jid: 2 })
    host.jails.set('a', 1).set('b', 2)
    journal.undone = () => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    }
    expect(playBack(host, journal)).toEqual([])
    expect(host.jails.size).toBe(0)
  })

  it('an undo that fails for a reason of the file system prevents no other undo', () => {
    record({ op: 'jail', name: 'a', path: '/r' }, { jid: 1 })
    record({ op: 'host-rmdir', path: join(dir, 'x'.repeat(300)) }, {})
    host.jails.set('a', 1)
    expect(playBack(host, journal).map(({ message }) => message)).toEqual([
      expect.stringMatching(/^rmdir .*: File name too long$/),
    ])
    expect(host.jails.size).toBe(0)
  })
})

describe('an undo in the root that this process or the disk fails', () => {
  it.each(['EMFILE', 'ENFILE', 'EIO'])(
    '%s while the place of an undo is opened is an error, and the undo stays in the journal',
    errno => {
      mkdirSync(join(dir, 'made'))
      record({ op: 'rmdir', root: dir, path: '/made' }, {})
      const { openBeneath } = host.process
      host.process.openBeneath = () => {
        throw new SyscallError('openat', errno, 'it failed', dir)
      }
      const [failure, ...others] = playBack(host, journal)
      expect(failure?.message).toContain('it failed')
      expect(others).toEqual([])
      expect(journal.pending()).toHaveLength(1)
      host.process.openBeneath = openBeneath
      expect(playBack(host, journal)).toEqual([])
      expect(existsSync(join(dir, 'made'))).toBe(false)
    },
  )

  it.each(['EMFILE', 'EIO'])('%s of unmount(2) is an error, and the mount is not taken for gone', errno => {
    host.mounts.push({ path: '/r/data', fstype: 'nullfs', from: '/src', fsid: 'f1' })
    record(
      { op: 'unmount', path: '/r/data', fstype: 'nullfs', from: '/src', before: undefined },
      { fsid: 'f1' },
    )
    host.kernel.unmount = path => {
      throw new SyscallError('unmount', errno, 'it failed', path)
    }
    expect(playBack(host, journal).map(({ message }) => message)).toEqual([
      expect.stringContaining('it failed'),
    ])
    expect(journal.pending()).toHaveLength(1)
  })

  it('is tried a second time before delete --force gives a name up', () => {
    mkdirSync(join(dir, 'made'))
    record({ op: 'rmdir', root: dir, path: '/made' }, {})
    const { openBeneath } = host.process
    let tries = 0
    host.process.openBeneath = (...args) => {
      tries += 1
      if (tries === 1) throw new SyscallError('openat', 'EIO', 'Input/output error', dir)
      return openBeneath(...args)
    }
    const warn = vi.fn<(message: string) => void>()
    expect(playBack(host, journal, { force: true, log: { debug: () => {}, warn } })).toEqual([])
    expect(existsSync(join(dir, 'made'))).toBe(false)
    expect(warn).not.toHaveBeenCalled()
    expect(journal.pending()).toEqual([])
  })

  it('a shortage of descriptors is no reason to give an undo up by force', () => {
    record({ op: 'rmdir', root: dir, path: '/made' }, {})
    host.process.openBeneath = () => {
      throw new SyscallError('openat', 'EMFILE', 'Too many open files', dir)
    }
    expect(playBack(host, journal, { force: true })).toHaveLength(1)
    expect(journal.pending()).toHaveLength(1)
  })

  it('while a mount is left, the name of the image on which it lies stays in the journal, also by force', () => {
    mkdirSync(join(dir, 'made'))
    record({ op: 'rmdir', root: dir, path: '/made' }, {})
    record(
      { op: 'unmount', path: `${dir}/made`, fstype: 'nullfs', from: '/src', before: undefined },
      { fsid: 'f1' },
    )
    const { mounts } = host.kernel
    host.kernel.mounts = () => {
      throw new SyscallError('mounts', 'EIO', 'Input/output error')
    }
    expect(playBack(host, journal, { force: true })).toHaveLength(1)
    expect(journal.pending()).toHaveLength(2)
    host.kernel.mounts = mounts
    expect(playBack(host, journal, { force: true })).toEqual([])
    expect(existsSync(join(dir, 'made'))).toBe(false)
  })

  it('a mount in which another one is left is not taken away, by its path on the host or in the container', () => {
    const mount = (path: string, fsid: string, root?: string) =>
      record({ op: 'unmount', path, fstype: 'nullfs', from: '/src', before: undefined, root }, { fsid })
    mount('/run/c/root', 'f1')
    mount('/run/c/root/new', 'f2', '/run/c/root')
    record({ op: 'rmdir', root: dir, path: '/new/volume' }, {})
    mount('/run/c/root/other', 'f3', '/run/c/root')
    mount('/run/c/root/new/volume', 'f4', '/run/c/root')
    mkdirSync(join(dir, 'new/volume'), { recursive: true })
    for (const [path, fsid] of [
      ['/run/c/root', 'f1'],
      ['/run/c/root/new', 'f2'],
      ['/run/c/root/other', 'f3'],
      ['/run/c/root/new/volume', 'f4'],
    ] as const)
      host.mounts.push({ path, fstype: 'nullfs', from: '/src', fsid })
    const { unmount } = host.kernel
    host.kernel.unmount = (path, options) => {
      if (options?.fsid === 'f4') throw new SyscallError('unmount', 'EIO', 'Input/output error', path)
      unmount(path, options)
    }
    expect(playBack(host, journal, { force: true })).toHaveLength(1)
    expect(host.mounts.map(({ fsid }) => fsid)).toEqual(['f1', 'f2', 'f4'])
    expect(existsSync(join(dir, 'new/volume'))).toBe(true)
    host.kernel.unmount = unmount
    expect(playBack(host, journal, { force: true })).toEqual([])
    expect(host.mounts).toEqual([])
    expect(existsSync(join(dir, 'new/volume'))).toBe(false)
  })
})
