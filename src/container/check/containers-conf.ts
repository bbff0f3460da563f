/** podman's configuration as far as it concerns runtimes: containers.conf(5) and what podman makes of it. */
import { parse } from 'smol-toml'
import { listDirectory, readTextFile, statusOf } from '../../host/files.ts'
import { basename, join } from '../../paths.ts'

/** Environment variables that matter here. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What the `engine` tables of all files come to. */
export interface EngineConfig {
  /** Name or path of the default runtime, and the file that says so. */
  runtime?: { readonly name: string; readonly file: string }
  /** Paths by name. */
  readonly runtimes: Record<string, readonly string[]>
  /** Runtimes whose messages are read as JSON. */
  json: readonly string[]
}

/** A runtime that podman would take. */
export interface Taken {
  readonly name: string
  /** The executable; undefined when there is none, so that podman fails. */
  readonly path: string | undefined
  /** The file that names it; undefined: podman has chosen it itself. */
  readonly file: string | undefined
}

/**
 * Files in the order in which podman of FreeBSD reads them, a later one over an earlier one (containers/common,
 * pkg/config/new.go systemConfigs, config_bsd.go): the package's, the administrator's with its drop-ins, the user's own
 * with theirs. CONTAINERS_CONF stands for all of them, CONTAINERS_CONF_OVERRIDE comes last. `prefix` stands before every
 * path, for tests.
 */
export function configFiles(env: Environment, prefix: string): string[] {
  const { CONTAINERS_CONF: only, CONTAINERS_CONF_OVERRIDE: last, XDG_CONFIG_HOME: xdg, HOME: home } = env
  const own = xdg ?? (home === undefined ? undefined : join(home, '.config'))
  const main = [
    `${prefix}/usr/local/etc/containers/containers.conf`,
    ...(own === undefined ? [] : [join(own, 'containers/containers.conf')]),
  ]
  const standard = [
    `${prefix}/usr/local/share/containers/containers.conf`,
    ...main.flatMap(file => [file, ...dropIns(`${file}.d`)]),
  ]
  return [...(only ? [only] : standard.filter(isFile)), ...(last ? [last] : [])]
}

function dropIns(dir: string): string[] {
  if (statusOf(dir)?.kind !== 'dir') return []
  return listDirectory(dir)
    .filter(name => name.endsWith('.conf'))
    .sort()
    .map(name => join(dir, name))
}

/** Puts what a file says about runtimes over what is known already. Throws what the parser of TOML says. */
export function readEngine(file: string, known: EngineConfig): void {
  const engine = parse(readTextFile(file)).engine as Record<string, unknown> | undefined
  if (typeof engine !== 'object') return
  const { runtime, runtimes, runtime_supports_json: json } = engine
  if (typeof runtime === 'string') known.runtime = { name: runtime, file }
  if (Array.isArray(json)) known.json = json.map(String)
  for (const [name, paths] of Object.entries((runtimes ?? {}) as object)) {
    known.runtimes[name] = Array.isArray(paths) ? paths.map(String) : []
  }
}

/** Names that podman tries where no file names a runtime, the first that is there (pkg/config/default.go, findRuntime). */
const OWN_CHOICE = ['crun', 'runc', 'runj', 'kata', 'runsc', 'ocijail'] as const

/** Where podman looks for a runtime that no file gives a path for, besides PATH. */
const OWN_PATHS: Readonly<Record<string, readonly string[]>> = { ocijail: ['/usr/local/bin/ocijail'] }

/** The runtime of a plain `podman run`; undefined when no file names one and none of podman's own is there. */
export function runtimeTaken(engine: EngineConfig, env: Environment): Taken | undefined {
  const find = (name: string): string | undefined => {
    const paths = engine.runtimes[name] ?? OWN_PATHS[name]
    // A path that is not there is passed over for PATH (libpod/oci_conmon_common.go).
    return paths?.find(isProgram) ?? findProgram(name, env)
  }
  if (engine.runtime && engine.runtime.name !== '') {
    const { name, file } = engine.runtime
    if (name.startsWith('/')) return { name: basename(name), path: isProgram(name) ? name : undefined, file }
    const known = engine.runtimes[name] !== undefined || OWN_CHOICE.some(own => own === name)
    return { name, path: known ? find(name) : undefined, file }
  }
  for (const name of OWN_CHOICE) {
    const path = find(name)
    if (path !== undefined) return { name, path, file: undefined }
  }
  return undefined
}

function isFile(path: string): boolean {
  return statusOf(path)?.kind === 'file'
}

/** The same for a program: one that this user may not see is none to this user. */
export function isProgram(path: string): boolean {
  try {
    return isFile(path)
  } catch {
    return false
  }
}

/** Full path of a program in PATH, or in /usr/local/bin, where packages put theirs. */
export function findProgram(name: string, env: Environment): string | undefined {
  const dirs = [...(env.PATH ?? '').split(':'), '/usr/local/bin'].filter(dir => dir.startsWith('/'))
  return dirs.map(dir => join(dir, name)).find(isProgram)
}
