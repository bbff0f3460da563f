/** disableTracing on FreeBSD. A mock replaces the engine by a process that may be traced. */
import { beforeEach, expect, it, vi } from 'vitest'
import { disableTracing } from '../../src/host/process/identity.ts'

const EPERM = 1
const EBUSY = 16
const ENOSYS = 78

/** A process as sys/kern/kern_ktrace.c and sys/kern/kern_procctl.c see it. */
const traced = vi.hoisted(() => ({
  calls: [] as unknown[][],
  errno: 0,
  /** ktrace(2) is on for this process. */
  ktraced: false,
  /** A debugger is attached by ptrace(2). */
  debugged: false,
  hasKtrace: true,
  mayClear: true,
  tracing: 'allowed' as 'allowed' | 'disabled',
}))

vi.mock('../../src/host/abi/index.ts', async () => ({
  abi: (await import('../../src/host/abi/freebsd.ts')).freebsd,
}))
vi.mock('../../src/host/engine/index.ts', async original => {
  const { engine } = await original<typeof import('../../src/host/engine/index.ts')>()
  const fail = (errno: number) => {
    traced.errno = errno
    return -1
  }
  const functions: Record<string, (...args: never[]) => number> = {
    ktrace(file: null, operation: number, facilities: number, pid: number) {
      traced.calls.push(['ktrace', file, operation, facilities, pid])
      if (!traced.hasKtrace) return fail(ENOSYS)
      if (!traced.mayClear) return fail(EPERM)
      traced.ktraced = false
      return 0
    },
    procctl(kind: number, id: number, command: number, data: Uint8Array) {
      const value = Buffer.from(data.buffer, data.byteOffset, 4).readInt32LE(0)
      traced.calls.push(['procctl', kind, id, command, value])
      if (traced.ktraced || traced.debugged) return fail(EBUSY)
      traced.tracing = 'disabled'
      return 0
    },
  }
  const ffi = { lookup: (name: string) => functions[name], errno: () => traced.errno }
  return { engine: Object.create(engine, { ffi: { value: ffi } }) }
})

beforeEach(() => {
  Object.assign(traced, {
    calls: [],
    ktraced: false,
    debugged: false,
    hasKtrace: true,
    mayClear: true,
    tracing: 'allowed',
  })
})

it('init under ktrace(2) has the trace switched off before tracing is forbidden', () => {
  traced.ktraced = true
  disableTracing()
  expect(traced).toMatchObject({ ktraced: false, tracing: 'disabled' })
  // KTROP_CLEAR and all facilities of this process; P_PID, PROC_TRACE_CTL, PROC_TRACE_CTL_DISABLE.
  expect(traced.calls).toEqual([
    ['ktrace', null, 1, 0xffffff, process.pid],
    ['procctl', 0, 0, 7, 2],
  ])
})

it("a debugger of the host's administrator stays attached to init", () => {
  traced.debugged = true
  expect(disableTracing).not.toThrow()
  expect(traced.tracing).toBe('allowed')
})

it('a kernel without ktrace(2) has nothing to switch off', () => {
  traced.hasKtrace = false
  disableTracing()
  expect(traced.tracing).toBe('disabled')
})

it('a trace that cannot be switched off is an error, and init does not enter the jail', () => {
  Object.assign(traced, { ktraced: true, mayClear: false })
  expect(disableTracing).toThrow(/ktrace KTROP_CLEAR: Operation not permitted/)
  expect(traced.tracing).toBe('allowed')
})
