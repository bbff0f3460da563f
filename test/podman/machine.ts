/** Where the cases run, and how podman and buildah are called there. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import path from 'node:path'
import { execa, execaSync, type Options } from 'execa'

function given(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set: start the cases by npm run test:podman`)
  return value
}

const dir = given('JAILWRIGHT_PODMAN_DIR')

/** Set by main.mjs. */
export const machine = {
  dir,
  runtime: given('JAILWRIGHT_PODMAN_RUNTIME'),
  /** False for runc: cases about jails, devfs and rctl do not count there. */
  jails: given('JAILWRIGHT_PODMAN_KIND') === 'jail',
  storage: ['--root', `${dir}/root`, '--runroot', `${dir}/run`, '--tmpdir', `${dir}/tmp`],
  env: { CONTAINERS_CONF: `${dir}/containers.conf`, CONTAINERS_STORAGE_CONF: `${dir}/storage.conf` },
  environment: (): Record<string, string> => ({
    PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: `${dir}/work`,
    TMPDIR: `${dir}/work`,
    ...machine.env,
  }),
}

/** The image of setup.ts. */
export const IMAGE = 'localhost/busy:1'

export interface Answer {
  status: number
  stdout: string
  stderr: string
}

export interface CallOptions {
  input?: string
  environment?: Record<string, string>
}

/** Runs a program of the machine; an exit status is an answer, not an error. */
export async function call(
  file: string,
  args: readonly string[],
  options: CallOptions = {},
): Promise<Answer> {
  const { input } = options
  const how: Options = {
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
    env: { ...machine.environment(), ...options.environment },
    extendEnv: false,
    reject: false,
    timeout: 60_000,
    stripFinalNewline: false,
  }
  const result = await execa(file, args, how)
  if (result.timedOut) throw new Error(`${file} ${args.join(' ')} did not end: ${String(result.stderr)}`)
  return {
    status: result.exitCode ?? -1,
    stdout: String(result.stdout ?? ''),
    stderr: String(result.stderr ?? ''),
  }
}

/** podman with the storage and settings of the cases. */
export function podman(args: readonly string[], options?: CallOptions): Promise<Answer> {
  return call('podman', [...machine.storage, ...args], options)
}

/** podman with a file open for reading as descriptor 3. */
export function podmanWithThird(file: string, args: readonly string[]): Promise<Answer> {
  return call('sh', ['-c', 'exec 3<"$0" && exec podman "$@"', file, ...machine.storage, ...args])
}

/** podman, for steps that are not what a case is about: fails the case with podman's words. Output trimmed. */
export async function must(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await podman(args)
  if (status !== 0) throw new Error(`podman ${args.join(' ')} ended with ${status}: ${stderr}`)
  return stdout.trim()
}

/** A tool of the host (jls, rctl, ...), its standard output. */
export function tool(...argv: [string, ...string[]]): string {
  const [file, ...args] = argv
  return execaSync(file, args, { reject: false, env: machine.environment() }).stdout
}

/** Waits until `probe` gives something else than false or undefined. `what` is named when it never does. */
export async function until<T>(
  what: string,
  probe: () => T | false | undefined | Promise<T | false | undefined>,
): Promise<T> {
  const end = Date.now() + 15_000
  for (;;) {
    const value = await probe()
    if (value !== false && value !== undefined) return value
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

/** What a container may not leave behind. */
export interface Leftovers {
  mounts: string[]
  jails: string[]
  state: string[]
  processes: string[]
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter(name => !name.startsWith('.'))
      .map(name => path.join(directory, name))
  } catch {
    return []
  }
}

/** Processes of containers and of those who mind them. */
function processes(): string[] {
  const found: string[] = []
  for (const pid of readdirSync('/proc').filter(name => /^[0-9]+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
      const root = readlinkSync(`/proc/${pid}/root`)
      const ours = ['conmon', 'podman', 'buildah', 'jailwright', 'runc', 'catatonit'].includes(name)
      const init = words.includes('init') && words.some(word => /jailwright|main\.cjs/.test(word))
      if (ours || init || root !== '/') found.push(`${name}: ${words.join(' ').trim()} (root ${root})`)
    } catch {
      // It has ended.
    }
  }
  return found
}

/** Mounts, jails, state directories and processes of the machine now. */
export function present(): Leftovers {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .trim()
    .split('\n')
    .map(line => line.split(' ')[4] ?? '')
    // podman keeps the namespace of a pod here until the pod is gone.
    .sort()
  return {
    mounts,
    jails: machine.jails ? tool('jls', 'name').split('\n').filter(Boolean).sort() : [],
    state: ['/var/run/jailwright', '/var/run/ocijail', '/run/runc', '/var/run/runc'].flatMap(list).sort(),
    processes: processes().sort(),
  }
}
