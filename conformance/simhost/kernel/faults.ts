/**
 * Faults on purpose. A plan names one call, or one tool, of one program and says how the N-th of them ends in place of its
 * usual end; without `how` the calls are only counted. The call `faults` takes a plan (`null`: none from now on) and gives
 * what was counted under the former one, and the process that its fault has come to (0: to none).
 */
import fs from 'node:fs'
import type { Json } from '../client.ts'
import { type Caller, Hang, type Kernel, KernelError, requireHostRoot } from './kernel.ts'

/** How a call or a tool ends that is to fail. */
type How =
  /** The call's errno, by FreeBSD's name, with the kernel's own words where given. */
  | { errno: string; text?: string }
  /** The tool's status and what it says. */
  | { status: number; stdout: string; stderr: string }
  /** It never comes back. */
  | 'hang'
  /** The caller, or the tool, is ended by SIGKILL. */
  | 'kill'

interface Plan {
  /** Name of the program whose calls count, as ps(1) shows it by `comm`. */
  program: string
  /** Which call fails (`nmount`), or which tool (`ifconfig`), when the program has started it. */
  call?: string
  /** Which of the calls of this name fails, from 1. */
  nth?: number
  how?: How
  /** The effect is there all the same: it fails after the work is done. */
  after?: boolean
}

/** What a tool that runs in the kernel has given. */
interface ToolEnd {
  status: number
  stdout: string
  stderr: string
}

let plan: Plan | undefined
let counts: Record<string, number> = {}
let struck = 0

/** Registers the call `faults`. */
export function installFaults(kernel: Kernel): void {
  kernel.register('faults', (caller, given) => {
    requireHostRoot(caller)
    const former: Json = { counts, struck }
    plan = given === null ? undefined : (given as unknown as Plan)
    counts = {}
    struck = 0
    return former
  })
}

/** What /proc says of a process, empty when it is gone. */
function fact(pid: number, name: string): string {
  try {
    return fs.readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}

/** Counts one more of this name; true when it is the one that fails. */
function isStruck(name: string, pid: number): boolean {
  if (plan === undefined || name === 'faults' || fact(pid, 'comm').trim() !== plan.program) return false
  counts[name] = (counts[name] ?? 0) + 1
  if (name !== plan.call || counts[name] !== plan.nth || plan.how === undefined) return false
  struck = pid
  return true
}

/** One call with the fault that is planned for it. */
export function callWithFaults(caller: Caller, name: string, work: () => Json): Json {
  if (!isStruck(name, caller.pid)) return work()
  const { how, after } = plan as Plan
  if (after === true) work()
  if (how === 'kill') process.kill(caller.pid, 'SIGKILL')
  if (how === 'hang' || how === 'kill' || how === undefined || 'status' in how)
    throw new Hang(`${name} does not come back`)
  throw new KernelError(how.errno, how.text ?? '')
}

/** One run of a tool, which counts for the program that has started it. */
export function toolWithFaults(caller: Caller, name: string, work: () => ToolEnd): ToolEnd {
  const parent = Number(/^PPid:\s*(\d+)/m.exec(fact(caller.pid, 'status'))?.[1] ?? 0)
  if (!isStruck(name, parent)) return work()
  const { how, after } = plan as Plan
  if (after === true) work()
  if (how === 'kill') process.kill(caller.pid, 'SIGKILL')
  if (how === 'hang' || how === 'kill' || how === undefined || 'errno' in how)
    throw new Hang(`${name} does not end`)
  return how
}
