import { KernelError } from '../../text/errno.ts'
import { getopt } from '../../text/getopt.ts'
import { jailNotFound } from '../../text/jail-name.ts'
import { type Output, runTool, type ToolOutput } from '../../text/output.ts'

/** CPU_SETSIZE of 14.0 and later. */
const CPU_MAX = 1023

/**
 * cpuset_parselist of 15.1: `0-3,7` or `all`. The readable beginning of a malformed list counts, without an error.
 */
export function parseCpuList(list: string, all: readonly number[]): number[] {
  if (list.toLowerCase() === 'all') return [...all]
  const mask = new Set<number>()
  let state: 'none' | 'number' | 'dash' = 'none'
  let last = 0
  let at = 0
  while (at < list.length) {
    const digits = /^[0-9]+/.exec(list.slice(at))?.[0]
    if (digits !== undefined) {
      const current = Number(digits)
      if (current > CPU_MAX || state === 'number') return [...mask]
      if (state === 'dash') {
        for (let cpu = last; cpu <= current; cpu += 1) mask.add(cpu)
        state = 'none'
      } else {
        last = current
        state = 'number'
      }
      at += digits.length
      continue
    }
    if (list[at] === ',') {
      if (state === 'dash') return [...mask]
      if (state === 'number') mask.add(last)
      state = 'none'
    } else if (list[at] === '-' && state === 'number') state = 'dash'
    else return [...mask]
    at += 1
  }
  if (state === 'number') mask.add(last)
  return [...mask].sort((a, b) => a - b)
}

/** The object whose processors cpuset(1) shows or sets. */
export type CpuTarget = { kind: 'jail' | 'pid' | 'cpuset'; id: number }

/** What cpuset(1) uses of the kernel. */
export interface CpusetHost {
  /** CPUs of the caller's root set. */
  all: readonly number[]
  jail: (name: string) => number | undefined
  /** Gives a mask; `root` asks for that of the root set. Throws ESRCH. */
  getAffinity: (target: CpuTarget) => readonly number[]
  /** Sets a mask. EDEADLK for an empty mask, EINVAL for CPUs that the parent set lacks, ESRCH, EPERM. */
  setAffinity: (target: CpuTarget, mask: readonly number[]) => void
  /** Number of the set of a jail or process. */
  setId: (target: CpuTarget) => number
  /** Pid of the caller. */
  self: number
}

const USAGE = `usage: cpuset [-l cpu-list] [-n policy:domain-list] [-s setid] cmd ...
       cpuset [-l cpu-list] [-n policy:domain-list] [-s setid] -p pid
       cpuset [-c] [-l cpu-list] [-n policy:domain-list] -C -p pid
       cpuset [-c] [-l cpu-list] [-n policy:domain-list]
              [-j jailid | -p pid | -t tid | -s setid | -x irq]
       cpuset -g [-cir]
              [-d domain | -j jailid | -p pid | -t tid | -s setid | -x irq]
`

function usage(out: Output): never {
  out.complain(USAGE)
  out.exit(1)
}

/** A tool's output, and for `cpuset -l LIST cmd` what the caller has to execute under which mask. */
export interface CpusetResult extends ToolOutput {
  execute?: { mask: readonly number[] | undefined; argv: string[] }
}

/** cpuset(1) of 15.1: `argv` without the program's name. */
export function cpusetTool(argv: readonly string[], host: CpusetHost): CpusetResult {
  let execute: CpusetResult['execute']
  const done = runTool('cpuset', (out: Output) => {
    const { options, rest } = getopt(argv, 'Ccd:gij:l:n:p:rs:t:x:', out)
    const has = (letter: string): boolean => options.some(option => option.letter === letter)
    let target: CpuTarget = { kind: 'pid', id: -1 }
    let mask: number[] | undefined
    for (const { letter, value } of options) {
      if (letter === '?') usage(out)
      if (letter === 'j') {
        const jid = host.jail(value)
        if (jid === undefined) out.err(1, jailNotFound(value))
        target = { kind: 'jail', id: jid }
      } else if (letter === 'l') mask = parseCpuList(value, host.all)
      else if ('pst'.includes(letter)) {
        const what = { p: 'pid', s: 'setid is', t: 'tid is' }[letter]
        if (!/^[0-9]+$/.test(value)) out.err(1, `${what} invalid: ${value}`)
        target = { kind: letter === 's' ? 'cpuset' : 'pid', id: Number(value) }
      }
    }
    const level = has('r') ? ' root' : has('c') ? ' cpuset' : ''
    const call = <T>(name: string, action: () => T): T => {
      try {
        return action()
      } catch (error) {
        if (error instanceof KernelError) out.err(1, `${name}: ${error.message}`)
        throw error
      }
    }
    if (has('g')) {
      if (rest.length > 0 || has('C') || has('l') || has('n')) usage(out)
      const name = `${target.kind} ${target.id}`
      if (has('i')) {
        const number = call('getid', () => host.setId(target))
        return out.print(`${name}${has('r') ? ' root' : ' cpuset'} id: ${number}\n`)
      }
      const cpus = call('getaffinity', () => host.getAffinity(target))
      out.print(`${name}${level} mask: ${cpus.join(', ')}\n`)
      return out.print(`${name}${level} domain policy: first-touch mask: 0\n`)
    }
    if (has('d') || has('i') || has('r')) usage(out)
    if (rest.length > 0) {
      if (has('C') || has('p') || has('t') || has('x') || has('j')) usage(out)
      if (mask !== undefined) checkMask(mask, host.all, out)
      execute = { mask, argv: rest }
      return
    }
    if (has('C') && (has('j') || !has('p') || has('s') || has('t') || has('x'))) usage(out)
    if (!has('l') && !has('n') && (has('c') || !(has('C') || has('s')))) usage(out)
    if (mask !== undefined) call('setaffinity', () => host.setAffinity(target, mask as number[]))
  })
  return execute === undefined ? done : { ...done, execute }
}

function checkMask(mask: readonly number[], all: readonly number[], out: Output): void {
  if (mask.length === 0) out.err(1, `setaffinity: ${new KernelError('EDEADLK').message}`)
  if (mask.some(cpu => !all.includes(cpu))) out.err(1, `setaffinity: ${new KernelError('EINVAL').message}`)
}
