/** jail(8)'s parameters, as libjail and usr.sbin/jail/config.c read them. The tests need no host. */
import { describe, expect, it } from 'vitest'
import type { Param } from '../../conformance/simhost/rules/jail/catalogue.ts'
import { parseValue, resolve, ValueError } from '../../conformance/simhost/rules/jail/values.ts'
import { readConf } from '../../conformance/simhost/tools/jail/conf.ts'
import type { ConfJail } from '../../conformance/simhost/tools/jail/conf-jail.ts'
import {
  addArguments,
  checkInternals,
  isTrue,
  isWild,
  sameParameter,
  wildMatch,
} from '../../conformance/simhost/tools/jail/words.ts'

const param = (name: string, type: Param['type']): Param => ({ name, type, description: '' })
const value = (type: Param['type'], text?: string, negative = false) =>
  parseValue({ param: param('p', type), negative }, text)
const anonymous = (...args: string[]): ConfJail => {
  const jail: ConfJail = { name: '', params: new Map(), complaints: [] }
  addArguments(jail, args)
  return jail
}

describe('values (libjail)', () => {
  it('a boolean value is a word in any case or a decimal number, and an empty value is false', () => {
    expect(['TRUE', 'False', '2', '-1', ' 1', '0', ''].map(text => value('bool', text))).toEqual([
      true,
      false,
      true,
      true,
      true,
      false,
      false,
    ])
    expect(value('bool')).toBe(true)
    expect(value('bool', undefined, true)).toBe(false)
    expect(value('bool', '0', true)).toBe(true)
    for (const text of ['yes', '0x1', '1 ', 'tru'])
      expect(() => value('bool', text)).toThrow(`p: unknown boolean value "${text}"`)
    expect(() => value('bool', 'x', true)).toThrow('nop: unknown boolean value "x"')
  })

  it('a number is decimal and cut to 32 bits, and an empty value is 0', () => {
    expect(['010', '+7', '-3', '', '4294967297'].map(text => value('int', text))).toEqual([10, 7, -3, 0, 1])
    expect(value('int')).toBe(0)
    expect(value('ulong', '-1')).toBe('18446744073709551615')
    for (const text of ['0x2', '1k', '1,2', '1.5'])
      expect(() => value('int', text)).toThrow(`p: non-integer value "${text}"`)
  })

  it('a jailsys value is a word or a number, and new when there is none', () => {
    expect(['DISABLE', '1', 'inherit', '', '5'].map(text => value('jailsys', text))).toEqual([
      'disable',
      'new',
      'inherit',
      'new',
      '5',
    ])
    expect(() => value('jailsys', 'sometimes')).toThrow(ValueError)
  })

  it('an address list has no empty element and no scope, and is empty for "-"', () => {
    expect(value('ip4', '-')).toEqual([])
    expect(value('ip6', 'FD00:0::5,::1')).toEqual(['fd00::5', '::1'])
    expect(() => value('ip4', '1.2.3.4,')).toThrow('p: not an IPv4 address: ')
    expect(() => value('ip4', '01.2.3.4')).toThrow('p: not an IPv4 address: 01.2.3.4')
    expect(() => value('ip6', 'fe80::1%lo0')).toThrow('p: not an IPv6 address: fe80::1%lo0')
  })

  it('only a boolean parameter has a no form', () => {
    const known = [param('persist', 'bool'), param('vnet', 'jailsys'), param('allow.mount', 'bool')]
    const t = (name: string) => known.find(p => p.name === name)
    expect(resolve(t, 'nopersist')?.negative).toBe(true)
    expect(resolve(t, 'allow.nomount')?.param.name).toBe('allow.mount')
    expect(resolve(t, 'novnet')).toBeUndefined()
    expect(resolve(t, 'noallow.mount')).toBeUndefined()
  })
})

describe('the list of parameters (config.c)', () => {
  it('a parameter and its no form are one parameter, a list grows, and a flag empties it', () => {
    expect(sameParameter('allow.mount', 'allow.nomount')).toBe(true)
    expect(sameParameter('noexec.clean', 'exec.clean')).toBe(true)
    expect(sameParameter('exec.start', 'exec.stop')).toBe(false)
    const jail = anonymous('persist', 'ip4.addr=1.1.1.1,2.2.2.2', 'ip4.addr=3.3.3.3', 'nopersist')
    expect([...jail.params]).toEqual([
      ['nopersist', []],
      ['ip4.addr', ['1.1.1.1', '2.2.2.2', '3.3.3.3']],
    ])
    expect(isTrue(jail, 'persist')).toBe(false)
    expect(isTrue(anonymous('mount.nodevfs=0'), 'mount.devfs')).toBe(true)
  })

  it('the name of a jail is given once', () => {
    expect(anonymous('name=a', 'name=b').complaints).toEqual(['cannot redefine parameter "name".'])
    expect(anonymous('jid=1', 'name=b').complaints).toEqual([])
    const [jail] = readConf('x { name = y; path = "$nope/$name"; }', 'f', () => [])
    expect(jail?.complaints).toEqual(['cannot redefine parameter "name".', 'path: variable "nope" not found'])
  })

  it('the parameter command takes the rest of the words', () => {
    expect(anonymous('command=/bin/echo', 'a=b', 'persist').params.get('command')).toEqual([
      '/bin/echo',
      'a=b',
      'persist',
    ])
  })

  it('jail(8) checks the values of its own booleans and numbers', () => {
    expect(
      checkInternals(anonymous('exec.clean=maybe', 'stop.timeout=', 'exec.timeout=5', 'mount.devfs=')),
    ).toEqual(['exec.clean: unknown boolean value "maybe"', 'stop.timeout: non-integer value ""'])
  })

  it('a wildcard stands for a whole component of a name', () => {
    expect(['*', 'a.*', '*.b', 'a*'].map(isWild)).toEqual([true, true, true, false])
    expect(wildMatch('a.b.c', 'a.*')).toBe(true)
    expect(wildMatch('a.b.c', '*.c')).toBe(false)
    expect(wildMatch('a', 'a.*')).toBe(false)
    expect(wildMatch('x.b', '*.b')).toBe(true)
  })

  it('a variable that is a list is inserted as a whole when it stands alone', () => {
    const [jail] = readConf(
      '$ips = "1.1.1.1", "2.2.2.2"; j { ip4.addr = $ips; path = "/$ips"; }',
      'f',
      () => [],
    )
    expect(jail?.params.get('ip4.addr')).toEqual(['1.1.1.1', '2.2.2.2'])
    expect(jail?.complaints).toEqual(['path: array cannot be substituted inline'])
  })
})
