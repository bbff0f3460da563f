/** `check`: podman, conmon, and whether podman knows this runtime. */
import { parse } from 'smol-toml'
import { errnoOf } from '../../errors.ts'
import { engine } from '../../host/engine/index.ts'
import { listDirectory, readTextFile, realPath, statusOf } from '../../host/files.ts'
import { join } from '../../paths.ts'
import type { Finding } from './finding.ts'

/** Environment variables that matter here. */
type Environment = Readonly<Record<string, string | undefined>>

/** What of the `engine` table of containers.conf(5) concerns a runtime. */
interface Engine {
  runtime?: string
  runtimes: Record<string, readonly string[]>
  json: readonly string[]
}

const PREFIXES = ['/usr/local', ''] as const
const SUBJECT = 'containers.conf'
/** podman's own names as well (containers.conf(5)): a list in the file takes the place of the default. */
const JSON_HINT =
  'in [engine]: runtime_supports_json = ["crun", "runc", "kata", "runsc", "ocijail", "jailwright"]'
const HINT = `${JSON_HINT}, and in [engine.runtimes]: jailwright = ["/usr/local/bin/jailwright"]`
const UNREADABLE = 'podman cannot read it either'

function isFile(path: string): boolean {
  return statusOf(path)?.kind === 'file'
}

/** The same for a program: one that this user may not see is none to this user. */
function isProgram(path: string): boolean {
  try {
    return isFile(path)
  } catch {
    return false
  }
}

/** Full path of a program in PATH, or in /usr/local/bin, where packages put theirs. */
function findProgram(name: string, env: Environment): string | undefined {
  const dirs = [...(env.PATH ?? '').split(':'), '/usr/local/bin'].filter(dir => dir.startsWith('/'))
  return dirs.map(dir => join(dir, name)).find(isProgram)
}

/** Findings on podman and conmon and on their configuration. `prefix` stands before every path of it, for tests. */
export function checkPodman(env: Environment = engine.environment, prefix = ''): Finding[] {
  const podman = findProgram('podman', env)
  // Somebody who has no podman needs no configuration of it.
  return [
    programFinding('podman', 'podman-suite', podman),
    programFinding('conmon', 'conmon', findProgram('conmon', env)),
    ...(podman === undefined ? [] : [configFinding(env, prefix)]),
  ]
}

function programFinding(subject: string, pkg: string, found: string | undefined): Finding {
  if (found !== undefined) return { subject, status: 'ok', message: found }
  return { subject, status: 'warning', message: 'not found', hint: `pkg install ${pkg}` }
}

/**
 * Files of containers.conf(5) in the order in which they are read, a later one over an earlier one: the package's, the
 * administrator's with its drop-ins, root's own. CONTAINERS_CONF stands for all of them, CONTAINERS_CONF_OVERRIDE comes last.
 */
function configFiles(env: Environment, prefix: string): string[] {
  const { CONTAINERS_CONF: only, CONTAINERS_CONF_OVERRIDE: last, XDG_CONFIG_HOME: xdg, HOME: home } = env
  const own = xdg ?? (home === undefined ? undefined : join(home, '.config'))
  const etc = [...PREFIXES.map(dir => `${prefix}${dir}/etc`), ...(own === undefined ? [] : [own])]
  const standard = [
    ...PREFIXES.map(dir => `${prefix}${dir === '' ? '/usr' : dir}/share/containers/containers.conf`),
    ...etc.flatMap(dir => [
      `${dir}/containers/containers.conf`,
      ...dropIns(`${dir}/containers/containers.conf.d`),
    ]),
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

function configFinding(env: Environment, prefix: string): Finding {
  const subject = SUBJECT
  let files: string[]
  try {
    files = configFiles(env, prefix)
  } catch (error) {
    const { message } = error as Error
    // A directory that only its owner may enter: root's own, when this is not root.
    const hint = errnoOf(error) === 'EACCES' ? 'run this as root' : UNREADABLE
    return { subject, status: 'warning', message, hint }
  }
  const engine: Engine = { runtimes: {}, json: [] }
  for (const file of files) {
    try {
      readEngine(file, engine)
    } catch (error) {
      const [line = ''] = (error as Error).message.split('\n')
      return { subject, status: 'warning', message: `${file}: ${line}`, hint: UNREADABLE }
    }
  }
  const ocijail = (engine.runtime ?? 'ocijail') === 'ocijail' ? inPlaceOfOcijail(engine, env) : undefined
  if (ocijail !== undefined) {
    return { subject, status: 'ok', message: `podman's runtime ocijail is ${ocijail}: this program` }
  }
  return runtimeFinding(engine, files)
}

/** Puts what a file says about runtimes over what is known already. */
function readEngine(file: string, known: Engine): void {
  const engine = parse(readTextFile(file)).engine as Record<string, unknown> | undefined
  if (typeof engine !== 'object') return
  const { runtime, runtimes, runtime_supports_json: json } = engine
  if (typeof runtime === 'string') known.runtime = runtime
  if (Array.isArray(json)) known.json = json.map(String)
  for (const [name, paths] of Object.entries((runtimes ?? {}) as object)) {
    known.runtimes[name] = Array.isArray(paths) ? paths.map(String) : []
  }
}

function runtimeFinding(engine: Engine, files: readonly string[]): Finding {
  const subject = SUBJECT
  const paths = engine.runtimes.jailwright
  if (paths === undefined) {
    const message =
      files.length === 0
        ? 'there is none: podman does not know jailwright'
        : `${files.join(', ')}: no runtime "jailwright"`
    return { subject, status: 'warning', message, hint: HINT }
  }
  const found = paths.find(isProgram)
  if (found === undefined) {
    return {
      subject,
      status: 'warning',
      message: `the runtime "jailwright" is ${paths.join(', ') || 'nowhere'}, and there is no such file`,
      hint: 'put the executable there, or correct the path in [engine.runtimes]',
    }
  }
  if (!engine.json.includes('jailwright')) {
    return {
      subject,
      status: 'warning',
      message: 'runtime_supports_json does not name jailwright: podman shows its errors without their text',
      hint: JSON_HINT,
    }
  }
  const use =
    engine.runtime === 'jailwright' ? "podman's default runtime" : 'used by podman --runtime jailwright'
  return { subject, status: 'ok', message: `jailwright is ${found}: ${use}` }
}

/** The path of an `ocijail` that is a link to this program. */
function inPlaceOfOcijail(engine: Engine, env: Environment): string | undefined {
  const candidates = [...(engine.runtimes.ocijail ?? []), findProgram('ocijail', env) ?? '']
  return candidates.filter(isProgram).find(path => /(^|\/)jailwright[^/]*$/.test(realPath(path)))
}
