import { describe, expect, it } from 'vitest'
import { forwardSignals } from '../../../src/container/process/forward-signals.ts'
import { SyscallError } from '../../../src/errors.ts'
import { fakeHost } from '../fake-host.ts'

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

  it('are kept until the program is there, then passed on, then let alone', () => {
    const { host, sent } = recording()
    const others = process.listenerCount('SIGUSR2')
    const signals = forwardSignals(host)
    process.emit('SIGUSR2')
    process.emit('SIGHUP')
    expect(sent).toEqual([])
    signals.to(77)
    expect(sent).toEqual(['USR2 to 77', 'HUP to 77'])
    process.emit('SIGUSR2')
    expect(sent.at(-1)).toBe('USR2 to 77')
    expect(sent).toHaveLength(3)
    signals.stop()
    expect(process.listenerCount('SIGUSR2')).toBe(others)
  })

  it('are freed from the engine before a handler takes their place, by this very command', () => {
    const { host } = recording()
    const asked: unknown[] = []
    const before = process.listenerCount('SIGUSR1')
    host.process = {
      ...host.process,
      freeUserSignals: command =>
        void asked.push(command.slice(-2), process.listenerCount('SIGUSR1') - before),
    }
    const { argv } = process
    process.argv = [...argv.slice(0, 2), 'exec', 'web']
    const signals = forwardSignals(host)
    process.argv = argv
    signals.stop()
    expect(asked).toEqual([['exec', 'web'], 0])
  })

  it('are no error when it has just ended', () => {
    const { host } = recording()
    const signals = forwardSignals(host)
    signals.to(666)
    expect(() => process.emit('SIGUSR2')).not.toThrow()
    signals.stop()
  })
})
