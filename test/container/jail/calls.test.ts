import { beforeEach, describe, expect, it } from 'vitest'
import { perform } from '../../../src/container/jail/calls.ts'
import { SyscallError, ToolError } from '../../../src/errors.ts'
import { type FakeHost, fakeHost } from '../fake-host.ts'

let host: FakeHost
beforeEach(() => {
  host = fakeHost()
})

describe('a call of a plan', () => {
  it('a call of rctl is the system call for each of its rules', () => {
    const added: string[] = []
    const removed: string[] = []
    host.kernel.rctlAddRule = rule => void added.push(rule)
    host.kernel.rctlRemoveRule = filter => void removed.push(filter)
    const rules = ['jail:web:memoryuse:deny=1G', 'jail:web:maxproc:deny=9']
    expect(perform(host, { tool: 'rctl', args: ['-a', ...rules] })).toBe('')
    expect(perform(host, { tool: 'rctl', args: ['-r', 'jail:web'] })).toBe('')
    expect(added).toEqual(rules)
    expect(removed).toEqual(['jail:web'])
    expect(host.calls).toEqual([])
  })

  it("a call of cpuset for a jail is the system call with the jail's number", () => {
    host.jails.set('web', 7)
    perform(host, { tool: 'cpuset', args: ['-l', '0-2,5', '-j', 'web'] })
    expect(host.calls).toEqual(['cpuset -l 0,1,2,5 -j 7'])
  })

  it('a call of cpuset for a missing jail fails in the words of the tool', () => {
    expect(() => perform(host, { tool: 'cpuset', args: ['-l', '0', '-j', 'web'] })).toThrow(
      expect.objectContaining({ stderr: 'cpuset: "web": jail not found' }),
    )
  })

  it('a call that a system call refuses fails in the words of the tool, with its whole command line', () => {
    host.kernel.rctlAddRule = () => {
      throw new SyscallError('rctl_add_rule', 'ENOSYS', 'Function not implemented')
    }
    const args = ['-a', 'jail:web:maxproc:deny=9']
    expect(() => perform(host, { tool: 'rctl', args })).toThrow(
      expect.objectContaining({
        stderr: "rctl: failed to add rule 'jail:web:maxproc:deny=9': Function not implemented",
        argv: ['rctl', ...args],
      }),
    )
  })

  it('a call ignores the failures that it names, and fails by any other', () => {
    host.kernel.rctlRemoveRule = () => {
      throw new SyscallError('rctl_remove_rule', 'ESRCH', 'No such process')
    }
    const call = { tool: 'rctl', args: ['-r', 'jail:web'] } as const
    expect(perform(host, { ...call, ignore: ['No such process'] })).toBe('')
    expect(() => perform(host, { ...call, ignore: ['Operation not permitted'] })).toThrow(ToolError)
  })

  it("a call passes on an error that is not the kernel's", () => {
    host.kernel.rctlAddRule = () => {
      throw new TypeError('a bug')
    }
    expect(() => perform(host, { tool: 'rctl', args: ['-a', 'x'] })).toThrow(TypeError)
  })

  it('a call of any other tool, or of these in another form, runs the tool and returns its output', () => {
    host.answers.set('ifconfig epair create', { status: 0, stdout: 'epair0a\n', stderr: '' })
    expect(perform(host, { tool: 'ifconfig', args: ['epair', 'create'] })).toBe('epair0a\n')
    perform(host, { tool: 'cpuset', args: ['-l', '0', '-p', '77'] })
    perform(host, { tool: 'rctl', args: ['-h'] })
    expect(host.calls).toEqual(['ifconfig epair create', 'cpuset -l 0 -p 77', 'rctl -h'])
  })
})
