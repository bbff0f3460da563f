import { describe, expect, it } from 'vitest'
import { cpusetTool, parseCpuList } from '../../conformance/simhost/rules/limits/cpuset.ts'
import { rctlTool } from '../../conformance/simhost/rules/limits/rctl.ts'
import { RctlKernel } from '../../conformance/simhost/rules/limits/rctl-kernel.ts'
import { RESOURCES } from '../../conformance/simhost/rules/limits/rules.ts'
import { KernelError } from '../../conformance/simhost/text/errno.ts'
import { expandNumber, humanizeNumber } from '../../conformance/simhost/text/numbers.ts'

function host(enabled = true) {
  const kernel = new RctlKernel({
    enabled,
    processExists: pid => pid === 1,
    usage: () => ({ maxproc: 3n, memoryuse: 5n << 20n }),
  })
  return (words: string) =>
    rctlTool(words === '' ? [] : words.split(' '), {
      kernel,
      privileged: true,
      owners: () => [['jail', 'web']],
    })
}

describe('rctl(8)', () => {
  it('rctl(8) lists the newest rule first, and replaces a deny rule that differs in its amount', () => {
    const rctl = host()
    rctl('-a jail:web:memoryuse:deny=64m jail:web:maxproc:deny=10')
    rctl('-a jail:ghost:maxproc:deny=1')
    rctl('-a jail:web:memoryuse:deny=1g')
    rctl('-a jail:web:memoryuse:log=1g')
    expect(rctl('').stdout).toBe(
      'jail:ghost:maxproc:deny=1\njail:web:memoryuse:log=1073741824\njail:web:memoryuse:deny=1073741824\njail:web:maxproc:deny=10\n',
    )
    expect(rctl('-h j:web:memoryuse').stdout).toContain('deny=1024M\n')
  })

  it('the exit status of rctl(8) is the number of arguments that failed', () => {
    const rctl = host()
    const answer = rctl('-a jail:x:nosuch:deny=1 jail:x:maxproc:deny=1 jail:x:maxproc:deny=zz')
    expect(answer.status).toBe(2)
    expect(answer.stderr).toBe(
      "rctl: failed to add rule 'jail:x:nosuch:deny=1': Invalid argument\nrctl: malformed rule 'jail:x:maxproc:deny=zz': invalid numeric value 'zz'\n",
    )
    expect(rctl('').stdout).toBe('jail:x:maxproc:deny=1\n')
  })

  it.each([
    ['-a jail:x:cputime:deny=1', 'Operation not supported'],
    ['-a jail:x:pcpu:throttle=1', 'Operation not supported'],
    ['-a jail:x:swapuse:deny=1/process', 'Operation not supported'],
    ['-a process:99:maxproc:deny=1', 'No such process'],
    ['-a jail:x:pcpu:deny=99999999999999999', 'Result too large'],
    ['-r jail:x', 'No such process'],
    ['-l jail:x', 'Operation not supported'],
    ['-u jail:', 'Invalid argument'],
  ])('%s: %s', (words, reason) => {
    const answer = host()(words)
    expect(answer.status).toBe(1)
    expect(answer.stderr).toMatch(new RegExp(`: ${reason}\n$`))
  })

  it('rctl(8) names the tunable when accounting is off', () => {
    expect(host(false)('-u jail:web').stderr).toBe(
      'rctl: RACCT/RCTL present, but disabled; enable using kern.racct.enable=1 tunable\n',
    )
  })

  it('rctl -u shows the usage of every resource in order', () => {
    const lines = host()('-u jail:web').stdout.trimEnd().split('\n')
    expect(lines.map(line => line.split('=')[0])).toEqual([...RESOURCES])
    expect(lines).toContain('maxproc=3')
    expect(host()('-hu jail:web').stdout).toContain('memoryuse=5120K\n')
  })
})

describe('cpuset(1) of 15.1', () => {
  it('cpuset(1) takes a list up to its first mistake', () => {
    const all = [0, 1, 2, 3]
    expect(parseCpuList('0-1,foo', all)).toEqual([0, 1])
    expect(parseCpuList('0-1, 3', all)).toEqual([0, 1])
    expect(parseCpuList('foo', all)).toEqual([])
    expect(parseCpuList('3-0', all)).toEqual([])
    expect(parseCpuList('all', all)).toEqual(all)
    expect(parseCpuList('0,2-3', all)).toEqual([0, 2, 3])
  })

  it('cpuset(1) prints masks and policies, or the reason why it cannot', () => {
    const run = (words: string) =>
      cpusetTool(words.split(' '), {
        all: [0, 1],
        jail: name => (name === 'web' ? 7 : undefined),
        getAffinity: () => [0, 1],
        setAffinity: (_, mask) => {
          if (mask.length === 0) throw new KernelError('EDEADLK')
        },
        setId: () => 42,
        self: 1,
      })
    expect(run('-g -j web').stdout).toBe('jail 7 mask: 0, 1\njail 7 domain policy: first-touch mask: 0\n')
    expect(run('-g -i -j web').stdout).toBe('jail 7 cpuset id: 42\n')
    expect(run('-l 0 -j ghost').stderr).toBe('cpuset: jail "ghost" not found\n')
    expect(run('-l x -j web').stderr).toBe('cpuset: setaffinity: Resource deadlock avoided\n')
    expect(run('-l 0 echo hi').execute).toEqual({ mask: [0], argv: ['echo', 'hi'] })
  })
})

describe('numbers', () => {
  it('numbers are read as by expand_number(3) and printed as by humanize_number(3)', () => {
    expect(expandNumber('1m')).toBe(1_048_576n)
    expect(expandNumber('0x10')).toBe(16n)
    expect(expandNumber('010')).toBe(8n)
    expect(expandNumber('1.5g')).toBeUndefined()
    expect(['9999', '10000', '1048576', '67108864'].map(n => humanizeNumber(BigInt(n), 6))).toEqual([
      '9999',
      '9.8K',
      '1024K',
      '64M',
    ])
  })
})
