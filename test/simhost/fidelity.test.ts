import { describe, expect, it } from 'vitest'
import { compare, inPlace, normalize } from '../../conformance/simhost/fidelity-normal.ts'

const nodes = new Set(['null', 'zero'])
const out = (stdout: string, stderr = '', status = 0) => ({ status, stdout, stderr })

describe('what a replay compares', () => {
  it('a replay leaves out dates, addresses, option bits and sizes, and nothing else', () => {
    expect(normalize('\tether 58:9c:fc:10:96:8d\n\toptions=60001b<RXCSUM>')).toBe('\tether MAC\n\tOPTIONS')
    expect(normalize('-rw-r--r--  1 root wheel 12 Nov 22 00:30 f')).toBe(
      normalize('-rw-r--r--  1 root wheel 4711 Jan  3  2025 f'),
    )
    expect(normalize('-rw-r--r--  1 root wheel 12 Nov 22 00:30 f')).not.toBe(
      normalize('-rw-r--r--  1 root operator 12 Nov 22 00:30 f'),
    )
    expect(normalize('flags=8008<LOOPBACK>')).toBe('flags=8008<LOOPBACK>')
  })

  it('a replay compares only the first line of a usage message', () => {
    expect(
      compare('jail', out('', 'usage: jail [-dh]\n  a\n'), out('', 'usage: jail [-dh]\n  b\n'), nodes),
    ).toEqual([])
    expect(compare('jail', out('', 'usage: jail [-dh]\n'), out('', 'usage: jail [-d]\n'), nodes)).toEqual([
      'stderr',
    ])
  })

  it('a replay leaves out device names that only one machine has', () => {
    expect(compare('ls /jt/dev', out('null\nvtbd0\nzero\n'), out('null\nzero\n'), nodes)).toEqual([])
    expect(compare('ls /jt/dev', out('null\nzero\n'), out('null\n'), nodes)).toEqual(['stdout'])
  })

  it('a replay names each part that differs', () => {
    expect(compare('x', out('a', 'b', 1), out('c', 'd', 2), nodes)).toEqual(['status', 'stdout', 'stderr'])
  })
})

describe('a single program runs in the place of the shell, as in FreeBSD', () => {
  it.each([
    ['jexec e sh -c "kill -9 \\$\\$"', true],
    ["devfs rule -s 1 add path 'a;b' hide", true],
    ['ls | wc -l', false],
    ['a; b', false],
    ['echo hi', false],
    ['X=1 env', false],
    ['umask', false],
    ['cat < f', false],
  ])('%s: %s', (command, replaced) => {
    expect(inPlace(command)).toBe(replaced ? `exec ${command}` : command)
  })
})
