/**
 * A record of what reaches the host, for tests ("the commands equal the plan's") and for the benchmark: when
 * JAILWRIGHT_TRACE names a file, each tool run and each call is appended to it as one JSON line.
 */
import { engine } from './engine/index.ts'
import { openFile, writeText } from './files.ts'
import type { EverydayHost, Host } from './types.ts'

/** One line of the record; `ms` is how long it took, for the benchmark. */
type TraceLine =
  | { kind: 'tool'; tool: string; args: readonly string[]; stdin?: string; status: number; ms: number }
  | { kind: 'kernel'; call: string; args: readonly unknown[]; ms: number }
  | { kind: 'process'; call: string; args: readonly unknown[] }

function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

/** The host itself, or one whose calls are appended to the file that JAILWRIGHT_TRACE names. */
export function tracedAsAsked<H extends EverydayHost & Partial<Pick<Host, 'run'>>>(host: H): H {
  const file = engine.environment.JAILWRIGHT_TRACE
  return file === undefined || file === '' ? host : traced(host, file)
}

/** A host whose calls are appended to `file`. A process call is written before it is made: execve does not come back. */
function traced<H extends EverydayHost & Partial<Pick<Host, 'run'>>>(host: H, file: string): H {
  // Opened once and at the start: in the jail the path would be another one. The environment may hold secrets.
  const record = openFile(file, 'append', 0o600)
  const write = (line: TraceLine) => {
    writeText(record, `${JSON.stringify(line, plain)}\n`)
  }
  const wrap = <T extends object>(kind: 'kernel' | 'process', calls: T): T =>
    new Proxy(calls, {
      get(target, name, receiver) {
        const fn: unknown = Reflect.get(target, name, receiver)
        if (typeof fn !== 'function' || typeof name !== 'string') return fn
        return (...args: unknown[]) => {
          if (kind === 'process') {
            write({ kind, call: name, args })
            return fn.apply(target, args)
          }
          const begin = engine.monotonicMs()
          try {
            return fn.apply(target, args)
          } finally {
            write({ kind, call: name, args, ms: engine.monotonicMs() - begin })
          }
        }
      },
    })
  const { run } = host
  const tracedRun: Host['run'] | undefined =
    run &&
    ((tool, args, options) => {
      const begin = engine.monotonicMs()
      const result = run(tool, args, options)
      const ms = engine.monotonicMs() - begin
      write({ kind: 'tool', tool, args, stdin: options?.stdin, status: result.status, ms })
      return result
    })
  return {
    ...host,
    kernel: wrap('kernel', host.kernel),
    process: wrap('process', host.process),
    ...(tracedRun && { run: tracedRun }),
  }
}
