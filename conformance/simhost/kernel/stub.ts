/** Runs tools inside the kernel for the in-jail stub: the same `main`, with the stub's process as the caller. */

import fs from 'node:fs'
import path from 'node:path'
import { CallError } from '../client.ts'
import { libc } from '../libc.ts'
import { TOOLS } from '../tools/registry.ts'
import { Exit, type ToolMain } from '../tools/tool.ts'
import { type Caller, type Kernel, KernelError } from './kernel.ts'
import { asKernelError, lookup } from './paths.ts'
import { setStubRunner } from './server.ts'

/** A file as the caller sees it. */
function readAs(caller: Caller, file: string): string {
  try {
    const found = lookup(caller, file)
    try {
      return fs.readFileSync(`/proc/self/fd/${found.fd}`, 'utf8')
    } finally {
      fs.closeSync(found.fd)
    }
  } catch (error) {
    const known = asKernelError(error)
    throw known instanceof KernelError ? new CallError(known.errno, known.text) : error
  }
}

/** The host path of what the caller calls by a name: links resolved in its root, the last one only when asked. */
function locateAs(caller: Caller, name: string, follow: boolean): string {
  const bare = name.replace(/(.)\/+$/, '$1')
  const slash = bare.lastIndexOf('/')
  const last = bare.slice(slash + 1)
  const whole = follow || last === '' || last === '.' || last === '..'
  try {
    const found = lookup(caller, whole ? name : slash < 0 ? '.' : bare.slice(0, slash) || '/')
    fs.closeSync(found.fd)
    return whole ? found.path : path.join(found.path, last)
  } catch (error) {
    const known = asKernelError(error)
    throw known instanceof KernelError ? new CallError(known.errno, known.text) : error
  }
}

/** Does something to files as the caller may (setfsuid(2)); for tools that look at them by themselves. */
function asOwner<T>(caller: Caller, work: () => T): T {
  if (caller.uid === 0) return work()
  const [uid, gid] = process.arch === 'arm64' ? [151, 152] : [122, 123]
  const set = (user: number, group: number): void => {
    libc.syscall(gid, group, 0, 0, 0, 0)
    libc.syscall(uid, user, 0, 0, 0, 0)
  }
  const own = fs.statSync(`/proc/${caller.pid}`)
  set(caller.uid, own.gid)
  try {
    return work()
  } finally {
    set(0, 0)
  }
}

const loaded = new Map<string, ToolMain>()

/** Loads all tools that may run here; the kernel itself cannot wait for an import later. */
export async function installStub(kernel: Kernel): Promise<void> {
  for (const [name, tool] of Object.entries(TOOLS))
    if (tool.inJail === true) loaded.set(name, (await tool.load()).main)
  setStubRunner((caller, { argv, env }) => {
    const name = (argv[0] ?? '').replace(/^.*\//, '')
    const main = loaded.get(name)
    let stdout = ''
    let stderr = ''
    if (main === undefined) return { status: 1, stdout, stderr: `${name}: no such tool\n` }
    let status = 1
    try {
      const own = TOOLS[name]?.program === true
      const run = (work: () => number): number => (own ? asOwner(caller, work) : work())
      status = run(() =>
        main({
          name,
          args: argv.slice(1),
          env: Object.fromEntries(env.map(e => [e.slice(0, e.indexOf('=')), e.slice(e.indexOf('=') + 1)])),
          out: text => {
            stdout += text
          },
          err: text => {
            stderr += text
          },
          readFile: file => readAs(caller, file),
          locate: (file, follow) => locateAs(caller, file, follow),
          call: (call, ...args) => {
            try {
              return kernel.call(caller, call, ...args)
            } catch (error) {
              throw error instanceof KernelError ? new CallError(error.errno, error.text) : error
            }
          },
        }),
      )
    } catch (error) {
      if (error instanceof Exit) status = error.status
      else stderr += `${name}: ${error instanceof Error ? error.message : String(error)}\n`
    }
    return { status, stdout, stderr }
  })
}
