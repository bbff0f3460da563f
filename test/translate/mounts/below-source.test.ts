import { describe, expect, it } from 'vitest'
import type { MountEntry } from '../../../src/host/types.ts'
import type { Plan } from '../../../src/translate/core/plan.ts'
import { errors, mountOn, plan, steps, words } from '../support.ts'

const mount = (on: string, fstype = 'zfs', flags: string[] = [], from = `tank${on}`): MountEntry => ({
  on,
  fstype,
  from,
  fsid: on,
  flags,
})

/** A ZFS pool with datasets below /tank/data. */
const POOL = [
  mount('/', 'ufs'),
  mount('/dev', 'devfs'),
  mount('/tank/data'),
  mount('/tank/data/media'),
  mount('/tank/data/media/films', 'zfs', ['nosuid', 'noexec']),
]

const bind = (options: string[], source = '/tank/data', destination = '/data') => ({
  destination,
  type: 'nullfs',
  source,
  options,
})
const made = (mounts: object[], table: readonly MountEntry[], rest: object = {}): Plan =>
  plan({ mounts: mounts as never, ...rest }, { facts: { mounts: table } })
/** Gives the source and the destination of each nullfs, in order. */
const nullfs = (of: Plan): string[] =>
  steps(of, 'mount')
    .filter(({ fstype }) => fstype === 'nullfs')
    .map(({ source, destination }) => `${source} ${destination}`)
const fate = (of: Plan, property: string) => of.fates.find(each => each.property === property)

describe('an rbind', () => {
  it('an rbind is one nullfs for its source and one for each mount below it, parents before children', () => {
    const all = made([bind(['rbind'])], POOL)
    expect(nullfs(all)).toEqual([
      '/tank/data /data',
      '/tank/data/media /data/media',
      '/tank/data/media/films /data/media/films',
    ])
    expect(fate(all, 'mounts[0].options[0]')).toEqual({
      property: 'mounts[0].options[0]',
      fate: 'translated',
      note: 'a nullfs for each mount below /tank/data: /tank/data/media (zfs), /tank/data/media/films (zfs)',
    })
  })

  it('an rbind gives its options to all its mounts, and each keeps its nosuid and noexec', () => {
    const all = made([bind(['rbind', 'ro'])], POOL)
    expect(words(mountOn(all, '/data/media'))).toEqual(['ro'])
    expect(words(mountOn(all, '/data/media/films'))).toEqual(['ro', 'nosuid', 'noexec'])
  })

  it('an rbind leaves out file systems of the kernel and says so', () => {
    const all = made([bind(['rbind'])], [...POOL, mount('/tank/data/dev', 'devfs')])
    expect(nullfs(all)).toHaveLength(3)
    expect(fate(all, 'mounts[0].options[0]')?.note).toMatch(/; left out: \/tank\/data\/dev \(devfs\)$/)
  })

  it('an rbind shows no mount that another mount hides', () => {
    const table = [...POOL, mount('/tank/data/media', 'tmpfs')]
    expect(nullfs(made([bind(['rbind'])], table))).toEqual([
      '/tank/data /data',
      '/tank/data/media /data/media',
    ])
  })

  it('an rbind of the whole host shows neither containers nor their roots, its own included', () => {
    const table = [
      mount('/', 'ufs'),
      mount('/jails/c1'),
      mount('/graph/other'),
      mount('/graph/other/dev', 'devfs', ['ignore']),
      mount('/graph/other/inside', 'tmpfs'),
      mount('/graph/third'),
      mount('/var/run/jailwright/third/root', 'nullfs', ['ro'], '/graph/third'),
      mount('/var/run/jailwright/third/root/dev', 'devfs', ['ignore']),
      mount('/tmp', 'tmpfs'),
    ]
    expect(nullfs(made([bind(['rbind'], '/')], table))).toEqual(['/ /data', '/tmp /data/tmp'])
  })

  it("an rbind shows what is mounted below a source in the container's own root", () => {
    const table = [mount('/', 'ufs'), mount('/jails/c1'), mount('/jails/c1/vol/media')]
    expect(nullfs(made([bind(['rbind'], '/jails/c1/vol')], table))).toEqual([
      '/jails/c1/vol /data',
      '/jails/c1/vol/media /data/media',
    ])
  })

  it('an rbind leaves out what the config mounts on or above the same place', () => {
    const hidden = made(
      [bind(['rbind']), { destination: '/data/media', type: 'tmpfs', source: 'tmpfs', options: [] }],
      POOL,
    )
    expect(nullfs(hidden)).toEqual(['/tank/data /data'])
    const covered = made([bind(['rbind']), bind(['rbind'], '/srv')], POOL)
    expect(nullfs(covered)).toEqual(['/tank/data /data', '/srv /data'])
    const over = made([bind(['rbind'], '/srv'), bind(['rbind'])], POOL)
    expect(nullfs(over)).toHaveLength(4)
  })

  it('an rbind is read-only as a whole when its destination is a read-only path', () => {
    const all = made([bind(['rbind'])], POOL, { linux: { readonlyPaths: ['/data'] } })
    expect(words(mountOn(all, '/data/media'))).toEqual(['ro'])
  })

  it('an rbind makes no mount point that is in its source', () => {
    const tmpfs = { destination: '/data', type: 'tmpfs', source: 'tmpfs', options: ['ro'] }
    const all = made([tmpfs, bind(['rbind'], '/tank/data', '/data/vol')], POOL)
    expect(mountOn(all, '/data')?.inside?.map(({ destination }) => destination)).toEqual(['/data/vol'])
  })

  it('an rbind adds no mount when the mount table is not known', () => {
    expect(nullfs(plan({ mounts: [bind(['rbind'])] }))).toEqual(['/tank/data /data'])
  })
})

it('a bind without rbind is its source alone, and a warning names what it does not show', () => {
  const alone = made([bind(['bind'])], POOL)
  expect(nullfs(alone)).toEqual(['/tank/data /data'])
  expect(alone.warnings).toContain(
    'mounts[0].source: what is mounted below /tank/data is not shown (rbind shows it): /tank/data/media (zfs), /tank/data/media/films (zfs)',
  )
})

describe('two mounts on one destination', () => {
  const file = (source: string, options: string[] = []) => bind(options, source, '/etc/hosts')

  it('two files on one destination are refused with both names', () => {
    expect(errors({ mounts: [file('/srv/a/hosts'), file('/srv/b/hosts')] })).toEqual([
      'mounts[1].destination: /etc/hosts has the file /srv/a/hosts already (mounts[0]), and the file /srv/b/hosts cannot be mounted over it',
    ])
  })

  it('a file and a directory on one destination are refused', () => {
    expect(errors({ mounts: [file('/srv/a/hosts'), file('/srv/dir')] })).toEqual([
      'mounts[1].destination: /etc/hosts has the file /srv/a/hosts already (mounts[0]), and the directory /srv/dir cannot be mounted over it',
    ])
  })

  it('two directories on one destination are stacked in the order of the config', () => {
    const tmpfs = { destination: '/data', type: 'tmpfs', source: 'tmpfs', options: [] }
    const all = steps(plan({ mounts: [bind([]), bind([], '/srv'), tmpfs] }), 'mount')
    expect(all.map(({ source }) => source)).toEqual(['/tank/data', '/srv', 'tmpfs'])
  })

  it('/dev/null that is given twice over one file is mounted once', () => {
    const twice = plan({ mounts: [file('/dev/null'), file('/dev/null')] })
    expect(steps(twice, 'mount')).toHaveLength(1)
  })
})
