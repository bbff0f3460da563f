/**
 * The record of all calls of the host. When the environment variable JAILWRIGHT_TRACE names a file, each run of a tool and each
 * call is appended to that file as one line of JSON. Tests compare the record with a plan, and the benchmark reads the times.
 */
import { engine } from './engine/index.ts'
import { openFile, writeText } from './files.ts'
import type { EverydayHost, Host } from './types.ts'

/** One line of the record; `ms` is the duration of the call in milliseconds, which the benchmark reads. */
type TraceLine =
  | { kind: 'tool'; tool: string; args: readonly string[]; stdin?: string; status: number; ms: number }
  | { kind: 'kernel'; call: string; args: readonly unknown[]; ms: number }
  | { kind: 'process'; call: string; args: readonly unknown[] }

/** Gives a bigint as a string, because JSON has no bigint. */
function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

/** Gives the host itself, or, when JAILWRIGHT_TRACE names a file, a host whose calls are recorded in that file. */
export function tracedAsAsked<H extends EverydayHost & Partial<Pick<Host, 'run'>>>(host: H): H {
  const file = engine.environment.JAILWRIGHT_TRACE
  return file === undefined || file === '' ? host : traced(host, file)
}

/**
 * Gives a host whose calls are appended to `file`. A process call is recorded before it is made, because a successful execve(2)
 * does not return; every other call is recorded when it has ended.
 */
function traced<H extends EverydayHost & Partial<Pick<Host, 'run'>>>(host: H, file: string): H {
  // The file is opened at once, because inside a jail its path would lead to another file. Its mode is 0600, because the
  // arguments of execve(2) include the environment, which may hold secrets.
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
