/**
 * Asking the simulated host: one JSON line a request over the abstract unix socket `@jailwright-simhost`, one line an
 * answer. Synchronous, as system calls are.
 */

import { concatenate, decode } from '../bytes.ts'
import { JailwrightError, SyscallError } from '../errors.ts'
import { errorText } from './abi/error-text.ts'
import { engine } from './engine/index.ts'
import { readInto, writeText } from './files.ts'
import { connectUnix } from './process/unix-socket.ts'
import type { KernelQueries, ProcessInfo } from './types.ts'

const ADDRESS = '\0jailwright-simhost'

type Answer = { value?: unknown } | { errno: string; text?: string }

let connection: number | undefined

function connect(): number {
  try {
    return connectUnix(ADDRESS)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    throw new JailwrightError(
      'UNSUPPORTED',
      'this is not FreeBSD, and no simulated host answers here: run it inside `simhost exec`',
    )
  }
}

function readLine(socket: number): string {
  const parts: Uint8Array[] = []
  for (;;) {
    const chunk = new Uint8Array(4096)
    const count = readInto(socket, chunk)
    if (count === 0) throw new Error('end of file')
    parts.push(chunk.subarray(0, count))
    if (chunk[count - 1] === 0x0a) return decode(concatenate(parts))
  }
}

function exchange(socket: number, request: string): string {
  try {
    writeText(socket, `${request}\n`)
    return readLine(socket)
  } catch (cause) {
    throw new JailwrightError('HOST', 'the simulated host has gone', { cause })
  }
}

/** One call of the simulated kernel; JSON has no undefined, so null stands for it in both directions. */
export function ask(name: string, args: readonly unknown[]): unknown {
  connection ??= connect()
  const request = JSON.stringify({ pid: engine.pid(), call: name, args })
  const answer = JSON.parse(exchange(connection, request)) as Answer
  if ('errno' in answer) {
    const subject = subjectOf(name, args)
    const reason = errorText(answer.errno)
    // What FreeBSD's calls say themselves: nmount(2) has the errno's text behind it, jail_set(2) and devfs(8) have not.
    const alone = name === 'jailSet' || name.startsWith('devfs')
    const text = answer.text ? (alone ? answer.text : `${answer.text}: ${reason}`) : reason
    throw new SyscallError(systemCall(name), answer.errno, text, subject)
  }
  return answer.value ?? undefined
}

/** The object that a failed call was about. */
function subjectOf(name: string, args: readonly unknown[]): string | undefined {
  const pairs = args[0] as readonly (readonly [string, unknown])[]
  switch (name) {
    case 'nmount':
      return pairs.find(([option]) => option === 'fspath')?.[1] as string | undefined
    case 'jailSet':
      return pairs.find(([parameter]) => parameter === 'name' || parameter === 'jid')?.[1] as
        | string
        | undefined
    case 'loopbackUp':
      return 'lo0'
    default:
      return args[0] === undefined ? undefined : String(args[0])
  }
}

/** `jailAttach` -> `jail_attach`, so that messages read as on FreeBSD. */
function systemCall(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}

/** The calls of `KernelCalls` that only ask, as the simulated host answers them; UNSUPPORTED when there is none. */
export const simulatedQueries: KernelQueries = {
  jailId: name => ask('jailId', [name]) as number | undefined,
  jailParams: (jid, names) => ask('jailParams', [jid, names]) as Record<string, string> | undefined,
  processInfo: pid => ask('processInfo', [pid]) as ReturnType<KernelQueries['processInfo']>,
  processInfos: pids => new Map((ask('processInfos', [pids]) as ProcessInfo[]).map(one => [one.pid, one])),
  jailProcesses: jid => (ask('jailProcesses', [jid]) as number[] | undefined) ?? [],
  sysctl: name => ask('sysctl', [name]) as string | undefined,
  sysctlExists: name => ask('sysctlExists', [name]) === true,
}
