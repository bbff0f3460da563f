/**
 * kernel-freebsd.ts against a small FreeBSD made of JavaScript: the adapter of the engine is replaced by one whose
 * functions read the very memory that the real ones would get.
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
  /** A Buffer on the same memory. */
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

// The same numbers on FreeBSD and on the host of this test.
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
/** The buffers of an iovec in order, null for a NULL base, with the length given. */
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

/** One oid: its kind, format and value. */
type Oid = readonly [kind: number, format: string, value: () => Buffer | number]
const oids = new Map<string, Oid>()
const named = (name: string) => [...oids.keys()].indexOf(name) + 1000

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
/** jid -> parameters; `name` is the key. */
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
        // One more process has come between asking for the size and reading.
        if (old !== null && !grown) {
          grown = true
          processes.push(record(42, 4))
        }
        return output(Buffer.concat(processes), old, length)
      }
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
        // The kernel wants numbers in exactly their size and writes back how long a list is.
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
  it('passes names and values in order, NULL for a flag, MNT_IGNORE and a buffer for the kernel’s words', () => {
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

  it('gives the kernel’s words and the errno, or the errno alone', () => {
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

  it('forces only when asked', () => {
    const seen: unknown[] = []
    fake.functions.unmount = (path: Buffer, flags: number) => seen.push(string(path), flags) && 0
    kernel.unmount('/m')
    kernel.unmount('/m', { force: true })
    kernel.unmount('/m', { fsid: '0100000002ffffff' })
    expect(seen).toEqual(['/m', 0, '/m', 0x80000, 'FSID:1:-254', 0x8000000])
  })

  it('unmounts by path in a jail, which is told no ids', () => {
    const seen: unknown[] = []
    fake.functions.unmount = (path: Buffer, flags: number) => seen.push(string(path), flags) && 0
    kernel.unmount('/m', { force: true, fsid: '0'.repeat(16) })
    expect(seen).toEqual(['/m', 0x80000])
  })

  it('knows a mount by its place, not the file system a path is on', () => {
    fake.functions.statfs = (path: Buffer, bytes: Buffer) => {
      if (string(path) === '/none') return fail(ENOENT)
      bytes.write('tmpfs\0', 280)
      bytes.write('tmpfs\0', 296)
      bytes.write('/jails/x/tmp\0', 1320)
      return 0
    }
    expect(kernel.mountAt('/jails/x/tmp')).toEqual({ fstype: 'tmpfs', from: 'tmpfs', fsid: '0'.repeat(16) })
    expect(kernel.mountAt('/jails/x/tmp/below')).toBeUndefined()
    expect(kernel.mountAt('/none')).toBeUndefined()
  })

  it('lists all mounts, again when the table grew meanwhile', () => {
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
    expect(mounts[19]).toEqual({ on: '/m19', fstype: 'nullfs', from: '', fsid: '0'.repeat(16) })
  })
})

describe('jails', () => {
  it('finds a jail by name', () => {
    expect(kernel.jailId('pod.web')).toBe(4)
    expect(kernel.jailId('web')).toBeUndefined()
  })

  it('reads parameters of every type as jls prints them', () => {
    const names = ['jid', 'name', 'path', 'parent', 'persist', 'vnet', 'host', 'host.hostid', 'ip4.addr']
    expect(kernel.jailParams(4, names)).toEqual({
      jid: '4',
      name: 'pod.web',
      path: '/jails/web',
      parent: '3',
      persist: 'true',
      vnet: 'new',
      host: 'inherit',
      'host.hostid': '18446744073709551615',
      'ip4.addr': '10.0.0.1,10.0.0.2',
    })
    expect(kernel.jailParams(5, ['path'])).toBeUndefined()
    expect(failure(() => kernel.jailParams(4, ['nonsense']))).toMatchObject({
      errno: 'ENOENT',
      message: 'jail_get: unknown parameter: nonsense',
    })
  })

  it('counts the processes of child jails in', () => {
    expect(kernel.jailProcesses(3)).toEqual([30, 40, 41, 42])
    expect(kernel.jailProcesses(9)).toEqual([90])
    expect(kernel.jailProcesses(7)).toEqual([])
  })

  it('removes and attaches by number', () => {
    fake.functions.jail_remove = (jid: number) => (jid === 4 ? 0 : fail(EINVAL))
    kernel.jailRemove(4)
    fake.functions.jail_attach = (jid: number) => {
      // From here on the root is a hostile one: everything that is still needed has been looked up.
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
  it('identifies a process by the time since boot, which setting the clock does not change', () => {
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

  it('reads values as sysctl -n prints them', () => {
    expect(kernel.sysctl('kern.ostype')).toBe('FreeBSD')
    expect(kernel.sysctl('kern.boottime')).toBe('{ sec = 1700000000, usec = 0 }')
    expect(kernel.sysctl('kern.nonsense')).toBeUndefined()
    expect(kernel.sysctl('kern.racct')).toBeUndefined()
    expect(kernel.sysctl('kern.gone')).toBeUndefined()
    expect(kernel.sysctlExists('security.jail.param.host')).toBe(true)
    expect(kernel.sysctlExists('security.jail.param.allow.vmm')).toBe(false)
  })
})
