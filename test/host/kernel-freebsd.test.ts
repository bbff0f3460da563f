/**
 * kernel-freebsd.ts on a small FreeBSD of JavaScript. A mock replaces the adapter of the engine; its functions read the memory
 * that FreeBSD's functions would get.
 */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { SyscallError } from '../../src/errors.ts'
import { CTLTYPE } from '../../src/host/abi/kinfo.ts'
import type { CPointer } from '../../src/host/ffi/signatures.ts'
import { freebsdKernel as kernel } from '../../src/host/kernel-freebsd.ts'

const fake = vi.hoisted(() => ({
  memory: new Map<number, Buffer>(),
  next: 0x1000,
  errno: 0,
  looked: [] as string[],
  functions: {} as Record<string, (...args: never[]) => number>,
  /** Gives a Buffer on the same memory. */
  shared: (value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value,
}))

vi.mock('../../src/host/engine/index.ts', async original => {
  const { engine } = await original<typeof import('../../src/host/engine/index.ts')>()
  const ffi = {
    lookup: (name: string) => {
      fake.looked.push(name)
      return (...args: never[]) => fake.functions[name]!(...(args.map(fake.shared) as never[]))
    },
    addressOf: (bytes: Uint8Array) => {
      fake.memory.set(fake.next, fake.shared(bytes) as Buffer)
      fake.next += 0x10_000
      return fake.next - 0x10_000
    },
    errno: () => fake.errno,
  }
  return { engine: Object.create(engine, { ffi: { value: ffi } }) }
})

// These numbers are the same on FreeBSD and on the host of this test.
const ENOENT = 2
const ESRCH = 3
const ENOMEM = 12
const EINVAL = 22

const fail = (errno: number) => {
  fake.errno = errno
  return -1
}
const string = (bytes: CPointer) => {
  const buffer = bytes as Buffer
  return buffer.toString('utf8', 0, buffer.indexOf(0))
}
/** Gives the buffers of an iovec in order, null for a NULL base, each with its length. */
const vector = (iovec: Buffer, count: number) =>
  Array.from({ length: count }, (_, index) => {
    const address = Number(iovec.readBigUInt64LE(index * 16))
    const length = Number(iovec.readBigUInt64LE(index * 16 + 8))
    const bytes = address === 0 ? null : fake.memory.get(address)!
    if (bytes !== null) expect(length).toBe(bytes.length)
    return { bytes, length }
  })
const int32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

/** The kind, the format and the value of an oid. */
type Oid = readonly [kind: number, format: string, value: () => Buffer | number]
const oids = new Map<string, Oid>()
const named = (name: string) => [...oids.keys()].indexOf(name) + 1000

/** As the kernel has it, what is below a node begins with the node's name; a number without an oid is told as it is. */
const nameOf = ([first, second]: number[]) => {
  const names = [...oids.keys()]
  const node = names[first! - 1000]
  if (second === undefined) return node
  const child = names[second - 1000]
  return child?.startsWith(`${node}.`) ? child : `${node}.${second}`
}

const record = (pid: number, jid: number, stat = 3) => {
  const bytes = Buffer.alloc(1088)
  bytes.writeInt32LE(1088, 0)
  bytes.writeInt32LE(pid, 72)
  bytes.writeBigInt64LE(1_700_000_100n, 336)
  bytes.writeBigInt64LE(BigInt(pid), 344)
  bytes.writeInt8(stat, 388)
  bytes.writeInt32LE(jid, 592)
  return bytes
}
let processes: Buffer[]
/** The parameters of each jail by its jid. */
let jails: Map<number, Record<string, Buffer>>

beforeEach(() => {
  fake.memory.clear()
  oids.clear()
  const boottime = Buffer.alloc(16)
  boottime.writeBigInt64LE(1_700_000_000n, 0)
  oids.set('kern.boottime', [CTLTYPE.OPAQUE, 'S,timeval', () => boottime])
  oids.set('kern.ostype', [CTLTYPE.STRING, 'A', () => Buffer.from('FreeBSD\0')])
  oids.set('kern.racct', [CTLTYPE.NODE, 'N', () => 21])
  oids.set('kern.gone', [CTLTYPE.INT, 'I', () => ENOENT])
  for (const [name, kind, format, value] of [
    ['name', CTLTYPE.STRING, 'A', Buffer.from('256\0')],
    ['path', CTLTYPE.STRING, 'A', Buffer.from('1024\0')],
    ['parent', CTLTYPE.INT, 'I', int32(0)],
    ['persist', CTLTYPE.INT, 'B', int32(0)],
    ['vnet', CTLTYPE.INT, 'E,jailsys', int32(0)],
    ['host', CTLTYPE.NODE, 'N', int32(0)],
    ['host.', CTLTYPE.INT, 'E,jailsys', int32(0)],
    ['children', CTLTYPE.NODE, 'N', int32(0)],
    // The child without a name may have the number before the node's, too.
    ['allow.mount.', CTLTYPE.INT, 'B', int32(0)],
    ['allow.mount', CTLTYPE.NODE, 'N', int32(0)],
    ['allow.mount.tmpfs', CTLTYPE.INT, 'B', int32(0)],
    ['host.hostid', CTLTYPE.ULONG, 'LU', Buffer.alloc(8)],
    ['ip4.addr', CTLTYPE.OPAQUE, 'S,in_addr,a', Buffer.alloc(4)],
  ] as const)
    oids.set(`security.jail.param.${name}`, [kind, format, () => value])

  const jail = (name: string, parent: number, path: string) => ({
    name: Buffer.from(`${name}\0`),
    path: Buffer.from(`${path}\0`),
    parent: int32(parent),
    persist: int32(1),
    vnet: int32(1),
    host: int32(2),
    'allow.mount': int32(1),
    'host.hostid': Buffer.from('ffffffffffffffff', 'hex'),
    'ip4.addr': Buffer.from([10, 0, 0, 1, 10, 0, 0, 2]),
  })
  jails = new Map([
    [3, jail('pod', 0, '/jails/pod')],
    [4, jail('pod.web', 3, '/jails/web')],
    [9, jail('other', 0, '/jails/other')],
  ])
  processes = [record(1, 0), record(30, 3), record(40, 4), record(41, 4, 5), record(90, 9)]

  const output = (value: Buffer | undefined, old: Buffer | null, length: Buffer) => {
    if (value === undefined) return fail(ESRCH)
    if (old !== null && Number(length.readBigUInt64LE()) < value.length) return fail(ENOMEM)
    if (old !== null) value.copy(old)
    length.writeBigUInt64LE(BigInt(value.length))
    return 0
  }
  let grown = false
  fake.functions = {
    sysctlnametomib: (name: Buffer, mib: Buffer, count: Buffer) => {
      if (!oids.has(string(name))) return fail(ENOENT)
      mib.writeInt32LE(named(string(name)), 0)
      count.writeBigUInt64LE(1n)
      return 0
    },
    sysctl: (mib: Buffer, count: number, old: Buffer | null, length: Buffer) => {
      const numbers = Array.from({ length: count }, (_, index) => mib.readInt32LE(index * 4))
      const key = numbers.join('.')
      if (key === '1.21') return output(boottime, old, length)
      if (key.startsWith('1.14.1.'))
        return output(
          processes.find(bytes => bytes.readInt32LE(72) === numbers[3]),
          old,
          length,
        )
      if (key === '1.14.8') {
        // A process has started between the question for the size and the read.
        if (old !== null && !grown) {
          grown = true
          processes.push(record(42, 4))
        }
        return output(Buffer.concat(processes), old, length)
      }
      if (key.startsWith('0.1.')) return output(Buffer.from(`${nameOf(numbers.slice(2))}\0`), old, length)
      const oid = [...oids.values()][numbers.at(-1)! - 1000]
      if (oid === undefined) return fail(ENOENT)
      const [kind, format, value] = oid
      if (numbers[0] === 0)
        return output(Buffer.concat([int32(0x80000000 | kind), Buffer.from(`${format}\0`)]), old, length)
      const result = value()
      return typeof result === 'number' ? fail(result) : output(result, old, length)
    },
    jail_get: (iovec: Buffer, count: number, flags: number) => {
      expect(flags).toBe(0)
      const buffers = vector(iovec, count)
      const key = string(buffers[0]!.bytes)
      const value = buffers[1]!.bytes!
      const [jid, jail] =
        [...jails].find(([id, { name }]) =>
          key === 'jid' ? id === value.readInt32LE(0) : value.equals(name!),
        ) ?? []
      if (jid === undefined || jail === undefined) {
        buffers.at(-1)!.bytes!.write(`jail "x" not found`)
        return fail(ENOENT)
      }
      for (let index = 2; index < count; index += 2) {
        const name = string(buffers[index]!.bytes)
        const parameter = jail[name]
        if (name === 'errmsg') continue
        const target = buffers[index + 1]!.bytes!
        // The kernel accepts a number only in its exact size, and writes back the length of a list.
        const list = name === 'ip4.addr' || /^(name|path)$/.test(name)
        if (parameter === undefined || (!list && target.length !== parameter.length)) return fail(EINVAL)
        parameter.copy(target)
        if (name === 'ip4.addr') iovec.writeBigUInt64LE(BigInt(parameter.length), (index + 1) * 16 + 8)
      }
      return jid
    },
  }
})

function failure(run: () => unknown): SyscallError {
  try {
    run()
  } catch (error) {
    return error as SyscallError
  }
  throw new Error('no failure')
}

describe('nmount(2) and unmount(2)', () => {
  it('nmount passes names and values in order, NULL for a flag, MNT_IGNORE and a buffer for the kernel’s message', () => {
    const seen: unknown[] = []
    fake.functions.nmount = (iovec: Buffer, count: number, flags: number) => {
      seen.push(
        flags,
        ...vector(iovec, count).map(({ bytes, length }) => (bytes === null ? length : bytes.toString())),
      )
      return 0
    }
    kernel.nmount([
      ['fstype', 'nullfs'],
      ['from', '/a b'],
      ['ro', undefined],
      ['size', ''],
    ])
    expect(seen).toEqual([
      0x800000,
      'fstype\0',
      'nullfs\0',
      'from\0',
      '/a b\0',
      'ro\0',
      0,
      'size\0',
      '\0',
      'errmsg\0',
      '\0'.repeat(255),
    ])
  })

  it('a failed nmount has the kernel’s message and the errno’s text, or the errno’s text alone', () => {
    fake.functions.nmount = (iovec: Buffer, count: number) => {
      vector(iovec, count).at(-1)!.bytes!.write('mount option <x> is unknown')
      return fail(EINVAL)
    }
    expect(failure(() => kernel.nmount([['fspath', '/m']]))).toMatchObject({
      errno: 'EINVAL',
      message: 'nmount /m: mount option <x> is unknown: Invalid argument',
    })
    fake.functions.nmount = () => fail(ENOENT)
    expect(failure(() => kernel.nmount([['fspath', '/m']])).message).toBe(
      'nmount /m: No such file or directory',
    )
  })

  it('unmount uses MNT_FORCE only when it is asked to', () => {
    const seen: unknown[] = []
    fake.functions.unmount = (path: Buffer, flags: number) => seen.push(string(path), flags) && 0
    kernel.unmount('/m')
    kernel.unmount('/m', { force: true })
    kernel.unmount('/m', { fsid: '0100000002ffffff' })
    expect(seen).toEqual(['/m', 0, '/m', 0x80000, 'FSID:1:-254', 0x8000000])
  })

  it('inside a jail, which sees no ids of mounts, unmount goes by the path', () => {
    const seen: unknown[] = []
    fake.functions.unmount = (path: Buffer, flags: number) => seen.push(string(path), flags) && 0
    kernel.unmount('/m', { force: true, fsid: '0'.repeat(16) })
    expect(seen).toEqual(['/m', 0x80000])
  })

  it('mountAt gives a mount whose mount point is the path itself, not the file system that holds the path', () => {
    fake.functions.statfs = (path: Buffer, bytes: Buffer) => {
      if (string(path) === '/none') return fail(ENOENT)
      bytes.write('tmpfs\0', 280)
      bytes.write('tmpfs\0', 296)
      bytes.write('/jails/x/tmp\0', 1320)
      return 0
    }
    expect(kernel.mountAt('/jails/x/tmp')).toEqual({
      fstype: 'tmpfs',
      from: 'tmpfs',
      fsid: '0'.repeat(16),
      flags: [],
    })
    expect(kernel.mountAt('/jails/x/tmp/below')).toBeUndefined()
    expect(kernel.mountAt('/none')).toBeUndefined()
  })

  it('mounts lists all mounts, and asks again when the table has grown meanwhile', () => {
    let there = 1
    fake.functions.getfsstat = (bytes: Buffer | null) => {
      if (bytes === null) return there
      there = 20
      const room = Math.min(there, Math.floor(bytes.length / 2344))
      for (let index = 0; index < room; index += 1) {
        bytes.write('nullfs\0', index * 2344 + 280)
        bytes.write(`/m${index}\0`, index * 2344 + 1320)
      }
      return room
    }
    const mounts = kernel.mounts()
    expect(mounts).toHaveLength(20)
    expect(mounts[19]).toEqual({
      on: '/m19',
      fstype: 'nullfs',
      from: '',
      fsid: '0'.repeat(16),
      flags: [],
    })
  })
})

describe('jails', () => {
  it('jailId finds a jail by its name', () => {
    expect(kernel.jailId('pod.web')).toBe(4)
    expect(kernel.jailId('web')).toBeUndefined()
  })

  it('jailParams reads parameters of every type as jls(8) prints them', () => {
    const names = ['jid', 'name', 'path', 'parent', 'persist', 'vnet', 'host', 'host.hostid', 'ip4.addr']
    expect(kernel.jailParams(4, [...names, 'allow.mount'])).toEqual({
      jid: '4',
      name: 'pod.web',
      path: '/jails/web',
      parent: '3',
      persist: 'true',
      vnet: 'new',
      host: 'inherit',
      'host.hostid': '18446744073709551615',
      'allow.mount': 'true',
      'ip4.addr': '10.0.0.1,10.0.0.2',
    })
    expect(kernel.jailParams(5, ['path'])).toBeUndefined()
    expect(failure(() => kernel.jailParams(4, ['nonsense']))).toMatchObject({
      errno: 'ENOENT',
      message: 'jail_get: unknown parameter: nonsense',
    })
  })

  it('jailProcesses includes the processes of child jails', () => {
    expect(kernel.jailProcesses(3)).toEqual([30, 40, 41, 42])
    expect(kernel.jailProcesses(9)).toEqual([90])
    expect(kernel.jailProcesses(7)).toEqual([])
  })

  it('jailRemove and jailAttach name the jail by its number', () => {
    fake.functions.jail_remove = (jid: number) => (jid === 4 ? 0 : fail(EINVAL))
    kernel.jailRemove(4)
    fake.functions.jail_attach = (jid: number) => {
      // From here on the root may be hostile, so every function that is still needed must have been looked up.
      expect(fake.looked).toEqual(
        expect.arrayContaining(['execve', 'setuid', 'setrlimit', 'sigaction', 'close_range']),
      )
      return jid === 4 ? 0 : fail(1)
    }
    kernel.jailAttach(4)
    expect(failure(() => kernel.jailRemove(5))).toMatchObject({ errno: 'EINVAL' })
    expect(failure(() => kernel.jailAttach(5)).message).toBe('jail_attach jail 5: Operation not permitted')
  })
})

describe('processes and sysctls', () => {
  it('the start of a process is its time since boot, which setting the clock does not change', () => {
    expect(kernel.processInfo(41)).toEqual({
      pid: 41,
      jid: 4,
      zombie: true,
      stopped: false,
      start: '100000041',
    })
    expect(kernel.processInfo(5)).toBeUndefined()
    expect([...kernel.processInfos([41, 5, 90]).keys()]).toEqual([41, 90])
    expect(kernel.processInfos([41]).get(41)).toEqual(kernel.processInfo(41))
  })

  it('the boot time is read until two reads agree, because it changes when the clock is set', () => {
    const sysctl = fake.functions.sysctl as (...args: unknown[]) => number
    let asked = 0
    const clock = (seconds: () => bigint) => {
      fake.functions.sysctl = ((mib: Buffer, count: number, old: Buffer | null, ...rest: unknown[]) => {
        const result = sysctl(mib, count, old, ...rest)
        if (count === 2 && mib.readInt32LE(4) === 21) old?.writeBigInt64LE(seconds(), 0)
        return result
      }) as never
    }
    clock(() => (++asked === 1 ? 1_600_000_000n : 1_700_000_000n))
    expect(kernel.processInfo(41)?.start).toBe('100000041')
    clock(() => 1_700_000_000n + BigInt(++asked))
    expect(failure(() => kernel.processInfo(41))).toMatchObject({ errno: 'EAGAIN' })
  })

  it('sysctl gives values as sysctl -n prints them', () => {
    expect(kernel.sysctl('kern.ostype')).toBe('FreeBSD')
    expect(kernel.sysctl('kern.boottime')).toBe('{ sec = 1700000000, usec = 0 }')
    expect(kernel.sysctl('kern.nonsense')).toBeUndefined()
    expect(kernel.sysctl('kern.racct')).toBeUndefined()
    expect(kernel.sysctl('kern.gone')).toBeUndefined()
    expect(kernel.sysctlExists('security.jail.param.host')).toBe(true)
    expect(kernel.sysctlExists('security.jail.param.allow.vmm')).toBe(false)
  })
})

describe('jail_set(2)', () => {
  const made: unknown[] = []
  beforeEach(() => {
    made.length = 0
    oids.set('security.jail.param.children.max', [CTLTYPE.INT, 'I', () => int32(0)])
    oids.set('security.jail.param.meta', [CTLTYPE.STRING, 'A,keyvalue', () => Buffer.from('4096\0')])
    fake.functions.jail_set = ((iovec: Buffer, count: number, flags: number) => {
      made.push(
        flags,
        ...vector(iovec, count).map(({ bytes }, index) =>
          bytes === null
            ? null
            : index % 2 === 0 || bytes.includes(0x2f)
              ? string(bytes)
              : bytes.toString('hex'),
        ),
      )
      return 12
    }) as never
  })

  it('jailSet types each parameter by the catalogue, finds the no forms of booleans, and gives the jid', () => {
    const jid = kernel.jailSet(
      [
        ['path', '/r'],
        ['persist', true],
        ['allow.nomount', true],
        ['vnet', 'new'],
        ['children.max', '3'],
        ['ip4.addr', '10.0.0.1'],
        ['meta.a', '/b'],
      ],
      'create',
    )
    expect(jid).toBe(12)
    expect(made.slice(0, -1)).toEqual([
      1,
      'path',
      '/r',
      'persist',
      null,
      'allow.nomount',
      null,
      'vnet',
      '01000000',
      'children.max',
      '03000000',
      'ip4.addr',
      '0a000001',
      'meta.a',
      '/b',
      'errmsg',
    ])
    kernel.jailSet([['path', '/r']], 'update')
    expect(made).toContain(2)
  })

  it('a failed jailSet has the kernel’s message, or the errno’s text when there is no message', () => {
    fake.functions.jail_set = ((iovec: Buffer, count: number) => {
      vector(iovec, count).at(-1)!.bytes!.write('jail "x" already exists')
      return fail(17)
    }) as never
    expect(failure(() => kernel.jailSet([['name', 'x']], 'create'))).toMatchObject({
      errno: 'EEXIST',
      message: 'jail_set x: jail "x" already exists',
    })
    fake.functions.jail_set = () => fail(1)
    expect(failure(() => kernel.jailSet([['name', 'x']], 'create')).message).toBe(
      'jail_set x: Operation not permitted',
    )
  })

  it('jailSet takes the type of a node from its child without a name, as libjail does: allow.mount is a boolean, host is not', () => {
    kernel.jailSet(
      [
        ['allow.mount', 'true'],
        ['allow.mount', 'false'],
        ['allow.nomount', 'false'],
        ['host', 'inherit'],
      ],
      'create',
    )
    expect(made).toEqual([
      1,
      ...['allow.mount', null, 'allow.nomount', null, 'allow.mount', null, 'host', '02000000'],
      'errmsg',
      expect.anything(),
    ])
  })

  it('jailSet names a parameter that the kernel does not have', () => {
    for (const name of ['nosuch', 'nopath', 'path.a', 'children', 'nochildren'])
      expect(failure(() => kernel.jailSet([[name, '1']], 'create'))).toMatchObject({
        errno: 'EINVAL',
        message: `jail_set: unknown parameter: ${name}`,
      })
    expect(made).toEqual([])
  })
})

describe('devfs rules, limits, modules and processors', () => {
  it('devfs rules are listed, added, deleted and applied by ioctl(2) on a devfs, which is closed again', () => {
    const rules = new Map<number, Buffer>()
    const done: string[] = []
    fake.functions.openat = ((_at: number, path: Buffer) => (done.push(`open ${string(path)}`), 77)) as never
    fake.functions.close = ((fd: number) => (done.push(`close ${fd}`), 0)) as never
    fake.functions.ioctl = ((_fd: number, request: number, data: Buffer) => {
      const above = (id: number) => [...rules.keys()].sort((a, b) => a - b).find(each => each > id)
      switch (request) {
        case 0xc0ec4400: {
          const set = data.readUInt32LE(4) & 0xffff0000
          const number = data.readUInt32LE(4) & 0xffff || ((above(set) ?? 0) & 0xffff) + 100
          data.writeUInt32LE(set + number, 4)
          rules.set(set + number, Buffer.from(data))
          return 0
        }
        case 0xc0ec4404: {
          const id = above(data.readUInt32LE(4))
          if (id === undefined || id >>> 16 !== data.readUInt32LE(4) >>> 16) return fail(ENOENT)
          rules.get(id)!.copy(data)
          return 0
        }
        case 0xc002440c: {
          const id = above(data.readUInt16LE(0) * 65536 + 65535)
          if (id === undefined) return fail(ENOENT)
          data.writeUInt16LE(id >>> 16, 0)
          return 0
        }
        case 0x80044401:
          return rules.delete(data.readUInt32LE(0)) ? 0 : fail(ENOENT)
        default:
          done.push(`request ${request.toString(16)} of ${data.length} bytes`)
          return 0
      }
    }) as never
    kernel.devfsAddRule(9, 'hide')
    kernel.devfsAddRule(9, '200 path null unhide mode 666')
    kernel.devfsAddRule(12, 'include 9')
    expect(kernel.devfsRulesets()).toEqual([9, 12])
    expect(kernel.devfsRules(9)).toEqual(['hide', 'path null unhide mode 666'])
    kernel.devfsDeleteRuleset(9)
    expect([kernel.devfsRulesets(), kernel.devfsRules(9)]).toEqual([[12], []])
    kernel.devfsApplyRule('.', 'path x hide')
    expect(done.slice(-3)).toEqual(['open .', 'request 80ec4402 of 236 bytes', 'close 77'])
    expect(done.filter(each => each.startsWith('open')).length).toBe(
      done.filter(each => each === 'close 77').length,
    )
    fake.functions.ioctl = () => fail(25)
    expect(failure(() => kernel.devfsApplyRule('/tmp', 'hide'))).toMatchObject({
      errno: 'ENOTTY',
      message: 'ioctl DEVFSIO_RAPPLY /tmp: hide: Inappropriate ioctl for device',
    })
  })

  it('rctl calls pass rules and filters with their NUL, and ask again with a larger buffer for a long answer', () => {
    const passed: unknown[] = []
    fake.functions.rctl_add_rule = ((input: Buffer, length: number) => (
      passed.push(string(input), length), 0
    )) as never
    kernel.rctlAddRule('jail:web:maxproc:deny=9')
    expect(passed).toEqual(['jail:web:maxproc:deny=9', 24])
    fake.functions.rctl_remove_rule = () => fail(ESRCH)
    expect(failure(() => kernel.rctlRemoveRule('jail:web'))).toMatchObject({ errno: 'ESRCH' })
    fake.functions.rctl_get_racct = ((_in: Buffer, _length: number, out: Buffer, size: number) => {
      if (size < 10_000) return fail(34)
      out.write('cputime=1\0')
      return 0
    }) as never
    expect(kernel.rctlUsage('jail:web')).toBe('cputime=1')
    fake.functions.rctl_get_rules = () => fail(34)
    expect(failure(() => kernel.rctlRules('jail:'))).toMatchObject({ errno: 'ERANGE' })
  })

  it('a module is loaded once, and is found by its own name and by that of its file', () => {
    fake.functions.kldload = () => fail(17)
    kernel.kldLoad('linux64')
    fake.functions.kldload = () => fail(ENOENT)
    expect(failure(() => kernel.kldLoad('nosuch')).message).toBe('kldload nosuch: No such file or directory')
    fake.functions.modfind = ((name: Buffer) => (string(name) === 'nullfs' ? 3 : fail(ENOENT))) as never
    fake.functions.kldfind = ((name: Buffer) => (string(name) === 'linux64.ko' ? 4 : fail(ENOENT))) as never
    expect(['nullfs', 'linux64', 'nosuch'].map(name => kernel.moduleLoaded(name))).toEqual([
      true,
      true,
      false,
    ])
  })

  it('cpusetJail names processors by bits, in a set as large as the kernel accepts', () => {
    const calls: unknown[] = []
    fake.functions.cpuset_setaffinity = ((
      level: number,
      which: number,
      id: number,
      size: number,
      set: Buffer,
    ) => {
      calls.push([level, which, id, size, set.subarray(0, 2).toString('hex')])
      return size > 32 ? fail(34) : 0
    }) as never
    kernel.cpusetJail(5, [0, 3, 9])
    expect(calls).toEqual([
      [3, 5, 5, 128, '0902'],
      [3, 5, 5, 32, '0902'],
    ])
  })

  it('loopbackUp gives lo0 both addresses, or one when the kernel has one family', () => {
    const requests: number[] = []
    let families = [2, 28]
    fake.functions.socket = ((family: number) => (families.includes(family) ? 50 : fail(97))) as never
    fake.functions.close = () => 0
    fake.functions.ioctl = ((_fd: number, request: number) => (requests.push(request), 0)) as never
    kernel.loopbackUp()
    expect(requests).toEqual([0x8044692b, 0x8088691b, 0xc0206911, 0x80206910])
    requests.length = 0
    families = [28]
    kernel.loopbackUp()
    expect(requests).toEqual([0x8088691b, 0xc0206911, 0x80206910])
  })
})
