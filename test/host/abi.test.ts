import { constants } from 'node:os'
import { describe, expect, it } from 'vitest'
import { freebsd } from '../../src/host/abi/freebsd.ts'
import {
  CTLTYPE,
  decodeProcesses,
  decodeStatfs,
  directoriesOf,
  formatSysctl,
  STATFS_SIZE,
} from '../../src/host/abi/kinfo.ts'
import { linux } from '../../src/host/abi/linux.ts'
import { encodeIovec, encodeMessage, encodeRights, encodeUnixAddress } from '../../src/host/abi/socket.ts'
import { memoryOf } from '../../src/host/ffi/memory.ts'
import { formatParam } from '../../src/host/jail-params.ts'
import { signalName, signalNumber } from '../../src/host/signals.ts'

const int32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return memoryOf(bytes)
}
const int64 = (...values: bigint[]) => {
  const bytes = Buffer.alloc(values.length * 8)
  for (const [index, value] of values.entries()) bytes.writeBigInt64LE(value, index * 8)
  return bytes
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('numbers by name', () => {
  it('the numbers of FreeBSD differ from those of Linux where the systems differ', () => {
    const { signals, rlimits } = freebsd
    expect([signals.USR1, signals.CHLD, signals.CONT, signals.STOP, signals.BUS, signals.INFO]).toEqual([
      30, 20, 19, 17, 10, 29,
    ])
    expect([11, 35, 45, 62, 63, 78, 97].map(freebsd.errnoName)).toEqual([
      'EDEADLK',
      'EAGAIN',
      'EOPNOTSUPP',
      'ELOOP',
      'ENAMETOOLONG',
      'ENOSYS',
      'EINTEGRITY',
    ])
    expect([rlimits.MEMLOCK, rlimits.NPROC, rlimits.NOFILE, rlimits.AS, rlimits.KQUEUES]).toEqual([
      6, 7, 8, 10, 13,
    ])
  })

  it.runIf(process.platform === 'linux')('the numbers of Linux are those of the running system', () => {
    for (const [name, number] of Object.entries(linux.signals))
      if (!name.startsWith('RT'))
        expect([name, constants.signals[`SIG${name}` as NodeJS.Signals]]).toEqual([name, number])
    const named = Array.from({ length: 140 }, (_, number) => [number, linux.errnoName(number)] as const)
    expect(named.filter(([, name]) => name !== undefined).length).toBeGreaterThan(75)
    for (const [number, name] of named) {
      const known = (constants.errno as Record<string, number>)[name ?? '']
      if (known !== undefined) expect([name, known]).toEqual([name, number])
    }
  })

  it('signals are translated from name to number and back, aliases and real-time signals included', () => {
    expect(signalNumber('TERM')).toBe(15)
    expect(signalName(15)).toBe('TERM')
    expect(signalNumber('IOT')).toBe(signalNumber('ABRT'))
    expect(signalNumber('SIGTERM')).toBeUndefined()
    expect(signalNumber('toString')).toBeUndefined()
    const three = signalNumber('RTMIN+3')!
    expect(signalName(three)).toBe('RTMIN+3')
    expect(signalNumber('RTMAX-99')).toBeUndefined()
    expect(signalName(0)).toBeUndefined()
  })
})

describe('sockets', () => {
  it('a sockaddr_un has a length byte on FreeBSD only', () => {
    const onFreebsd = encodeUnixAddress(freebsd, '/run/s')
    expect(onFreebsd.length).toBe(9)
    expect(onFreebsd.bytes.length).toBe(106)
    expect(Buffer.from(onFreebsd.bytes.subarray(0, 9))).toEqual(Buffer.from('\x09\x01/run/s\0', 'latin1'))
    const onLinux = encodeUnixAddress(linux, '/run/s')
    expect(onLinux.bytes.length).toBe(110)
    expect(Buffer.from(onLinux.bytes.subarray(0, 9))).toEqual(Buffer.from('\x01\0/run/s\0', 'latin1'))
    // An abstract name has no NUL at its end.
    expect(encodeUnixAddress(linux, '\0name').length).toBe(7)
  })

  it('a socket path has at most 103 bytes on FreeBSD and 107 on Linux', () => {
    expect(encodeUnixAddress(freebsd, 'x'.repeat(103)).length).toBe(106)
    expect(() => encodeUnixAddress(freebsd, 'x'.repeat(104))).toThrow(RangeError)
    expect(encodeUnixAddress(linux, 'x'.repeat(107)).length).toBe(110)
    expect(() => encodeUnixAddress(linux, 'é'.repeat(54))).toThrow(RangeError)
  })

  it('the cmsghdr of SCM_RIGHTS has the widths of each host', () => {
    expect(hex(encodeRights(freebsd, 5))).toBe('14000000ffff0000010000000000000005000000'.padEnd(48, '0'))
    expect(hex(encodeRights(linux, 5))).toBe('1400000000000000010000000100000005000000'.padEnd(48, '0'))
  })

  it('a msghdr has the widths of each host', () => {
    const message = { iovAddress: 0x1122334455, controlAddress: 0x66778899aa, controlLength: 24 }
    const name = '0'.repeat(32)
    expect(hex(encodeMessage(freebsd, message))).toBe(
      `${name}5544332211000000${'01000000'}${'00000000'}aa99887766000000${'18000000'}${'00000000'}`,
    )
    expect(hex(encodeMessage(linux, message))).toBe(
      `${name}5544332211000000${'0100000000000000'}aa99887766000000${'1800000000000000'}${'0'.repeat(16)}`,
    )
    expect(hex(encodeIovec([[1, 2]]))).toBe(`01${'0'.repeat(14)}02${'0'.repeat(14)}`)
  })
})

describe('what FreeBSD tells', () => {
  const record = (pid: number, jid: number, stat: number, seconds: bigint, microseconds: bigint) => {
    const bytes = Buffer.alloc(1088, 0xee)
    bytes.writeInt32LE(1088, 0)
    bytes.writeInt32LE(pid, 72)
    bytes.writeBigInt64LE(seconds, 336)
    bytes.writeBigInt64LE(microseconds, 344)
    bytes.writeInt8(stat, 388)
    bytes.writeInt32LE(jid, 592)
    return bytes
  }

  it('decodeProcesses reads pid, jail, start time and state of each kinfo_proc', () => {
    const bytes = Buffer.concat([record(77, 3, 5, 1700000000n, 12n), record(99999, 0, 4, 1n, 999999n)])
    expect(decodeProcesses(memoryOf(bytes))).toEqual([
      { pid: 77, jid: 3, startMicroseconds: 1700000000000012n, zombie: true, stopped: false },
      { pid: 99999, jid: 0, startMicroseconds: 1999999n, zombie: false, stopped: true },
    ])
    expect(decodeProcesses(memoryOf(bytes.subarray(0, 1500)))).toHaveLength(1)
    expect(decodeProcesses(memoryOf([]))).toEqual([])
    expect(decodeProcesses(memoryOf(Buffer.alloc(1088)))).toEqual([])
  })

  it('directoriesOf finds the descriptors that are directories in kinfo_file, and not the working directory', () => {
    const file = (size: number, type: number, fd: number, vnode: number) => {
      const bytes = Buffer.alloc(size)
      for (const [offset, value] of [
        [0, size],
        [4, type],
        [8, fd],
        [32, vnode],
      ] as const)
        bytes.writeInt32LE(value, offset)
      return bytes
    }
    const records = [
      file(400, 1, -1, 2),
      file(368, 1, 0, 4),
      file(376, 1, 5, 2),
      file(400, 2, 6, 2),
      file(360, 1, 12, 2),
    ]
    expect(directoriesOf(memoryOf(Buffer.concat(records)))).toEqual([5, 12])
  })

  it('decodeStatfs reads type, source, mount point, fsid and flags', () => {
    const bytes = Buffer.alloc(STATFS_SIZE)
    bytes.writeUInt32LE(0x20140518, 0)
    // The flags are MNT_LOCAL, MNT_IGNORE, MNT_NOSUID and MNT_RDONLY.
    bytes.writeBigUInt64LE(0x801009n, 8)
    Buffer.from('0102030405060708', 'hex').copy(bytes, 192)
    bytes.write('nullfs', 280)
    bytes.write('/jails/base', 296)
    // The longest possible path leaves no room for a NUL at its end.
    bytes.write(`/${'m'.repeat(1023)}`, 1320)
    expect(decodeStatfs(memoryOf(bytes))).toEqual({
      fsid: '0102030405060708',
      fstype: 'nullfs',
      from: '/jails/base',
      on: `/${'m'.repeat(1023)}`,
      flags: ['ro', 'nosuid', 'ignore'],
    })
  })

  it.each([
    [CTLTYPE.STRING, 'A', Buffer.from('FreeBSD\0'), 'FreeBSD'],
    [CTLTYPE.INT, 'I', int32(-1), '-1'],
    [CTLTYPE.UINT, 'IU', int32(-1), '4294967295'],
    [CTLTYPE.ULONG, 'LU', int64(-1n), '18446744073709551615'],
    [CTLTYPE.LONG, 'L', Buffer.concat([int64(1n), int64(-2n)]), '1 -2'],
    [CTLTYPE.U8, 'CU', Buffer.from([255]), '255'],
    [CTLTYPE.OPAQUE, 'S,timeval', int64(1700000000n, 42n), '{ sec = 1700000000, usec = 42 }'],
    [CTLTYPE.OPAQUE, 'S,clockinfo', int64(1n), undefined],
    [CTLTYPE.NODE, 'N', Buffer.alloc(0), undefined],
  ])(
    'formatSysctl prints a value of type %i and format %s as sysctl(8) does',
    (kind, format, bytes, text) => {
      expect(formatSysctl(kind, format, memoryOf(bytes))).toBe(text)
    },
  )

  it('formatParam prints jail parameters as jls(8) does', () => {
    expect(formatParam({ kind: 'bool', size: 4 }, int32(1))).toBe('true')
    expect(formatParam({ kind: 'bool', size: 4 }, int32(0))).toBe('false')
    expect([0, 1, 2].map(value => formatParam({ kind: 'jailsys', size: 4 }, int32(value)))).toEqual([
      'disable',
      'new',
      'inherit',
    ])
    expect(formatParam({ kind: 'string', size: 8 }, memoryOf(Buffer.from('/a b\0xx')))).toBe('/a b')
    expect(formatParam({ kind: 'number', size: 4, ctltype: CTLTYPE.INT }, int32(-1))).toBe('-1')
    expect(formatParam({ kind: 'ip4', size: 8 }, memoryOf(Buffer.from([10, 0, 0, 1, 192, 168, 1, 2])))).toBe(
      '10.0.0.1,192.168.1.2',
    )
    expect(formatParam({ kind: 'ip4', size: 8 }, memoryOf(Buffer.alloc(0)))).toBe('')
  })

  it.each([
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000000000001', '::1'],
    ['fe800000000000000000000000000000', 'fe80::'],
    ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['20010db8000100000001000000010001', '2001:db8:1:0:1:0:1:1'],
    ['fd000000000000010000000000000002', 'fd00:0:0:1::2'],
  ])('formatParam prints the address %s as inet_ntop(3) does', (hex, text) => {
    expect(formatParam({ kind: 'ip6', size: 16 }, memoryOf(Buffer.from(hex, 'hex')))).toBe(text)
  })
})
