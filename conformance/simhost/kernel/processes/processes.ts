/** Processes of the simulated host: Linux's own, seen through /proc; the jail of a process is its UTS namespace. */
import fs from 'node:fs'
import type { Json } from '../../client.ts'
import type { Caller, Kernel } from '../kernel.ts'
import { number } from '../kernel.ts'

/** One process as /proc/PID/stat and /proc/PID/status show it. */
export interface Process {
  pid: number
  ppid: number
  pgid: number
  sid: number
  tty: number
  state: string
  comm: string
  /** Start time in clock ticks since boot; together with the pid it identifies the process. */
  start: string
  utime: number
  stime: number
  /** Virtual size in bytes, resident pages. */
  vsize: number
  rss: number
  nice: number
  threads: number
  jid: number
}

/** The jid of each UTS namespace, by the link text of /proc/PID/ns/uts; the part that makes jails keeps the map. */
const jailByNamespace = new Map<string, number>()

/** Records that a UTS namespace, by its link text, is that of a jail. */
export function bindNamespace(link: string, jid: number): void {
  jailByNamespace.set(link, jid)
}

/** Forgets the jail of a UTS namespace. */
export function unbindNamespace(link: string): void {
  jailByNamespace.delete(link)
}

/** Link text of a process's UTS namespace; undefined when the process is gone or a zombie. */
function utsOf(pid: number): string | undefined {
  try {
    return fs.readlinkSync(`/proc/${pid}/ns/uts`)
  } catch {
    return undefined
  }
}

/** The jid of a process: 0 on the host, for foreign processes, and for zombies that were never seen in a jail. */
export function processJail(pid: number): number {
  const living = jailOfLiving(pid)
  if (living !== undefined) return living
  const start = readStat(pid)?.start
  const seen = lastSeen.get(pid)
  return seen !== undefined && seen.start === start ? seen.jid : 0
}

/** The jid of a process that runs; undefined for one that has ended, a zombie too. */
export function jailOfLiving(pid: number): number | undefined {
  const link = utsOf(pid)
  return link === undefined ? undefined : (jailByNamespace.get(link) ?? 0)
}

/** The jail in which each process was last seen, since a zombie has no namespaces any more. */
const lastSeen = new Map<number, { start: string; jid: number }>()

/** Reads /proc/PID/stat; undefined when there is no such process. */
function readStat(pid: number): Omit<Process, 'jid'> | undefined {
  let stat: string
  try {
    stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return undefined
  }
  const close = stat.lastIndexOf(')')
  const f = stat.slice(close + 2).split(' ')
  const n = (i: number) => Number(f[i - 3])
  return {
    pid,
    comm: stat.slice(stat.indexOf('(') + 1, close),
    state: f[0] ?? '?',
    ppid: n(4),
    pgid: n(5),
    sid: n(6),
    tty: n(7),
    utime: n(14),
    stime: n(15),
    nice: n(19),
    threads: n(20),
    start: f[19] ?? '0',
    vsize: n(23),
    rss: n(24),
  }
}

/** One process, undefined when there is none. */
export function readProcess(pid: number): Process | undefined {
  const stat = readStat(pid)
  if (stat === undefined) return undefined
  const link = utsOf(pid)
  const seen = lastSeen.get(pid)
  const jid =
    link !== undefined ? (jailByNamespace.get(link) ?? 0) : seen?.start === stat.start ? seen.jid : 0
  if (jid !== 0 || seen !== undefined) lastSeen.set(pid, { start: stat.start, jid })
  return { ...stat, jid }
}

/** All processes of the host. */
export function allProcesses(): Process[] {
  const list: Process[] = []
  for (const name of fs.readdirSync('/proc')) {
    if (!/^[0-9]+$/.test(name)) continue
    const p = readProcess(Number(name))
    if (p !== undefined) list.push(p)
  }
  for (const pid of lastSeen.keys()) if (!list.some(p => p.pid === pid)) lastSeen.delete(pid)
  return list.sort((a, b) => a.pid - b.pid)
}

/** True for a zombie, and for a process that is about to leave. */
export function hasEnded({ state }: Process): boolean {
  return state === 'Z' || state === 'X'
}

/** How long killed processes may take to end, in milliseconds. */
const LONGEST_END = 60_000

/** Kills all processes that `find` gives, again until it gives none: a process may start another one meanwhile. */
export function killUntilGone(find: () => readonly Process[]): void {
  const until = Date.now() + LONGEST_END
  for (;;) {
    const left = find()
    if (left.length === 0 || Date.now() > until) return
    for (const { pid } of left) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // The process ended by itself.
      }
    }
    Bun.sleepSync(1)
  }
}

/** Registers processInfo. A jailed caller sees the processes of its own jail and the jails below, as `visible` says. */
export function install(kernel: Kernel, visible: (caller: Caller, jid: number) => boolean): void {
  const info = (caller: Caller, pid: number) => {
    const p = readProcess(pid)
    if (p === undefined || !visible(caller, p.jid)) return null
    return {
      pid: p.pid,
      // The first process of a host is this kernel, which lives on when its host is booted again.
      start: p.pid === 1 ? `${kernel.bootTime.sec}${kernel.bootTime.usec}` : p.start,
      jid: p.jid === caller.jid ? 0 : p.jid,
      zombie: hasEnded(p),
      stopped: p.state === 'T' || p.state === 't',
    }
  }
  kernel.register('processInfo', (caller, pid) => info(caller, number(pid)))
  kernel.register('processInfos', (caller, pids) =>
    (pids as readonly Json[]).flatMap(pid => info(caller, number(pid)) ?? []),
  )
}
