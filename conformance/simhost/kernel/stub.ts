/** Runs tools inside the kernel for the in-jail stub: the same `main`, with the stub's process as the caller. */

import fs from 'node:fs'
import { CallError } from '../client.ts'
import { TOOLS } from '../tools/registry.ts'
import { Exit, type ToolMain } from '../tools/tool.ts'
import { type Caller, type Kernel, KernelError } from './kernel.ts'
import { asKernelError, lookup } from './paths.ts'
import { setStubRunner } from './server.ts'

/** A file as the caller sees it. */
function readAs(caller: Caller, path: string): string {
  try {
    const found = lookup(caller, path)
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
      status = main({
        name,
        args: argv.slice(1),
        env: Object.fromEntries(env.map(e => [e.slice(0, e.indexOf('=')), e.slice(e.indexOf('=') + 1)])),
        out: text => {
          stdout += text
        },
        err: text => {
          stderr += text
        },
        readFile: path => readAs(caller, path),
        call: (call, ...args) => {
          try {
            return kernel.call(caller, call, ...args)
          } catch (error) {
            throw error instanceof KernelError ? new CallError(error.errno, error.text) : error
          }
        },
      })
    } catch (error) {
      if (error instanceof Exit) status = error.status
      else stderr += `${name}: ${error instanceof Error ? error.message : String(error)}\n`
    }
    return { status, stdout, stderr }
  })
}
