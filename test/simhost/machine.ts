/** A simulated host for a test file, which is made on its first use and removed at the end of the file. */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

const repository = path.resolve(import.meta.dirname, '../..')
const bun = path.join(repository, 'node_modules/.bin/bun')
const program = path.join(repository, 'conformance/simhost/simhost.ts')

export interface Result {
  status: number
  stdout: string
  stderr: string
}

/** Gives the reason why this machine cannot have a simulated host; undefined when it can. */
export const obstacle: string | undefined =
  process.platform !== 'linux'
    ? 'the simulated host is for Linux'
    : process.getuid?.() !== 0
      ? 'the simulated host needs root'
      : undefined

/** Runs `simhost ARGS...`. */
export function simhost(...args: string[]): Result {
  const r = spawnSync(bun, [program, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: '/',
    // A background process that keeps the pipe open must not hold up the whole run.
    timeout: 120_000,
  })
  return { status: r.status ?? -1, stdout: r.stdout, stderr: r.stderr }
}

/** Gives a host with a small root in /jt; `sh` runs a line of shell on the host. */
export function machine(tag: string, ...options: string[]) {
  const name = `t-${tag}-${process.pid}`
  const made = simhost('create', ...options, name)
  if (made.status !== 0) throw new Error(made.stderr)
  const exec = (...argv: string[]) => simhost('exec', name, '--', ...argv)
  const rooted = exec(bun, program, 'makeroot', '/jt')
  if (rooted.status !== 0) throw new Error(rooted.stderr)
  return {
    name,
    exec,
    sh: (line: string) => exec('sh', '-c', line),
    destroy: () => simhost('destroy', name),
    scratch: path.join(process.env.JAILWRIGHT_SIMHOST_DIR ?? '/var/tmp/jailwright-simhost-0', 'hosts', name),
  }
}

/** Gives the mounts, links and processes of the machine that a host might leave behind. */
export function traces(): string[] {
  const mounts = fs
    .readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter(line => line.includes('simhost'))
  const links = fs.readdirSync('/sys/class/net').filter(link => /^(epair|bridge|vtnet)/.test(link))
  return [...mounts, ...links]
}
