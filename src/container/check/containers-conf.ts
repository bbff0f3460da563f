/** The parts of podman's configuration that concern runtimes (containers.conf(5)), and how podman interprets them. */
import { parse } from 'smol-toml'
import { listDirectory, readTextFile, statusOf } from '../../host/files.ts'
import { basename, join } from '../../paths.ts'

/** The environment variables, by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The `engine` tables of all files, merged. */
export interface EngineConfig {
  /** Name or path of the default runtime, and the file that sets it. */
  runtime?: { readonly name: string; readonly file: string }
  /** Paths of the runtimes, by name. */
  readonly runtimes: Map<string, readonly string[]>
  /** The runtimes whose messages podman reads as JSON. */
  json: readonly string[]
}

/** The runtime that podman would take. */
export interface Taken {
  readonly name: string
  /** The executable; undefined when it does not exist, so that podman fails. */
  readonly path: string | undefined
  /** The file that names the runtime; undefined when podman chose it itself. */
  readonly file: string | undefined
}

/**
 * Returns the files in the order in which podman on FreeBSD reads them; a later file wins (systemConfigs in
 * pkg/config/new.go and config_bsd.go of containers/common): the package's file, the administrator's with its drop-ins,
 * the user's with its drop-ins. CONTAINERS_CONF replaces all of them, and CONTAINERS_CONF_OVERRIDE is read last.
 * @param prefix stands before every path, for tests.
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

/**
 * Merges the runtimes of a file into `known`.
 * @throws TomlError when the file is not TOML.
 */
export function readEngine(file: string, known: EngineConfig): void {
  const engine = parse(readTextFile(file)).engine as Record<string, unknown> | undefined
  if (typeof engine !== 'object') return
  const { runtime, runtimes, runtime_supports_json: json } = engine
  if (typeof runtime === 'string') known.runtime = { name: runtime, file }
  if (Array.isArray(json)) known.json = json.map(String)
  for (const [name, paths] of Object.entries((runtimes ?? {}) as object)) {
    known.runtimes.set(name, Array.isArray(paths) ? paths.map(String) : [])
  }
}

/**
 * The names that podman tries when no file names a runtime; it takes the first that exists (findRuntime in
 * pkg/config/default.go of containers/common).
 */
const OWN_CHOICE = ['crun', 'runc', 'runj', 'kata', 'runsc', 'ocijail'] as const

/** The places besides PATH where podman looks for a runtime that no file gives a path for. */
const OWN_PATHS: ReadonlyMap<string, readonly string[]> = new Map([['ocijail', ['/usr/local/bin/ocijail']]])

/**
 * Returns the runtime of a plain `podman run`; undefined when no file names one and none of podman's own choice exists.
 */
export function runtimeTaken(engine: EngineConfig, env: Environment): Taken | undefined {
  const find = (name: string): string | undefined => {
    const paths = engine.runtimes.get(name) ?? OWN_PATHS.get(name)
    // podman skips paths that do not exist and then searches PATH (libpod/oci_conmon_common.go).
    return paths?.find(isProgram) ?? installedProgram(name, env)
  }
  if (engine.runtime && engine.runtime.name !== '') {
    const { name, file } = engine.runtime
    if (name.startsWith('/')) return { name: basename(name), path: isProgram(name) ? name : undefined, file }
    const known = engine.runtimes.has(name) || OWN_CHOICE.some(own => own === name)
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

/** True when the path is a file. A program that this user may not see counts as missing. */
export function isProgram(path: string): boolean {
  try {
    return isFile(path)
  } catch {
    return false
  }
}

/** Returns the full path of a program in PATH, or in /usr/local/bin, where packages install programs. */
export function installedProgram(name: string, env: Environment): string | undefined {
  const dirs = [...(env.PATH ?? '').split(':'), '/usr/local/bin'].filter(dir => dir.startsWith('/'))
  return dirs.map(dir => join(dir, name)).find(isProgram)
}
