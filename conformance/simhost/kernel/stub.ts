/** Runs tools inside the kernel for the in-jail stub: the same `main`, with the process of the stub as the caller. */

import { ptr } from 'bun:ffi'
import fs from 'node:fs'
import path from 'node:path'
import { CallError } from '../client.ts'
import { libc } from '../libc.ts'
import { TOOLS } from '../tools/registry.ts'
import { Exit, type ToolMain } from '../tools/tool.ts'
import { type Caller, Hang, type Kernel, KernelError } from './kernel.ts'
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

/**
 * The path by which this process reaches what the caller means by `name`. Links are resolved inside the caller's root, the
 * last one only with `follow`. `below` is a path of the caller's root, so that rights of directories above do not matter.
 */
function locateAs(caller: Caller, name: string, follow: boolean, below: string): string {
  const root = caller.jid === 0 ? '' : fs.readlinkSync(`/proc/${caller.pid}/root`).replace(/\/$/, '')
  const from = (file: string): string =>
    caller.jid !== 0 && (file === root || file.startsWith(`${root}/`))
      ? `${below}${file.slice(root.length)}`
      : file
  const bare = name.replace(/(.)\/+$/, '$1')
  const slash = bare.lastIndexOf('/')
  const last = bare.slice(slash + 1)
  const whole = follow || last === '' || last === '.' || last === '..'
  try {
    const found = lookup(caller, whole ? name : slash < 0 ? '.' : bare.slice(0, slash) || '/')
    fs.closeSync(found.fd)
    return from(whole ? found.path : path.join(found.path, last))
  } catch (error) {
    const known = asKernelError(error)
    throw known instanceof KernelError ? new CallError(known.errno, known.text) : error
  }
}

/** Numbers of setfsuid, setfsgid and setgroups: a direct system call changes this thread alone. */
const [SETFSUID, SETFSGID, SETGROUPS] = process.arch === 'arm64' ? [151, 152, 159] : [122, 123, 116]

function setIds(uid: number, gid: number, groups: readonly number[]): void {
  const list = Buffer.from(new Uint32Array([...groups, 0]).buffer)
  libc.syscall(SETGROUPS, groups.length, ptr(list), 0, 0, 0)
  libc.syscall(SETFSGID, gid, 0, 0, 0, 0)
  libc.syscall(SETFSUID, uid, 0, 0, 0, 0)
}

/** Calls a function with the caller's user and groups for files, for tools that look at files by themselves. */
function asOwner<T>(caller: Caller, work: () => T): T {
  if (caller.uid === 0) return work()
  const status = fs.readFileSync(`/proc/${caller.pid}/status`, 'utf8')
  const numbers = (name: string): number[] =>
    (new RegExp(`^${name}:(.*)$`, 'm').exec(status)?.[1]?.match(/[0-9]+/g) ?? []).map(Number)
  setIds(caller.uid, numbers('Gid')[3] ?? 0, numbers('Groups'))
  try {
    return work()
  } finally {
    setIds(0, 0, [])
  }
}

/** Opens the caller's root while `work` runs; `work` gets a path of that root. */
function withRoot<T>(caller: Caller, work: (root: string) => T): T {
  const fd = fs.openSync(`/proc/${caller.pid}/root`, O_PATH)
  try {
    return work(`/proc/self/fd/${fd}`)
  } finally {
    fs.closeSync(fd)
  }
}

const O_PATH = 0o10000000 | 0o2000000
const loaded = new Map<string, ToolMain>()

/** Loads all tools that may run in the kernel, which cannot wait for an import later. */
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
      const run = (work: (root: string) => number): number =>
        own ? withRoot(caller, root => asOwner(caller, () => work(root))) : work('')
      status = run(root =>
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
          locate: (file, follow) => locateAs(caller, file, follow, root),
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
      if (error instanceof Hang) throw error
      if (error instanceof Exit) status = error.status
      else stderr += `${name}: ${error instanceof Error ? error.message : String(error)}\n`
    }
    return { status, stdout, stderr }
  })
}
