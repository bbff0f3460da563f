/** Processes as ps(1) shows them, and kill(2) on behalf of a caller. */
import fs from 'node:fs'
import type { Json } from '../../client.ts'
import type { Jails } from '../jails/table.ts'
import { type Caller, type Kernel, KernelError, number } from '../kernel.ts'
import { allProcesses, type Process, readProcess } from './processes.ts'

const TICKS = 100

/** Whether `p` is the shell of the kill(1) `self`: with FreeBSD's builtin kill, `kill -1` spares the shell itself. */
function isShellOf(self: Process | undefined, p: Process): boolean {
  return self?.comm === 'kill' && p.pid === self.ppid && p.comm === 'sh'
}

/** Seconds since the epoch at which the machine booted. */
function machineBoot(): number {
  return Number(/^btime ([0-9]+)/m.exec(fs.readFileSync('/proc/stat', 'utf8'))?.[1] ?? 0)
}

function ids(pid: number): { uid: number; euid: number; gid: number; egid: number; groups: number[] } {
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8')
    const line = (name: string) =>
      new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1]?.trim().split(/\s+/).map(Number) ?? []
    const [uid = 0, euid = 0] = line('Uid')
    const [gid = 0, egid = 0] = line('Gid')
    return { uid, euid, gid, egid, groups: line('Groups').filter(n => !Number.isNaN(n)) }
  } catch {
    return { uid: 0, euid: 0, gid: 0, egid: 0, groups: [] }
  }
}

function args(p: Process): string {
  if (p.state === 'Z') return '<defunct>'
  try {
    const words = fs.readFileSync(`/proc/${p.pid}/cmdline`, 'utf8').split('\0')
    return words.slice(0, -1).join(' ') || `[${p.comm}]`
  } catch {
    return `[${p.comm}]`
  }
}

/** A terminal's device number as the column TT shows it: 3 for `pts/3`, `v0` for others, `-` for none. */
function terminal(tty: number): string {
  const major = (tty >> 8) & 0xfff
  const minor = (tty & 0xff) | ((tty >> 12) & 0xfff00)
  if (tty === 0) return '-'
  if (major >= 136 && major <= 143) return String(minor + (major - 136) * 256)
  return major === 4 ? `v${minor}` : String(minor)
}

function show(caller: Caller, p: Process, boot: number): Json {
  const init = p.pid === 1
  const letter = p.state === 'Z' || p.state === 'X' ? 'Z' : p.state === 'T' || p.state === 't' ? 'T' : p.state
  return {
    ...p,
    ...ids(p.pid),
    letter: letter === 'R' || letter === 'D' || letter === 'Z' || letter === 'T' ? letter : 'S',
    comm: init ? 'init' : p.comm,
    args: init ? '/sbin/init' : args(p),
    jid: p.jid === caller.jid ? 0 : p.jid,
    jailed: p.jid !== 0,
    tt: terminal(p.tty),
    started: boot + Number(p.start) / TICKS,
    seconds: (p.utime + p.stime) / TICKS,
  }
}

/** Registers the calls about processes. */
export function install(kernel: Kernel, jails: Jails): void {
  const boot = machineBoot()
  const seen = (caller: Caller, p: Process) => p.jid === caller.jid || jails.isBelow(p.jid, caller.jid)
  kernel.register('processes', caller =>
    allProcesses()
      .filter(p => seen(caller, p))
      .map(p => show(caller, p, boot)),
  )
  // Gives the pids that a caller may know.
  kernel.register('processesSeen', caller =>
    allProcesses()
      .filter(p => seen(caller, p))
      .map(p => p.pid),
  )
  // kill(2) by Linux's number of the signal; pid -1 means all processes the caller sees but itself and process 1.
  kernel.register('kill', (caller, target, signal) => {
    const pid = number(target)
    const visible = allProcesses().filter(p => seen(caller, p) && p.pid !== 1)
    const self = readProcess(caller.pid)
    const group = pid === 0 ? self?.pgid : -pid
    const chosen =
      pid === -1
        ? visible.filter(p => p.pid !== caller.pid && !isShellOf(self, p))
        : visible.filter(p => (pid <= 0 ? p.pgid === group : p.pid === pid))
    if (chosen.length === 0) throw new KernelError('ESRCH')
    let sent = 0
    for (const p of chosen) {
      const owner = ids(p.pid)
      if (caller.uid !== 0 && caller.uid !== owner.uid && caller.uid !== owner.euid) continue
      try {
        process.kill(p.pid, number(signal))
        sent++
      } catch {
        // The process ended by itself.
      }
    }
    if (sent === 0) throw new KernelError('EPERM')
    return null
  })
}
