import { afterEach, describe, expect, it, vi } from 'vitest'
import { forwardSignals } from '../../../src/container/process/forward-signals.ts'
import { SyscallError } from '../../../src/errors.ts'
import { fakeHost } from '../fake-host.ts'

const signals = vi.hoisted(() => ({ pending: [] as string[], blocked: [] as string[] }))
vi.mock('../../../src/host/processes.ts', async original => ({
  ...(await original<typeof import('../../../src/host/processes.ts')>()),
  blockSignals: (names: readonly string[]) => {
    signals.blocked = [...names]
    return () => {
      signals.blocked = []
    }
  },
  nextSignal: () => {
    const name = signals.pending.shift()
    return name === undefined ? undefined : { name, pid: 1 }
  },
}))

afterEach(() => {
  signals.pending = []
})

describe('signals for a program', () => {
  function recording() {
    const host = fakeHost()
    const sent: string[] = []
    host.process = {
      ...host.process,
      kill: (pid, signal) => {
        if (pid === 666) throw new SyscallError('kill', 'ESRCH', 'No such process')
        sent.push(`${host.signalName(signal)} to ${pid}`)
      },
    }
    return { host, sent }
  }

  it('signals for a program are kept until it exists, then forwarded, and then act on this process again', () => {
    const { host, sent } = recording()
    const forwarding = forwardSignals(host)
    expect(signals.blocked).toEqual(expect.arrayContaining(['HUP', 'INT', 'QUIT', 'TERM', 'USR1', 'USR2']))
    signals.pending.push('USR2', 'HUP')
    forwarding.pass(0)
    expect(sent).toEqual([])
    forwarding.to(77)
    forwarding.pass(0)
    expect(sent).toEqual(['USR2 to 77', 'HUP to 77'])
    signals.pending.push('USR2')
    forwarding.pass(0)
    expect(sent).toEqual(['USR2 to 77', 'HUP to 77', 'USR2 to 77'])
    forwarding.stop()
    expect(signals.blocked).toEqual([])
  })

  it("signals go to nobody once the program has ended, whose pid may be another process's by then", () => {
    const { host, sent } = recording()
    const forwarding = forwardSignals(host)
    forwarding.to(77)
    forwarding.ended()
    signals.pending.push('TERM')
    forwarding.pass(0)
    forwarding.stop()
    expect(sent).toEqual([])
    expect(signals.pending).toEqual([])
  })

  it('the ends of children are not forwarded, and a SIGCONT also restores this side', () => {
    const { host, sent } = recording()
    let woken = 0
    const forwarding = forwardSignals(host, () => {
      woken += 1
    })
    forwarding.to(77)
    signals.pending.push('CHLD', 'CONT')
    forwarding.pass(0)
    expect({ sent, woken }).toEqual({ sent: ['CONT to 77'], woken: 1 })
    forwarding.stop()
  })

  it('a signal to a program that has just ended is no error', () => {
    const { host } = recording()
    const forwarding = forwardSignals(host)
    forwarding.to(666)
    signals.pending.push('USR2')
    expect(() => forwarding.pass(0)).not.toThrow()
    forwarding.stop()
  })
})
