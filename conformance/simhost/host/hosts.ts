/** Makes, enters and removes simulated hosts from the machine's side. Needs root and runs under Bun. */
import fs from 'node:fs'
import path from 'node:path'
import type { Options } from '../kernel/kernel.ts'
import { CLONE, setns, unshare } from '../libc.ts'
import { freebsdNumber } from '../tools/signals.ts'
import { assets } from './build.ts'
import { alive, type HostRecord, hostDir, readRecord, repository, startTime, stateDir } from './paths.ts'

/** How long a kernel may take to start, and everything of a host to end, in milliseconds. */
const PATIENCE = 60_000

/** Names of all hosts that have a directory. */
export function listHosts(): string[] {
  try {
    return fs.readdirSync(path.join(stateDir(), 'hosts')).sort()
  } catch {
    return []
  }
}

/** How a host is made. */
export type HostOptions = Pick<Options, 'racct' | 'hostname' | 'selfMount'>

/** Starts the kernel process of a new host and returns when it serves. Throws when the name is taken. */
export function createHost(name: string, how: HostOptions): void {
  if (!/^[A-Za-z0-9_-]{1,40}$/.test(name))
    throw new Error(`${name}: a host's name is letters, digits, - and _`)
  const scratch = hostDir(name)
  const old = readRecord(name)
  if (old !== undefined && alive(old)) throw new Error(`${name} exists already`)
  if (fs.existsSync(scratch)) removeScratch(scratch)
  const built = assets()
  fs.mkdirSync(path.join(stateDir(), 'hosts'), { recursive: true, mode: 0o755 })
  fs.mkdirSync(scratch)
  try {
    startKernel(name, scratch, built.lower, how)
  } catch (error) {
    removeScratch(scratch)
    throw error
  }
}

function startKernel(name: string, scratch: string, lower: string, how: HostOptions): void {
  const ready = path.join(scratch, 'ready')
  const log = fs.openSync(path.join(scratch, 'kernel.log'), 'a')
  const toUs = fs.openSync(ready, 'w')
  const own = KINDS.map(kind => fs.openSync(`/proc/self/ns/${kind}`, 'r'))
  unshare(CLONE.NEWNS | CLONE.NEWNET | CLONE.NEWUTS | CLONE.NEWIPC | CLONE.NEWPID)
  const options = { name, scratch, lower, repository, ...how }
  const child = Bun.spawn(
    [process.execPath, path.join(import.meta.dirname, '../kernel/main.ts'), JSON.stringify(options)],
    {
      stdio: ['ignore', log, log, toUs],
      cwd: '/',
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      detached: true,
    },
  )
  child.unref()
  // This process leaves the namespaces again; each lives as long as one process is in it.
  for (const fd of own) {
    setns(fd)
    fs.closeSync(fd)
  }
  fs.closeSync(toUs)
  fs.closeSync(log)
  const until = Date.now() + PATIENCE
  for (;;) {
    const said = fs.readFileSync(ready, 'utf8')
    if (said === 'ready\n') break
    if (said.endsWith('\n') || Date.now() > until || startTime(child.pid) === undefined)
      throw new Error(
        `the kernel did not start: ${said}${fs.readFileSync(path.join(scratch, 'kernel.log'), 'utf8')}`,
      )
    Bun.sleepSync(2)
  }
  fs.unlinkSync(ready)
  const record: HostRecord = { name, pid: child.pid, start: startTime(child.pid) ?? '', lower }
  fs.writeFileSync(path.join(scratch, 'host.json'), JSON.stringify(record))
}

function running(name: string): HostRecord {
  const record = readRecord(name)
  if (record === undefined) throw new Error(`no host ${name}`)
  if (!alive(record)) throw new Error(`${name} is not running any more (simhost destroy ${name})`)
  return record
}

/** The mount namespace is the last one, since the others are opened below the machine's /proc. */
const KINDS = ['net', 'uts', 'ipc', 'pid', 'mnt'] as const

const PATH = '/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin'

/**
 * Enters the namespaces of a host, so that later children of this process are inside. The function that is returned
 * leaves them again: the engine needs a /proc that knows its process, and must not stay inside.
 */
function enterHost(name: string): () => void {
  const { pid } = running(name)
  const cwd = process.cwd()
  const own = KINDS.map(kind => fs.openSync(`/proc/self/ns/${kind}`, 'r'))
  // The engine's threads share one root and working directory, and setns(2) refuses a thread that shares them.
  unshare(CLONE.FS)
  const fds = KINDS.map(kind => fs.openSync(`/proc/${pid}/ns/${kind}`, 'r'))
  for (const fd of fds) {
    setns(fd)
    fs.closeSync(fd)
  }
  try {
    process.chdir(cwd)
  } catch {
    process.chdir('/')
  }
  return () => {
    for (const fd of own) {
      setns(fd)
      fs.closeSync(fd)
    }
  }
}

/** Runs a command inside a host. The promise gives its exit status, or 128 and FreeBSD's number of a signal. */
export async function execHost(name: string, argv: string[]): Promise<number> {
  const leave = enterHost(name)
  const env = { ...process.env, PATH: `${PATH}:${process.env.PATH ?? ''}` }
  const program = argv[0] ?? ''
  const file = program.includes('/') ? program : (Bun.which(program, { PATH: env.PATH }) ?? program)
  let child: Bun.Subprocess
  try {
    child = Bun.spawn([file, ...argv.slice(1)], {
      argv0: program,
      stdio: ['inherit', 'inherit', 'inherit'],
      env,
      cwd: process.cwd(),
    })
  } catch (error) {
    const missing = !fs.existsSync(file)
    fs.writeSync(2, `simhost: ${program}: ${missing ? 'No such file or directory' : String(error)}\n`)
    return missing ? 127 : 126
  }
  leave()
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGQUIT'] as const)
    process.on(signal, () => child.kill(signal))
  // The terminal sends SIGINT to the whole process group, so the command gets its own.
  process.on('SIGINT', () => undefined)
  await child.exited
  if (child.signalCode !== null) return 128 + freebsdNumber(String(child.signalCode))
  return child.exitCode ?? 1
}

/**
 * A reboot: jails, mounts and clones go, all processes but the kernel die, files stay; with `cleanvar` those below
 * /var/run go too. Gives the exit status.
 */
export async function rebootHost(name: string, cleanvar: boolean): Promise<number> {
  return execHost(name, ['/usr/sbin/simhost-tool', 'simhost-reboot', ...(cleanvar ? ['cleanvar'] : [])])
}

/** Ends a host: kills every process in its namespaces and its kernel, and removes its files. The kernel may be dead. */
export function destroyHost(name: string): void {
  const scratch = hostDir(name)
  const record = readRecord(name)
  if (record === undefined && !fs.existsSync(scratch)) throw new Error(`no host ${name}`)
  if (record !== undefined && alive(record)) killAll(record)
  removeScratch(scratch)
  for (const dir of [path.join(stateDir(), 'hosts'), stateDir()]) {
    try {
      fs.rmdirSync(dir)
    } catch {
      // Another host still uses that directory.
    }
  }
}

/** Kills the processes that share a namespace with the host, then process 1, with which the pid namespace dies. */
function killAll(record: HostRecord): void {
  const link = (pid: number, kind: string): string | undefined => {
    try {
      return fs.readlinkSync(`/proc/${pid}/ns/${kind}`)
    } catch {
      return undefined
    }
  }
  const own = { mnt: link(record.pid, 'mnt'), net: link(record.pid, 'net') }
  const kill = (pid: number) => {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // Already gone.
    }
  }
  kill(record.pid)
  const until = Date.now() + PATIENCE
  for (;;) {
    const left = fs
      .readdirSync('/proc')
      .filter(pid => /^[0-9]+$/.test(pid) && Number(pid) !== process.pid)
      .filter(
        pid =>
          own.mnt !== undefined &&
          (link(Number(pid), 'mnt') === own.mnt || link(Number(pid), 'net') === own.net),
      )
    if (left.length === 0 && !alive(record)) return
    for (const pid of left) kill(Number(pid))
    if (Date.now() > until) throw new Error(`${record.name}: processes ${left.join(' ')} do not end`)
    Bun.sleepSync(5)
  }
}

/** The scratch directory, with overlayfs' own work directories. */
function removeScratch(scratch: string): void {
  const until = Date.now() + PATIENCE
  for (;;) {
    try {
      fs.rmSync(scratch, { recursive: true, force: true })
      return
    } catch (error) {
      // The mount namespace is torn down a moment after its last process.
      if (Date.now() > until) throw error
      Bun.sleepSync(20)
    }
  }
}
