/** The engine's own signal: see engine-signal.ts. */
import { afterEach, describe, expect, it } from 'vitest'
import { freebsd } from '../../src/host/abi/freebsd.ts'
import { abi } from '../../src/host/abi/index.ts'
import { engineEnvironment, freeUserSignals } from '../../src/host/process/engine-signal.ts'
import { engines, runFixture } from './engines.ts'

const { os } = abi
const { bun } = process.versions
const become = (system: string, version: string | undefined) => {
  Object.assign(abi, { os: system })
  Object.defineProperty(process.versions, 'bun', { value: version, configurable: true })
}
afterEach(() => become(os, bun))

describe('engineEnvironment', () => {
  it('names another signal than SIGUSR1 where Bun would take that', () => {
    become('freebsd', '1.4.5')
    expect(engineEnvironment()).toEqual({ JSC_SIGNAL_FOR_GC: `${abi.signals.RTMAX! - 1}` })
    // SIGRTMIN 65 to SIGRTMAX 126 mean nothing to anybody (sys/signal.h).
    expect(freebsd.signals.RTMAX! - 1).toBe(125)
  })

  it.each([
    ['freebsd', undefined],
    ['linux', '1.4.5'],
    ['linux', undefined],
  ])('is empty on %s with Bun %s, and nothing starts again', (system, version) => {
    become(system, version)
    expect(engineEnvironment()).toEqual({})
    expect(() => freeUserSignals(['/nonexistent'])).not.toThrow()
  })
})

describe('freeUserSignals', () => {
  const run = (env: Record<string, string> = {}) => {
    const done = runFixture('bun', 'engine-signal', ['two words', ''], {
      wrapper: ['sh', '-c', 'exec "$@" 3</etc/passwd', 'sh'],
      env: { GREETING: 'grüß=dich', ...env },
    })
    expect(done.stderr).toBe('')
    return JSON.parse(done.stdout) as unknown
  }
  // This machine's SIGRTMAX is 64.
  const common = { samePid: true, signal: '63', words: ['two words', ''], greeting: 'grüß=dich' }

  it('starts the engine again, once, as the same process with its arguments and descriptors', () => {
    expect(run()).toEqual({ started: 2, third: true, ...common })
  })

  it('does not when the environment is right already', () => {
    expect(run({ JSC_SIGNAL_FOR_GC: '63' })).toEqual({ started: 1, third: true, ...common })
  })

  it('has nothing to do under Node', () => {
    expect(engines).toContain('node')
    const done = runFixture('node', 'engine-signal')
    expect(JSON.parse(done.stdout)).toMatchObject({ started: 1 })
  })
})
