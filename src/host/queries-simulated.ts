/**
 * Calls of the simulated host. Each request is one line of JSON over the abstract unix socket `@jailwright-simhost`, and so is
 * each answer. A call waits for its answer, as a system call does.
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

/**
 * Makes one call of the simulated kernel and gives its value. JSON has no undefined, so null stands for undefined in both
 * directions. A failure of the call is a SyscallError; UNSUPPORTED when there is no simulated host, HOST when it has ended.
 */
export function ask(name: string, args: readonly unknown[]): unknown {
  connection ??= connect()
  const request = JSON.stringify({ pid: engine.pid(), call: name, args })
  const answer = JSON.parse(exchange(connection, request)) as Answer
  if ('errno' in answer) {
    const subject = subjectOf(name, args)
    const reason = errorText(answer.errno)
    // Messages are as on FreeBSD: the errno's text follows the kernel's message of nmount(2), not that of jail_set(2) and
    // devfs(8).
    const alone = name === 'jailSet' || name.startsWith('devfs')
    const text = answer.text ? (alone ? answer.text : `${answer.text}: ${reason}`) : reason
    throw new SyscallError(systemCall(name), answer.errno, text, subject)
  }
  return answer.value ?? undefined
}

/** Gives the object that a failed call concerns. */
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

/** Gives the name that messages use: `jail_attach` for `jailAttach`, as on FreeBSD. */
function systemCall(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}

/** The calls of `KernelCalls` that change nothing, answered by the simulated host; UNSUPPORTED when no simulated host runs. */
export const simulatedQueries: KernelQueries = {
  jailId: name => ask('jailId', [name]) as number | undefined,
  jailParams: (jid, names) => ask('jailParams', [jid, names]) as Record<string, string> | undefined,
  processInfo: pid => ask('processInfo', [pid]) as ReturnType<KernelQueries['processInfo']>,
  processInfos: pids => new Map((ask('processInfos', [pids]) as ProcessInfo[]).map(one => [one.pid, one])),
  jailProcesses: jid => (ask('jailProcesses', [jid]) as number[] | undefined) ?? [],
  sysctl: name => ask('sysctl', [name]) as string | undefined,
  sysctlExists: name => ask('sysctlExists', [name]) === true,
}
