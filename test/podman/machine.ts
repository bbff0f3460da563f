/** The machine on which the cases run, and the calls of podman and buildah there. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import path from 'node:path'
import { execa, execaSync, type Options } from 'execa'

function given(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set: start the cases by npm run test:podman`)
  return value
}

const dir = given('JAILWRIGHT_PODMAN_DIR')

/** The settings, which main.mjs passes in the environment. */
export const machine = {
  dir,
  runtime: given('JAILWRIGHT_PODMAN_RUNTIME'),
  /** The link by which the program takes ocijail's place, and the drop-in for podman, where they were installed. */
  ocijail: process.env.JAILWRIGHT_PODMAN_OCIJAIL,
  dropIn: process.env.JAILWRIGHT_PODMAN_DROP_IN,
  /** The name by which podman runs the runtime where none is asked for: that of the drop-in. */
  runtimeName: process.env.JAILWRIGHT_PODMAN_DROP_IN === undefined ? 'under-test' : 'jailwright',
  /** False for runc, for which cases about jails, devfs and rctl are skipped. */
  jails: given('JAILWRIGHT_PODMAN_KIND') === 'jail',
  storage: ['--root', `${dir}/root`, '--runroot', `${dir}/run`, '--tmpdir', `${dir}/tmp`],
  env: { CONTAINERS_STORAGE_CONF: `${dir}/storage.conf` },
  environment: (): Record<string, string> => ({
    PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: `${dir}/work`,
    TMPDIR: `${dir}/work`,
    ...machine.env,
  }),
}

/** The name of the image that setup.ts makes. */
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

/** Runs a program of the machine and gives its status and output. No exit status is thrown as an error. */
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
    timeout: 240_000,
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

/** Runs podman with the storage and the settings of the cases. */
export function podman(args: readonly string[], options?: CallOptions): Promise<Answer> {
  return call('podman', [...machine.storage, ...args], options)
}

/** Runs podman with a file that is open for reading as descriptor 3. */
export function podmanWithThird(file: string, args: readonly string[]): Promise<Answer> {
  return call('sh', ['-c', 'exec 3<"$0" && exec podman "$@"', file, ...machine.storage, ...args])
}

/** Runs podman for a step that has to succeed, and gives its trimmed output; the case fails with podman's message otherwise. */
export async function must(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await podman(args)
  if (status !== 0) throw new Error(`podman ${args.join(' ')} ended with ${status}: ${stderr}`)
  return stdout.trim()
}

/** Runs a tool of the host, such as jls(8), and gives its standard output. */
export function tool(...argv: [string, ...string[]]): string {
  const [file, ...args] = argv
  return execaSync(file, args, { reject: false, env: machine.environment() }).stdout
}

/** Waits until `probe` gives a value that is neither false nor undefined. Throws with `what` when it never does. */
export async function until<T>(
  what: string,
  probe: () => T | false | undefined | Promise<T | false | undefined>,
): Promise<T> {
  const end = Date.now() + 90_000
  for (;;) {
    const value = await probe()
    if (value !== false && value !== undefined) return value
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

/** The kinds of things that a container must not leave behind. */
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

/** Gives the processes of containers, and those of conmon and podman. */
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
      // The process has ended.
    }
  }
  return found
}

/** Gives the mounts, jails, state directories and processes of the machine. */
export function present(): Leftovers {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .trim()
    .split('\n')
    .map(line => line.split(' ')[4] ?? '')
    // podman keeps the namespaces of a pod in this directory as long as the pod exists.
    .sort()
  return {
    mounts,
    jails: machine.jails ? tool('jls', 'name').split('\n').filter(Boolean).sort() : [],
    state: ['/var/run/jailwright', '/var/run/ocijail', '/run/runc', '/var/run/runc'].flatMap(list).sort(),
    processes: processes().sort(),
  }
}
