/** Resource limits of the simulated kernel: rctl(2) rules and usage, CPU sets with real affinity. */

import { ptr } from 'bun:ffi'
import fs from 'node:fs'
import type { Json } from '../client.ts'
import { libc } from '../libc.ts'
import { type CpuTarget, cpusetTool } from '../rules/limits/cpuset.ts'
import { rctlTool } from '../rules/limits/rctl.ts'
import { RctlKernel, type Usage } from '../rules/limits/rctl-kernel.ts'
import type { Subject } from '../rules/limits/rules.ts'
import { KernelError as LimitError } from '../text/errno.ts'
import type { Jail } from './jails/table.ts'
import { type Caller, type Kernel, KernelError, number, text } from './kernel.ts'
import type { Parts } from './offered-parts.ts'
import { allProcesses, type Process, readProcess } from './processes/processes.ts'

const CPUS = Array.from({ length: navigator.hardwareConcurrency }, (_, cpu) => cpu)
const PAGE = 4096
const CLOCK = 100

/** The number of descriptors that a process has open; 0 when the process is gone. */
function descriptors(pid: number): number {
  try {
    return fs.readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return 0
  }
}

/** CPU time of each subject at the last question, from which percentages are computed. */
const samples = new Map<string, { ticks: number; at: number }>()

function sum(key: string, list: readonly Process[]): Usage {
  const total = (of: (p: Process) => number): bigint =>
    BigInt(Math.round(list.reduce((n, p) => n + of(p), 0)))
  const ticks = list.reduce((n, p) => n + p.utime + p.stime, 0)
  const now = Date.now()
  const before = samples.get(key)
  samples.set(key, { ticks, at: now })
  const share =
    before === undefined || now - before.at < 10
      ? 0
      : ((ticks - before.ticks) * 1000 * 100) / (CLOCK * (now - before.at))
  const uptime = Number(fs.readFileSync('/proc/uptime', 'utf8').split(' ')[0])
  return {
    cputime: BigInt(Math.floor(ticks / CLOCK)),
    memoryuse: total(p => p.rss * PAGE),
    vmemoryuse: total(p => p.vsize),
    maxproc: BigInt(list.length),
    nthr: total(p => p.threads),
    openfiles: total(p => descriptors(p.pid)),
    wallclock: total(p => Math.max(0, uptime - Number(p.start) / CLOCK)),
    pcpu: BigInt(Math.max(0, Math.round(share))),
  }
}

/** The CPUs that a process may run on. */
function affinity(pid: number): number[] {
  let status: string
  try {
    status = fs.readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return []
  }
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? ''
  return list.split(',').flatMap(range => {
    const [from = 0, to = from] = range.split('-').map(Number)
    return Array.from({ length: to - from + 1 }, (_, i) => from + i)
  })
}

/** sched_setaffinity(2) of every thread of a process. */
function setAffinity(pid: number, mask: readonly number[]): void {
  const bits = Buffer.alloc(128)
  for (const cpu of mask) bits[cpu >> 3]! |= 1 << (cpu & 7)
  let threads: string[] = []
  try {
    threads = fs.readdirSync(`/proc/${pid}/task`)
  } catch {
    return
  }
  const call = process.arch === 'arm64' ? 122 : 203
  for (const thread of threads) libc.syscall(call, Number(thread), bits.length, ptr(bits), 0, 0)
}

/** Resource limits and processors of processes and jails. */
export class Limits {
  readonly rctl: RctlKernel
  private readonly kernel: Kernel
  private readonly parts: Parts
  /** The CPU masks that were set for jails. */
  private readonly jailMasks = new Map<number, readonly number[]>()

  constructor(kernel: Kernel, parts: Parts) {
    this.kernel = kernel
    this.parts = parts
    this.rctl = new RctlKernel({
      enabled: kernel.options.racct,
      processExists: pid => readProcess(pid) !== undefined,
      usage: (subject, id) => this.usage(subject, id),
    })
  }

  private usage(subject: Subject, id: string): Usage {
    const key = `${subject}:${id}`
    const all = allProcesses().filter(p => p.state !== 'Z')
    if (subject === 'process')
      return sum(
        key,
        all.filter(p => p.pid === Number(id)),
      )
    if (subject === 'jail') {
      const jail = this.parts.jails.all().find(j => j.name === id)
      return jail === undefined ? {} : sum(key, this.parts.jails.processes(jail.jid))
    }
    if (subject === 'user')
      return sum(
        key,
        all.filter(p => uidOf(p.pid) === Number(id)),
      )
    return id === 'daemon' ? sum(key, all) : {}
  }

  /** The subjects whose rules hold for a process, nearest first. */
  owners(pid: number): (readonly [Subject, string])[] {
    const found: [Subject, string][] = [['process', String(pid)]]
    const uid = uidOf(pid)
    if (uid !== undefined) found.push(['user', String(uid)])
    const { table } = this.parts.jails
    for (let j = table.get(readProcess(pid)?.jid ?? 0); j !== undefined; j = table.get(j.parent))
      found.push(['jail', j.name])
    return found
  }

  private maskOf(jail: Jail | undefined): readonly number[] {
    for (let j = jail; j !== undefined; j = this.parts.jails.table.get(j.parent)) {
      const mask = this.jailMasks.get(j.jid)
      if (mask !== undefined) return mask
    }
    return CPUS
  }

  private jailOf(caller: Caller, jid: number): Jail | undefined {
    if (jid === 0 || jid === caller.jid) return this.parts.jails.table.get(caller.jid)
    const jail = this.parts.jails.find(caller, jid)
    if (jail === undefined) throw new LimitError('ESRCH')
    return jail
  }

  private processOf(caller: Caller, pid: number): Process {
    const found = readProcess(pid < 0 ? caller.pid : pid)
    if (found === undefined || (caller.jid !== 0 && found.jid !== caller.jid)) throw new LimitError('ESRCH')
    return found
  }

  getMask(caller: Caller, { kind, id }: CpuTarget): readonly number[] {
    if (kind === 'jail') return this.maskOf(this.jailOf(caller, id))
    if (kind === 'cpuset') {
      const jail = this.parts.jails.all().find(j => j.values.get('cpuset.id') === id)
      if (jail === undefined && id > 2) throw new LimitError('ESRCH')
      return this.maskOf(jail)
    }
    const found = this.processOf(caller, id)
    const own = affinity(found.pid).filter(cpu => CPUS.includes(cpu))
    return own.length > 0 ? own : this.maskOf(this.parts.jails.table.get(found.jid))
  }

  setMask(caller: Caller, target: CpuTarget, mask: readonly number[]): void {
    if (caller.uid !== 0) throw new LimitError('EPERM')
    if (mask.length === 0) throw new LimitError('EDEADLK')
    const { kind, id } = target
    if (kind === 'pid') {
      const found = this.processOf(caller, id)
      const limit = this.maskOf(this.parts.jails.table.get(found.jid))
      if (mask.some(cpu => !limit.includes(cpu))) throw new LimitError('EINVAL')
      setAffinity(found.pid, mask)
      return
    }
    const jail =
      kind === 'jail'
        ? this.jailOf(caller, id)
        : this.parts.jails.all().find(j => j.values.get('cpuset.id') === id)
    const above = jail === undefined ? CPUS : this.maskOf(this.parts.jails.table.get(jail.parent))
    if (mask.some(cpu => !above.includes(cpu))) throw new LimitError('EINVAL')
    if (jail === undefined) {
      if (id > 2) throw new LimitError('ESRCH')
      return
    }
    // Root of a jail may not change the jail's own CPU set.
    if (jail.jid === caller.jid) throw new LimitError('EPERM')
    this.jailMasks.set(jail.jid, mask)
    for (const { pid } of this.parts.jails.processes(jail.jid)) setAffinity(pid, mask)
  }

  setId(caller: Caller, { kind, id }: CpuTarget): number {
    if (kind === 'cpuset') return id
    const jid = kind === 'jail' ? (this.jailOf(caller, id)?.jid ?? 0) : this.processOf(caller, id).jid
    return Number(this.parts.jails.table.get(jid)?.values.get('cpuset.id') ?? 1)
  }

  /** Gives a process that is about to enter a jail the CPUs of that jail. */
  attached(pid: number, jid: number): void {
    const mask = this.maskOf(this.parts.jails.table.get(jid))
    if (mask.length !== CPUS.length) setAffinity(pid, mask)
  }

  removed(jid: number, name: string): void {
    this.jailMasks.delete(jid)
    this.rctl.forget('jail', name)
    samples.delete(`jail:${name}`)
  }

  call(): void {
    const { kernel } = this
    kernel.register('rctlTool', (caller, argv) => {
      const host = {
        kernel: this.rctl,
        privileged: caller.uid === 0 && caller.jid === 0,
        owners: (pid: number) => this.owners(pid),
      }
      return rctlTool(argv as string[], host) as unknown as Json
    })
    const rctl = (name: string, call: (words: string) => Json) =>
      kernel.register(name, (caller, words) => {
        this.rctl.check(caller.uid === 0 && caller.jid === 0)
        return call(text(words))
      })
    rctl('rctlAddRule', rule => {
      this.rctl.add(rule)
      return null
    })
    rctl('rctlRemoveRule', filter => {
      this.rctl.remove(filter)
      return null
    })
    rctl('rctlUsage', filter => this.rctl.usage(filter).join(','))
    rctl('rctlRules', filter => this.rctl.rules(filter).join(','))
    // CPU_LEVEL_WHICH, CPU_WHICH_JAIL: sets the mask of a jail below the caller's jail, never of that jail itself.
    kernel.register('cpusetJail', (caller, jid, cpus) => {
      if (!Array.isArray(cpus)) throw new KernelError('EINVAL')
      if (this.parts.jails.find(caller, number(jid)) === undefined) throw new KernelError('ESRCH')
      this.setMask(caller, { kind: 'jail', id: number(jid) }, cpus.map(number))
      return null
    })
    kernel.register('cpusetTool', (caller, argv) => {
      const host = {
        all: this.maskOf(this.parts.jails.table.get(caller.jid)),
        jail: (name: string) => {
          const jid = name === '0' ? 0 : kernel.call(caller, 'jailId', name)
          return typeof jid === 'number' ? jid : undefined
        },
        getAffinity: (target: CpuTarget) => this.getMask(caller, target),
        setAffinity: (target: CpuTarget, mask: readonly number[]) => this.setMask(caller, target, mask),
        setId: (target: CpuTarget) => this.setId(caller, target),
        self: caller.pid,
      }
      return cpusetTool(argv as string[], host) as unknown as Json
    })
    kernel.wrap('jailAttach', old => (caller, jid) => {
      const answer = old(caller, jid)
      this.attached(caller.pid, Number(jid))
      return answer
    })
  }
}

function uidOf(pid: number): number | undefined {
  try {
    return fs.statSync(`/proc/${pid}`).uid
  } catch {
    return undefined
  }
}

/** Registers the calls about limits and processors. */
export function installLimits(kernel: Kernel, parts: Parts): Limits {
  const limits = new Limits(kernel, parts)
  limits.call()
  kernel.on('jailCreated', jid => {
    const jail = parts.jails.table.get(jid)
    if (jail !== undefined && kernel.options.racct) limits.rctl.touch('jail', jail.name)
  })
  kernel.on('jailRemoved', (jid, name) => limits.removed(jid, name))
  kernel.on('reboot', () => limits.rctl.reset())
  return limits
}
