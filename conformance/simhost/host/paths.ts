/** Where the simulated hosts keep what they need on the machine. */
import fs from 'node:fs'
import path from 'node:path'

/** Directory of this user's simulated hosts; `JAILWRIGHT_SIMHOST_DIR` overrides it. */
export function stateDir(): string {
  return process.env.JAILWRIGHT_SIMHOST_DIR ?? `/var/tmp/jailwright-simhost-${process.getuid?.() ?? 0}`
}

/** Scratch directory of one host, removed by destroy. */
export function hostDir(name: string): string {
  return path.join(stateDir(), 'hosts', name)
}

/** The repository that this file is in. */
export const repository = path.resolve(import.meta.dirname, '../../..')

/** Directory for built tools, kept between hosts: below dist/ where that can be written. */
export function cacheDir(): string {
  const own = path.join(repository, 'dist/simhost')
  try {
    fs.mkdirSync(own, { recursive: true })
    fs.accessSync(own, fs.constants.W_OK)
    return own
  } catch {
    return path.join(stateDir(), 'cache')
  }
}

/** What a host's directory holds about it. */
export interface HostRecord {
  name: string
  /** pid of the kernel process as the machine sees it, with its start time. */
  pid: number
  start: string
  /** The build that the host uses (missing in records of older versions). */
  lower?: string
}

/** Start time (field 22 of /proc/PID/stat), undefined when there is no such process or only its zombie. */
export function startTime(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

/** The record of a host, undefined when there is none. */
export function readRecord(name: string): HostRecord | undefined {
  try {
    return JSON.parse(fs.readFileSync(path.join(hostDir(name), 'host.json'), 'utf8')) as HostRecord
  } catch {
    return undefined
  }
}

/** True while the kernel process of that record lives. */
export function alive(record: HostRecord): boolean {
  return startTime(record.pid) === record.start
}
