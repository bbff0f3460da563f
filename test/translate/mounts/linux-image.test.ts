import { describe, expect, it } from 'vitest'
import { DEV, errors, fate, mountOn, parameters, plan, words } from '../support.ts'

const FDESC = { destination: '/dev/fd', type: 'fdescfs', source: 'fdesc' }
const SHM = { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: ['rw', 'rprivate'] }

describe('what the mounts of a Linux image get', () => {
  it('a /dev/fd of the config gets linrdlnk, because programs of Linux read /proc/self/fd/N as links', () => {
    const made = plan({ mounts: [DEV, FDESC], linux: {} })
    expect(words(mountOn(made, '/dev/fd'))).toEqual(['linrdlnk'])
    expect(fate(made, 'mounts[1].type')).toBe('translated: fdescfs with linrdlnk, as service linux mounts it')
  })

  it.each([['rdlnk'], ['linrdlnk'], ['nodup', 'rdlnk']])(
    'a /dev/fd whose options hold %s keeps them unchanged',
    (...options) => {
      const made = plan({ mounts: [DEV, { ...FDESC, options }], linux: {} })
      expect(words(mountOn(made, '/dev/fd'))).toEqual(options)
    },
  )

  it('a fdescfs elsewhere gets linrdlnk as well', () => {
    const made = plan({ mounts: [{ ...FDESC, destination: '/compat/fd' }], linux: {} })
    expect(words(mountOn(made, '/compat/fd'))).toEqual(['linrdlnk'])
  })

  it('a container of FreeBSD keeps the links of FreeBSD, even with a linux section beside a freebsd section', () => {
    for (const sections of [{}, { freebsd: {}, linux: {} }])
      expect(words(mountOn(plan({ mounts: [DEV, FDESC], ...sections }), '/dev/fd'))).toEqual([])
  })

  it('a tmpfs on /dev/shm without a mode has mode 1777, as on Linux', () => {
    const made = plan({ mounts: [DEV, SHM], linux: {} })
    expect(words(mountOn(made, '/dev/shm'))).toEqual(['mode=1777'])
    const other = plan({ mounts: [DEV, { ...SHM, options: ['mode=0700'] }], linux: {} })
    expect(words(mountOn(other, '/dev/shm'))).toEqual(['mode=0700'])
    expect(words(mountOn(plan({ mounts: [DEV, SHM] }), '/dev/shm'))).toEqual([])
  })

  it('a tmpfs on /dev brings one /dev/fd only, even when the config names one', () => {
    const dev = { destination: '/dev', type: 'tmpfs', source: 'tmpfs' }
    const made = plan({ mounts: [dev, { ...FDESC, options: ['rdlnk'] }], linux: {} })
    const fds = made.steps.filter(step => step.kind === 'mount' && step.destination === '/dev/fd')
    expect(fds).toHaveLength(1)
  })
})

describe('System V IPC of a Linux image', () => {
  const ipc = [{ type: 'mount' as const }, { type: 'ipc' as const }]

  it('an IPC namespace of its own sets sysvmsg, sysvsem and sysvshm to new: PostgreSQL needs shmget(2)', () => {
    const made = plan({ linux: { namespaces: ipc } })
    expect(parameters(made)).toEqual(expect.arrayContaining(['sysvmsg=new', 'sysvsem=new', 'sysvshm=new']))
    expect(fate(made, 'linux.namespaces[1]')).toBe('translated: sysvmsg=new, sysvsem=new, sysvshm=new')
  })

  it('an annotation about one System V parameter overrides that default', () => {
    const annotations = { 'org.freebsd.jail.sysvshm': 'disable' }
    expect(parameters(plan({ linux: { namespaces: ipc }, annotations }))).toEqual(
      expect.arrayContaining(['sysvshm=disable', 'sysvsem=new']),
    )
    const all = { 'org.freebsd.jail.allow.sysvipc': 'true' }
    expect(parameters(plan({ linux: { namespaces: ipc }, annotations: all })).join(' ')).not.toMatch(
      /sysv(msg|sem|shm)/,
    )
  })

  it.each([
    ['no IPC namespace is asked for', { linux: { namespaces: [{ type: 'pid' as const }] } }],
    [
      'the namespace is another one',
      { linux: { namespaces: [{ type: 'ipc' as const, path: '/proc/1/ns/ipc' }] } },
    ],
    ['the container is no Linux image', {}],
  ])('a Linux image gets no System V IPC of its own when %s', (_why, parts) => {
    expect(parameters(plan(parts)).join(' ')).not.toMatch(/sysv/)
  })

  it('a Linux image gets no System V IPC of its own when the parent jail has none, or when the host is a jail itself', () => {
    const parent = { 'org.freebsd.parentJail': 'pod' }
    const jails = {
      pod: {
        'children.max': '1',
        'children.cur': '0',
        sysvmsg: 'disable',
        sysvsem: 'disable',
        sysvshm: 'disable',
      },
    }
    expect(
      parameters(plan({ linux: { namespaces: ipc }, annotations: parent }, { facts: { jails } })).join(' '),
    ).not.toMatch(/sysv/)
    const sysctls = { 'security.jail.jailed': '1' }
    expect(parameters(plan({ linux: { namespaces: ipc } }, { facts: { sysctls } })).join(' ')).not.toMatch(
      /sysv/,
    )
  })
})

describe('names of FreeBSD in linux.sysctl', () => {
  it('names of FreeBSD in linux.sysctl are a warning, and names of Linux are not', () => {
    const sysctl = {
      'kern.ipc.somaxconn': '1',
      'net.inet.ip.forwarding': '1',
      'net.ipv4.ip_forward': '1',
      'kernel.shmmax': '1',
    }
    expect(plan({ linux: { sysctl } }).warnings).toEqual([
      expect.stringMatching(/^linux.sysctl\["kern.ipc.somaxconn"\]: ignored, it is one of FreeBSD's/),
      expect.stringMatching(/^linux.sysctl\["net.inet.ip.forwarding"\]/),
    ])
  })
})

describe('a source that is mounted twice on one destination', () => {
  const bind = (options: string[] = []) => ({
    destination: '/mnt',
    type: 'nullfs',
    source: '/srv/data',
    options,
  })

  it('a source that is given twice for one destination with the same options is mounted once', () => {
    const made = plan({ mounts: [bind(['rw']), bind()] })
    expect(made.steps.filter(step => step.kind === 'mount')).toHaveLength(1)
    expect(fate(made, 'mounts[1]')).toBe('ignored: mounts[0] mounts the same there')
  })

  it('a source that is given twice for one destination with different options is refused by name', () => {
    expect(errors({ mounts: [bind(), bind(['ro'])] })).toEqual([
      'mounts[1]: /srv/data is mounted on /mnt by mounts[0] already',
    ])
  })

  it('a bind mount has no mode and no size of its own: they are ignored, as on Linux', () => {
    const made = plan({ mounts: [bind(['mode=0755', 'size=1m'])] })
    expect(words(mountOn(made, '/mnt'))).toEqual([])
    expect(fate(made, 'mounts[0].options[0]')).toBe('ignored: nullfs has no mode')
  })
})
