/** The bytes of structures for FreeBSD's kernel. A program on FreeBSD 15.1 has printed the sizes and numbers. */
import { describe, expect, it } from 'vitest'
import { DEVFS_RULE, decodeRule, encodeRule, ruleNumber } from '../../src/host/abi/devfs-rule.ts'
import { address6Request, addressRequest, interfaceRequest } from '../../src/host/abi/interface-request.ts'
import { parseIp4, parseIp6 } from '../../src/host/abi/internet-address.ts'
import { encodeParam, typeOf, withNo, withoutNo } from '../../src/host/abi/jail-value.ts'
import { CTLTYPE } from '../../src/host/abi/kinfo.ts'
import { parseMode } from '../../src/host/abi/mode.ts'
import { accountsOf } from '../../src/host/freebsd/accounts.ts'

const ids = {
  user: (name: string) => ({ root: 0, operator: 2 })[name],
  group: (name: string) => ({ wheel: 0, video: 44 })[name],
}
const names = {
  user: (uid: number) => ({ 0: 'root', 2: 'operator' })[uid],
  group: (gid: number) => ({ 0: 'wheel', 44: 'video' })[gid],
}
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('struct devfs_rule', () => {
  it('a rule with all conditions and actions has the bytes that devfs(8) makes of it', () => {
    const rule = encodeRule(
      7,
      '300 type disk type tty path dri/* unhide user operator group 44 mode 0660 include 3',
      ids,
    )
    const expected = Buffer.alloc(236)
    expected.writeUInt32LE(0xdb0a087a, 0)
    expected.writeUInt32LE((7 << 16) | 300, 4)
    expected.writeUInt32LE(3, 8)
    expected.writeUInt32LE(2 | 4, 12)
    expected.write('dri/*', 16)
    expected.writeUInt32LE(0x1f, 216)
    expected.writeUInt32LE(2, 220)
    expected.writeUInt32LE(2, 224)
    expected.writeUInt32LE(44, 228)
    expected.writeUInt16LE(0o660, 232)
    expected.writeUInt16LE(3, 234)
    expect(hex(rule)).toBe(hex(expected))
    expect(ruleNumber(rule)).toBe(300)
  })

  it.each([
    'hide',
    'path null unhide',
    'type disk type mem type tape type tty path a*b hide unhide',
    'path pts/* unhide user root group video mode 620',
    'path x user 1234 group 99',
    'include 4',
  ])('a rule is decoded as it was written: %s', text => {
    expect(decodeRule(encodeRule(9, text, ids), names)).toBe(text)
  })

  it.each([
    ['', 'unexpected end of rulespec'],
    ['path', 'expecting argument for path'],
    ['type x hide', 'unknown type: x'],
    ['hide path x', 'unknown argument: path'],
    ['mode 9', 'invalid mode: 9'],
    ['user nobody-here', 'error converting to integer: nobody-here'],
    ['include 65536', 'error converting to number: 65536'],
    [`path ${'x'.repeat(200)} hide`, 'pattern specified too long'],
  ])('the rule "%s" is refused in devfs(8)\'s words', (text, message) => {
    expect(() => encodeRule(1, text, ids)).toThrow(message)
  })

  it('a rule holds a pattern of 199 bytes and the NUL behind it', () => {
    const rule = encodeRule(1, `path ${'x'.repeat(199)} hide`, ids)
    expect(rule[DEVFS_RULE.pattern + 198]).toBe(120)
    expect(rule[DEVFS_RULE.pattern + 199]).toBe(0)
    expect(rule.length).toBe(236)
  })
})

it('parseMode reads the modes that chmod(1) takes, applied to a mode of 0', () => {
  expect(
    ['0660', '4755', 'u=rw', 'u=rwx,go=rx', 'a+r', '+x', 'u+s,g-w', '8', 'u=q', '10000'].map(parseMode),
  ).toEqual([0o660, 0o4755, 0o600, 0o755, 0o444, 0o111, 0o4000, undefined, undefined, undefined])
})

it('accountsOf reads the entries of passwd(5) and group(5), and skips lines that are no entries', () => {
  expect(accountsOf('# $FreeBSD$\nroot:*:0:0:Charlie &:/root:/bin/sh\nvideo:*:44:\n\nodd\n+:::\n')).toEqual([
    ['root', 0],
    ['video', 44],
  ])
})

describe('values of jail_set(2)', () => {
  const bool = typeOf(CTLTYPE.INT, 'B', 0)!
  const jailsys = typeOf(CTLTYPE.INT, 'E,jailsys', 0)!
  const value = (name: string, kind: number, format: string, text: string | true) => {
    const encoded = encodeParam(name, typeOf(kind, format, 256)!, text)
    return encoded.value && hex(encoded.value)
  }

  it('a boolean parameter is encoded without a value, under its negative name when it is off', () => {
    expect(encodeParam('persist', bool, true)).toEqual({ name: 'persist', value: null })
    expect(encodeParam('persist', bool, 'FALSE')).toEqual({ name: 'nopersist', value: null })
    expect(encodeParam('allow.mount.tmpfs', bool, '0')).toEqual({ name: 'allow.mount.notmpfs', value: null })
    expect(encodeParam('allow.nomount', bool, 'true', true)).toEqual({ name: 'allow.nomount', value: null })
    expect(encodeParam('allow.nomount', bool, 'false', true)).toEqual({ name: 'allow.mount', value: null })
    expect([
      withNo('allow.x'),
      withoutNo('nopersist'),
      withoutNo('allow.nomount'),
      withoutNo('persist'),
    ]).toEqual(['allow.nox', 'persist', 'allow.mount', undefined])
  })

  it('encodeParam encodes strings, numbers, jailsys words and addresses', () => {
    expect(value('path', CTLTYPE.STRING, 'A', '/r\u00e9')).toBe('2f72c3a900')
    expect(value('path', CTLTYPE.STRING, 'A', true)).toBe('00')
    expect(value('securelevel', CTLTYPE.INT, 'I', '-1')).toBe('ffffffff')
    expect(value('children.max', CTLTYPE.INT, 'I', true)).toBe('00000000')
    expect(value('host.hostid', CTLTYPE.ULONG, 'LU', '18446744073709551615')).toBe('ffffffffffffffff')
    expect(value('vnet', CTLTYPE.INT, 'E,jailsys', true)).toBe('01000000')
    expect(value('host', CTLTYPE.INT, 'E,jailsys', 'inherit')).toBe('02000000')
    expect(value('ip4.addr', CTLTYPE.OPAQUE, 'S,in_addr,a', '10.0.0.1,10.0.0.2')).toBe('0a0000010a000002')
    expect(value('ip4.addr', CTLTYPE.OPAQUE, 'S,in_addr,a', '-')).toBe('')
    expect(value('ip6.addr', CTLTYPE.OPAQUE, 'S,in6_addr,a', '2001:db8::1')).toBe(
      '20010db8000000000000000000000001',
    )
  })

  it.each([
    ['allow.mlock', bool, 'x', 'allow.mlock: unknown boolean value "x"'],
    ['vnet', jailsys, 'old', 'vnet: unknown jailsys value "old"'],
    ['securelevel', typeOf(CTLTYPE.INT, 'I', 0)!, '1x', 'securelevel: non-integer value "1x"'],
    [
      'ip4.addr',
      typeOf(CTLTYPE.OPAQUE, 'S,in_addr,a', 0)!,
      '1.2.3.4/8',
      'ip4.addr: not an IPv4 address: 1.2.3.4/8',
    ],
    ['ip6.addr', typeOf(CTLTYPE.OPAQUE, 'S,in6_addr,a', 0)!, '::1,', 'ip6.addr: not an IPv6 address: '],
  ] as const)(
    "a value of %s that the type does not have is refused in libjail's words",
    (name, type, text, message) => {
      expect(() => encodeParam(name, type, text)).toThrow(message)
    },
  )

  it('typeOf has no type for an oid that libjail has no type for', () => {
    expect(typeOf(CTLTYPE.OPAQUE, 'S,timeval', 0)).toBeUndefined()
    expect(typeOf(CTLTYPE.NODE, 'N', 0)).toBeUndefined()
  })
})

describe('internet addresses', () => {
  it.each([
    ['::', '0'.repeat(32)],
    ['::1', `${'0'.repeat(31)}1`],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['1::8', '00010000000000000000000000000008'],
    ['fe80::', `fe80${'0'.repeat(28)}`],
    ['::ffff:1.2.3.4', '00000000000000000000ffff01020304'],
  ])('the address %s is read as inet_pton(3) reads it', (text, expected) => {
    expect(hex(parseIp6(text)!)).toBe(expected)
  })

  it('a text that is no internet address is refused', () => {
    const six = [
      ':',
      '1',
      '1:2:3:4:5:6:7:8:9',
      '1::2::3',
      '12345::',
      '::1/128',
      '1.2.3.4::',
      ':1::2',
      '1:2:3:4:5:6:7::8',
    ]
    expect(six.filter(text => parseIp6(text) !== undefined)).toEqual([])
    const four = ['', '1.2.3', '1.2.3.4.5', '01.2.3.4', '256.1.1.1', '1.2.3.x']
    expect(four.filter(text => parseIp4(text) !== undefined)).toEqual([])
  })
})

describe('requests on an interface', () => {
  it('addressRequest gives lo0 an IPv4 address with its mask', () => {
    const expected = Buffer.alloc(68)
    expected.write('lo0', 0)
    expected.set([16, 2, 0, 0, 127, 0, 0, 1], 16)
    expected.set([16, 2, 0, 0, 255, 0, 0, 0], 48)
    expect(hex(addressRequest('lo0', Uint8Array.of(127, 0, 0, 1), 8))).toBe(hex(expected))
  })

  it('address6Request gives lo0 an IPv6 address that never expires', () => {
    const expected = Buffer.alloc(136)
    expected.write('lo0', 0)
    expected.set([28, 28], 16)
    expected[16 + 8 + 15] = 1
    expected.set([28, 28], 72)
    expected.fill(0xff, 72 + 8, 72 + 24)
    expected.fill(0xff, 120, 128)
    expect(hex(address6Request('lo0', parseIp6('::1')!, 128))).toBe(hex(expected))
  })

  it('addressRequest counts the bits of a prefix that is no whole number of bytes', () => {
    expect([...addressRequest('x', Uint8Array.of(10, 1, 2, 3), 20).subarray(52, 56)]).toEqual([
      255, 255, 240, 0,
    ])
  })

  it("interfaceRequest has the interface's name and room for its flags", () => {
    expect(interfaceRequest('lo0').length).toBe(32)
  })
})
