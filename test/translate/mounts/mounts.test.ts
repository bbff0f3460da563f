import { describe, expect, it } from 'vitest'
import type { Mount } from '../../../src/bundle/generated/config.ts'
import { parseSize } from '../../../src/translate/core/sizes.ts'
import { DEV, errors, fate, mountOn, plan, steps, words } from '../support.ts'

const mounts = (...list: Mount[]) => ({ mounts: list })
const LINUX = { linux: {} }

describe('order', () => {
  it('parents are mounted before children and directories before files, and stacked mounts keep their order', () => {
    const made = plan(
      mounts(
        { destination: '/a/b/f', type: 'nullfs', source: '/s/hosts' },
        { destination: '/a/b', type: 'nullfs', source: '/s/one' },
        { destination: '/x', type: 'tmpfs', source: 'tmpfs' },
        { destination: '/a/b', type: 'nullfs', source: '/s/two' },
        { destination: '/f', type: 'nullfs', source: '/s/hosts' },
        { destination: '/a', type: 'tmpfs', source: 'tmpfs' },
      ),
    )
    expect(steps(made, 'mount').map(step => `${step.destination} ${step.source}`)).toEqual([
      '/x tmpfs',
      '/a tmpfs',
      '/a/b /s/one',
      '/a/b /s/two',
      '/f /s/hosts',
      '/a/b/f /s/hosts',
    ])
  })

  it('the read-only root is mounted before all else, and masked paths after all else', () => {
    const made = plan({
      root: { path: '/jails/c1', readonly: true },
      mounts: [DEV],
      linux: { maskedPaths: ['/secret'], readonlyPaths: ['/conf'] },
    })
    expect(made.steps.map(step => (step.kind === 'mount' ? step.destination : step.kind))).toEqual([
      'readonly-root',
      '/dev',
      '/conf',
      '/secret',
      'jail',
    ])
  })
})

describe('destinations', () => {
  it.each([
    ['/a/../b//c/', '/b/c'],
    ['/../../etc', '/etc'],
    ['rel/x', '/rel/x'],
  ])('the destination %s is taken as %s', (destination, path) => {
    expect(steps(plan(mounts({ destination, type: 'tmpfs', source: 't' })), 'mount')[0]?.destination).toBe(
      path,
    )
  })

  it('a relative destination is a warning, and the root as destination is refused', () => {
    expect(plan(mounts({ destination: 'x', type: 'tmpfs' })).warnings).toEqual([
      'mounts[0].destination: x is not absolute, taken as /x',
    ])
    expect(errors(mounts({ destination: '/a/..', type: 'tmpfs' }))).toEqual([
      'mounts[0].destination: a mount on / would cover the root; use root.path',
    ])
  })
})

describe('sources', () => {
  it('the kind of a nullfs source decides what is covered, and a relative source counts from the bundle', () => {
    const made = plan(
      mounts(
        { destination: '/d', type: 'bind', source: 'vol' },
        { destination: '/etc/f', type: 'bind', source: '/v/hosts' },
      ),
    )
    expect(mountOn(made, '/d')).toMatchObject({ fstype: 'nullfs', source: '/bundle/vol', target: 'dir' })
    expect(mountOn(made, '/etc/f')).toMatchObject({ fstype: 'nullfs', source: '/v/hosts', target: 'file' })
  })

  it('a missing source is an error that names it', () => {
    expect(
      errors(mounts({ destination: '/d', type: 'nullfs', source: '/gone' }), {
        facts: { paths: { '/gone': undefined } },
      }),
    ).toEqual(['mounts[0].source: /gone: no such file or directory'])
  })

  it('a source that is a socket gets a second name in a directory of its own', () => {
    const made = plan(
      mounts({ destination: '/var/run/docker.sock', type: 'bind', source: '/var/run/podman/podman.sock' }),
    )
    expect(mountOn(made, '/var/run/docker.sock')).toMatchObject({
      target: 'socket',
      options: [['ro', undefined]],
      via: {
        directory: '/var/run/podman/.jailwright-c1-0',
        mountPoint: '/var/run/.docker.sock.jailwright',
        link: '.docker.sock.jailwright/docker.sock',
      },
    })
  })

  it('a source that is a FIFO is refused', () => {
    const facts = { paths: { '/p': 'fifo' } } as const
    expect(errors(mounts({ destination: '/p', type: 'bind', source: '/p' }), { facts })).toEqual([
      'mounts[0].source: /p is neither directory, file nor socket',
    ])
  })
})

describe('types', () => {
  it.each(['nfs', 'fusefs', 'smbfs'])(
    'the type %s, which only its own program can mount, is refused by name',
    fstype => {
      expect(() => plan(mounts({ destination: '/x', type: fstype, source: 'host:/x' }))).toThrow(
        `mounts[0].type: ${fstype} is mounted by mount_${fstype}(8) only`,
      )
    },
  )

  it.each(['nullfs', 'fdescfs', 'procfs', 'linprocfs', 'linsysfs', 'mqueuefs', 'ufs', 'zfs', 'p9fs'])(
    'the type %s is used as it is',
    type => {
      expect(mountOn(plan(mounts({ destination: '/m', type, source: '/src' })), '/m')?.fstype).toBe(type)
    },
  )

  it('proc is linprocfs for a Linux image and procfs for any other', () => {
    const proc = mounts({ destination: '/proc', type: 'proc', source: 'proc' })
    expect(mountOn(plan({ ...proc, ...LINUX }), '/proc')?.fstype).toBe('linprocfs')
    expect(mountOn(plan(proc), '/proc')?.fstype).toBe('procfs')
    expect(mountOn(plan({ ...proc, ...LINUX, freebsd: {} }), '/proc')?.fstype).toBe('procfs')
  })

  it('sysfs is linsysfs for a Linux image and is left out for any other', () => {
    const sys = mounts({ destination: '/sys', type: 'sysfs', source: 'sysfs' })
    expect(mountOn(plan({ ...sys, ...LINUX }), '/sys')?.fstype).toBe('linsysfs')
    expect(fate(plan(sys), 'mounts[0]')).toBe('ignored: a FreeBSD container has no /sys')
  })

  it('a tmpfs on /dev is a devfs with rules, and /dev/fd comes with it', () => {
    const made = plan({
      ...mounts({
        destination: '/dev',
        type: 'tmpfs',
        source: 'tmpfs',
        options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
      }),
      ...LINUX,
    })
    expect(words(mountOn(made, '/dev'))).toEqual(['nosuid', 'ruleset=%{ruleset}'])
    expect(mountOn(made, '/dev/fd')?.fstype).toBe('fdescfs')
  })

  it.each(['devpts', 'mqueue', 'cgroup', 'cgroup2', 'debugfs'])(
    'the type %s is left out with a note',
    type => {
      const made = plan({
        ...mounts({ destination: '/m', type, source: type, options: ['newinstance'] }),
        ...LINUX,
      })
      expect(steps(made, 'mount')).toEqual([])
      expect(fate(made, 'mounts[0]')).toMatch(/^ignored: /)
    },
  )

  it('an unknown type is refused with the list of the known ones', () => {
    expect(errors(mounts({ destination: '/m', type: 'overlay', source: 'x' }))).toEqual([
      expect.stringMatching(/^mounts\[0\]\.type: unknown type overlay; known are cd9660, .*, bind$/),
    ])
  })
})

describe('below devfs no mount point can be made', () => {
  const shm = { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: ['mode=1777'] }

  it('/dev/shm is mounted, and shown, when the host has it', () => {
    const made = plan(mounts(DEV, shm))
    expect(words(mountOn(made, '/dev/shm'))).toEqual(['mode=1777'])
    expect(steps(made, 'ruleset')[0]?.rules).toContain('path shm unhide')
  })

  it('/dev/shm is mounted when the module that linprocfs loads makes it', () => {
    const proc = { destination: '/proc', type: 'linprocfs', source: 'proc' }
    const made = plan(mounts(DEV, shm, proc), { facts: { paths: { '/dev/shm': undefined } } })
    expect(steps(made, 'mount').map(step => step.destination)).toEqual(['/dev', '/proc', '/dev/shm'])
    expect(steps(made, 'ruleset')[0]?.rules).toContain('path shm unhide')
    expect(made.warnings).toEqual([])
  })

  it('/dev/shm is left out with a warning when the host lacks it', () => {
    const made = plan(mounts(DEV, shm), { facts: { paths: { '/dev/shm': undefined } } })
    expect(mountOn(made, '/dev/shm')).toBeUndefined()
    expect(made.warnings).toEqual([expect.stringContaining('until linux64 is loaded')])
    expect(words(mountOn(made, '/dev'))).toEqual(['ruleset=4'])
  })

  it('any other mount point below devfs is an error', () => {
    expect(errors(mounts(DEV, { destination: '/dev/data', type: 'bind', source: '/vol' }))).toEqual([
      'mounts[1].destination: /dev/data: devfs has no such directory, and none can be made in it',
    ])
  })
})

describe('options', () => {
  const tmpfs = (...options: string[]) =>
    mounts({ destination: '/t', type: 'tmpfs', source: 'tmpfs', options })

  it.each([
    ['size=64m', 'size=67108864'],
    ['size=65536k', 'size=67108864'],
    ['size=1G', 'size=1073741824'],
    ['size=64mb', 'size=67108864'],
    ['size=50%', 'size=2147483648'],
    ['nr_blocks=2', 'size=8192'],
    ['nr_inodes=4k', 'inodes=4096'],
    ['mode=1777', 'mode=1777'],
    ['uid=1001', 'uid=1001'],
    ['mode=01777', 'mode=01777'],
    ['size=9223372036854767616', 'size=9223372036854767616'],
    ['inodes=9223372036854775807', 'inodes=9223372036854775807'],
  ])('the tmpfs option %s gives %s', (given, word) => {
    expect(words(mountOn(plan(tmpfs(given)), '/t'))).toEqual([word])
  })

  it.each([
    'size=abc',
    'size=1.5g',
    'size=',
    'mode=99',
    'mode=rw',
    'uid=root',
    'nr_inodes=50%',
    'size=99999999999999999999999g',
    'size=9223372036854767617',
    'maxfilesize=8388608t',
    'nr_blocks=2251799813685248',
    'inodes=99999999999999999999',
    'mode=77777',
    'bogus=1',
    'bogus',
  ])('the tmpfs option %s is refused, because the kernel would take it for no limit', word => {
    expect(errors(tmpfs('rw', word))).toEqual([expect.stringMatching(/^mounts\[0\]\.options\[1\]: /)])
  })

  it('the last of two values of one option holds', () => {
    expect(words(mountOn(plan(tmpfs('size=8k', 'ro', 'size=2k', 'rw')), '/t'))).toEqual(['size=4096'])
  })

  it('a tmpfs that must not be swapped out is a warning', () => {
    expect(plan(tmpfs('noswap')).warnings).toEqual([
      'mounts[0].options[0]: noswap is ignored: a tmpfs on FreeBSD may be swapped out',
    ])
  })

  it('tmpcopyup fills the tmpfs and gives a new mount point the mode', () => {
    expect(mountOn(plan(tmpfs('tmpcopyup', 'mode=700')), '/t')).toMatchObject({
      copyUp: true,
      createMode: '700',
    })
    expect(mountOn(plan(tmpfs('notmpcopyup')), '/t')).toMatchObject({ createMode: '1777' })
    expect(mountOn(plan(tmpfs('notmpcopyup')), '/t')).not.toHaveProperty('copyUp')
  })

  it.each(
    'nodev dev relatime norelatime strictatime lazytime nodiratime private rprivate shared rshared slave rslave unbindable rbind bind'.split(
      ' ',
    ),
  )('the nullfs option %s is dropped with a note', word => {
    const made = plan(mounts({ destination: '/d', type: 'nullfs', source: '/s', options: [word] }))
    expect(words(mountOn(made, '/d'))).toEqual([])
    expect(fate(made, 'mounts[0].options[0]')).toMatch(/^ignored: /)
  })

  it.each([
    ['ro', 'ro'],
    ['rro', 'ro'],
    ['nosuid', 'nosuid'],
    ['rnoexec', 'noexec'],
    ['noatime', 'noatime'],
  ])('the nullfs option %s gives %s', (given, word) => {
    expect(
      words(
        mountOn(plan(mounts({ destination: '/d', type: 'nullfs', source: '/s', options: [given] })), '/d'),
      ),
    ).toEqual([word])
  })

  it.each(['constructor', 'toString', '__proto__', 'constructor=1'])(
    'the option %s, which is the name of a property of every object, is unknown',
    word => {
      for (const [type, source] of [
        ['nullfs', '/s'],
        ['tmpfs', 'tmpfs'],
        ['devfs', 'devfs'],
      ])
        expect(errors(mounts({ destination: '/d', type: type!, source: source!, options: [word] }))).toEqual([
          expect.stringContaining('mounts[0].options[0]: unknown option '),
        ])
    },
  )

  it.each(['fspath=/etc', 'from=/etc', 'fstype=ufs'])(
    'the option %s is refused, because the mount itself sets it',
    word => {
      const [name] = word.split('=')
      expect(errors(mounts({ destination: '/d', type: 'ufs', source: '/dev/md0', options: [word] }))).toEqual(
        [`mounts[0].options[0]: ${name}= is given by the mount itself`],
      )
    },
  )

  it.each([
    [['nosuid', 'suid'], []],
    [['noexec', 'rexec'], []],
    [['noatime', 'atime'], []],
    [['rnosymfollow', 'symfollow'], []],
    [['nocover', 'cover'], []],
    [['exec', 'noexec'], ['noexec']],
    [['ro', 'rrw', 'ro'], ['ro']],
    [['rnosymfollow'], ['nosymfollow']],
  ])('the last of two opposite options holds: %j', (options, left) => {
    const made = plan(mounts({ destination: '/d', type: 'nullfs', source: '/s', options }))
    expect(words(mountOn(made, '/d'))).toEqual(left)
  })

  it('nosymfollow is dropped for devfs, which refuses it', () => {
    const made = plan(mounts({ ...DEV, options: ['ruleset=4', 'nosymfollow', 'nosuid'] }))
    expect(words(mountOn(made, '/dev'))).toEqual(['nosuid', 'ruleset=4'])
    expect(words(mountOn(plan(tmpfs('nosymfollow')), '/t'))).toEqual(['nosymfollow'])
  })

  it('noatime is dropped for types that refuse it', () => {
    expect(words(mountOn(plan(tmpfs('noatime', 'sync')), '/t'))).toEqual([])
  })

  it.each(['remount', 'idmap', 'nosuchoption', 'nosuch=1'])('the nullfs option %s is refused', word => {
    expect(errors(mounts({ destination: '/d', type: 'nullfs', source: '/s', options: [word] }))).toHaveLength(
      1,
    )
  })
})

describe('masked and read-only paths', () => {
  it('masked paths that exist are hidden by a directory or an empty file', () => {
    expect(mountOn(plan({ linux: { maskedPaths: ['/proc/kcore'] } }), '/proc/kcore')).toEqual({
      kind: 'mount',
      fstype: 'tmpfs',
      source: 'tmpfs',
      destination: '/proc/kcore',
      target: 'dir',
      options: [['ro', undefined]],
      onlyIfExists: true,
      mask: true,
      origin: 'linux.maskedPaths[0]',
    })
  })

  it('a masked or read-only path may be the mount of a file, which cannot be stacked, and nothing is covered twice', () => {
    const made = plan({
      mounts: [
        { destination: '/etc/f', type: 'nullfs', source: '/v/hosts', options: ['nosuid'] },
        { destination: '/etc/s', type: 'nullfs', source: '/v/hosts' },
      ],
      linux: { maskedPaths: ['/etc/s', '/a', '/a'], readonlyPaths: ['/etc/f', '/etc/s', '/a', '/b', '/b'] },
    })
    const paths = steps(made, 'mount').map(step => step.destination)
    expect(paths).toEqual(['/b', '/etc/f', '/etc/s', '/a'])
    expect(words(mountOn(made, '/etc/f'))).toEqual(['nosuid', 'ro'])
    expect(mountOn(made, '/etc/s')).toMatchObject({ mask: true, target: 'file' })
    expect(mountOn(made, '/a')).toMatchObject({ fstype: 'tmpfs', mask: true })
  })

  it('read-only paths are covered by a read-only copy, except in what is read-only by itself', () => {
    const made = plan({
      mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
      linux: { readonlyPaths: ['/proc/sys', '/etc/conf'] },
    })
    expect(mountOn(made, '/proc/sys')).toBeUndefined()
    expect(mountOn(made, '/etc/conf')).toMatchObject({
      fstype: 'tmpfs',
      copyUp: true,
      readonlyCopy: true,
      onlyIfExists: true,
    })
  })
})

describe('what becomes read-only while something is mounted in it', () => {
  const tree = {
    mounts: [
      { destination: '/data/vol', type: 'bind', source: '/v/one' },
      { destination: '/data/vol/deep', type: 'tmpfs', source: 'tmpfs', options: ['mode=700'] },
      { destination: '/data/f', type: 'bind', source: '/v/hosts' },
      { destination: '/data', type: 'tmpfs', source: 'tmpfs' },
    ],
  }
  const points = (step: ReturnType<typeof mountOn>) => step?.inside?.map(each => each.destination)

  it('read-only paths follow the mounts on them and precede the mounts in them, and masks come last', () => {
    const made = plan({
      ...tree,
      linux: { maskedPaths: ['/data/secret'], readonlyPaths: ['/data', '/data/sub', '/data/vol/x'] },
    })
    const list = steps(made, 'mount')
    expect(list.map(step => `${step.destination} ${step.source}${step.readonlyCopy ? ' copy' : ''}`)).toEqual(
      [
        '/data tmpfs',
        '/data/vol /v/one',
        '/data/sub tmpfs copy',
        '/data/vol/deep tmpfs',
        '/data/vol/x tmpfs copy',
        '/data/f /v/hosts',
        '/data/secret tmpfs',
      ],
    )
    // A mount whose destination is the read-only path becomes read-only itself; mount points inside another mount do not.
    expect(words(list[0])).toEqual(['ro'])
    expect(points(list[0])).toEqual(['/data/vol', '/data/f'])
    expect(fate(made, 'linux.readonlyPaths[0]')).toBe('translated: the mount there is made read-only')
    expect(fate(made, 'linux.readonlyPaths[1]')).toBe(
      'translated: a read-only copy of it, made at create, where it exists',
    )
  })

  it('read-only paths that are masked are left out, and so are sockets, which are read-only already', () => {
    const made = plan({
      mounts: [{ destination: '/run/s', type: 'bind', source: '/var/run/podman.sock' }],
      linux: { maskedPaths: ['/data'], readonlyPaths: ['/data/x', '/data', '/run/s'] },
    })
    expect(steps(made, 'mount').map(step => `${step.destination} ${step.fstype}`)).toEqual([
      '/run/s nullfs',
      '/data tmpfs',
    ])
  })

  it('mount points in a read-only tmpfs are made before it becomes read-only', () => {
    const tmpfs = { destination: '/run', type: 'tmpfs', source: 'tmpfs', options: ['ro', 'size=1m'] }
    const made = plan({
      mounts: [
        tmpfs,
        { destination: '/run/sub', type: 'tmpfs', source: 'tmpfs', options: ['mode=700'] },
        { destination: '/run/s', type: 'bind', source: '/var/run/podman.sock' },
      ],
      linux: { maskedPaths: ['/run/secret'] },
    })
    expect(mountOn(made, '/run')?.inside).toEqual([
      { destination: '/run/sub', target: 'dir', createMode: '700', origin: 'mounts[1]' },
      {
        destination: '/run/s',
        target: 'socket',
        via: mountOn(made, '/run/s')?.via,
        origin: 'mounts[2]',
      },
    ])
    expect(mountOn(plan({ mounts: [tmpfs] }), '/run')).not.toHaveProperty('inside')
  })
})

describe('masked and read-only paths below /dev', () => {
  const paths = { maskedPaths: ['/dev/zero', '/dev/pts'], readonlyPaths: ['/dev/null'] }

  it('masked paths below /dev become rules, because no file covers a device', () => {
    const made = plan({ ...mounts(DEV), linux: paths })
    expect(steps(made, 'mount').map(step => step.destination)).toEqual(['/dev'])
    expect(steps(made, 'ruleset')[0]?.rules.slice(-2)).toEqual(['path zero hide', 'path pts hide'])
    expect(fate(made, 'linux.maskedPaths[0]')).toBe('translated: a devfs rule that hides zero')
    expect(fate(made, 'linux.readonlyPaths[0]')).toMatch(/^ignored: nothing can be made in devfs/)
  })

  it('a warning says that masked paths below /dev stay visible when every device is shown', () => {
    const made = plan({ ...mounts({ ...DEV, options: ['ruleset=0'] }), linux: paths })
    expect(made.warnings).toContain('linux.maskedPaths[0]: zero is not hidden: ruleset 0 shows every device')
  })

  it('masked paths below /dev are ordinary paths when /dev is no devfs', () => {
    const made = plan({ linux: paths })
    expect(mountOn(made, '/dev/zero')).toMatchObject({ mask: true })
    expect(mountOn(made, '/dev/null')).toMatchObject({ fstype: 'tmpfs', readonlyCopy: true })
  })
})

describe('sizes', () => {
  it.each([
    ['0', 0n],
    ['10', 10n],
    ['10b', 10n],
    ['1k', 1024n],
    ['1KiB', 1024n],
    ['2t', 2n ** 41n],
    ['25%', 25n],
  ])('the size %s is %s', (text, bytes) => {
    expect(parseSize(text, () => 100n)).toBe(bytes)
  })

  it.each(['', 'k', '-1', '1.5g', '1 k', '0x10', '1000%', '1kk'])('the text %j is no size', text => {
    expect(parseSize(text, () => 100n)).toBeUndefined()
  })
})

it('an empty option, as buildah writes it, is ignored', () => {
  const made = plan({ mounts: [{ destination: '/v', type: 'bind', source: '/s', options: ['', 'rbind'] }] })
  expect(mountOn(made, '/v')?.options).toEqual([])
  expect(made.fates.find(fate => fate.property === 'mounts[0].options[0]')?.fate).toBe('ignored')
})
