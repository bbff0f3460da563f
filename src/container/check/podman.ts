/** `check`: podman and conmon, whether podman knows this runtime, and which runtime a plain `podman run` takes. */
import { errnoOf } from '../../errors.ts'
import { engine } from '../../host/engine/index.ts'
import { realPath } from '../../host/files.ts'
import {
  configFiles,
  type EngineConfig,
  type Environment,
  installedProgram,
  isProgram,
  readEngine,
  runtimeTaken,
} from './containers-conf.ts'
import type { Finding } from './finding.ts'

const SUBJECT = 'containers.conf'
/** The hint repeats podman's own names (containers.conf(5)), because a list in the file replaces the default. */
const JSON_HINT =
  'in [engine]: runtime_supports_json = ["crun", "runc", "kata", "runsc", "ocijail", "jailwright"]'
const FIX = 'jailwright check --fix'
const HINT = `${FIX} writes it; by hand: ${JSON_HINT}, and in [engine.runtimes]: jailwright = ["/usr/local/bin/jailwright"]`
const UNREADABLE = 'podman cannot read it either'

/** Returns findings on podman, on conmon and on their configuration. `prefix` stands before every path, for tests. */
export function checkPodman(env: Environment = engine.environment, prefix = ''): Finding[] {
  const podman = installedProgram('podman', env)
  // A host without podman needs no configuration of podman.
  return [
    programFinding('podman', 'podman-suite', podman),
    programFinding('conmon', 'conmon', installedProgram('conmon', env)),
    ...(podman === undefined ? [] : configFindings(env, prefix)),
  ]
}

function programFinding(subject: string, pkg: string, found: string | undefined): Finding {
  if (found !== undefined) return { subject, status: 'ok', message: found }
  return { subject, status: 'warning', message: 'not found', hint: `pkg install ${pkg}` }
}

/** Returns findings on podman's configuration. `check --fix` reports them too. */
export function configFindings(env: Environment = engine.environment, prefix = ''): Finding[] {
  const subject = SUBJECT
  let files: string[]
  try {
    files = configFiles(env, prefix)
  } catch (error) {
    const { message } = error as Error
    // Another user than root may not enter a directory of root's configuration.
    const hint = errnoOf(error) === 'EACCES' ? 'run this as root' : UNREADABLE
    return [{ subject, status: 'warning', message, hint }]
  }
  const config: EngineConfig = { runtimes: new Map(), json: [] }
  for (const file of files) {
    try {
      readEngine(file, config)
    } catch (error) {
      const [line = ''] = (error as Error).message.split('\n')
      return [{ subject, status: 'warning', message: `${file}: ${line}`, hint: UNREADABLE }]
    }
  }
  const ocijail =
    (config.runtime?.name ?? 'ocijail') === 'ocijail' ? inPlaceOfOcijail(config, env) : undefined
  const known: Finding =
    ocijail === undefined
      ? runtimeFinding(config, files)
      : { subject, status: 'ok', message: `podman's runtime ocijail is ${ocijail}: this program` }
  return [known, takenFinding(config, env)]
}

/** Returns which runtime a plain `podman run` takes, and which file decides that. */
function takenFinding(config: EngineConfig, env: Environment): Finding {
  const subject = 'podman run'
  const taken = runtimeTaken(config, env)
  if (taken === undefined)
    return { subject, status: 'warning', message: 'finds no runtime, and no file names one', hint: FIX }
  const { name, path, file } = taken
  const why = file === undefined ? "podman's own choice, since no file names one" : `as ${file} says`
  if (path === undefined) {
    const message = `would take ${name}, ${why}, and find no such program`
    return { subject, status: 'warning', message, hint: `correct "runtime" in ${file}` }
  }
  const ours = isOurs(path)
  return {
    subject,
    status: 'ok',
    message: `takes ${name} (${path}), ${why}`,
    ...(ours ? {} : { hint: `${FIX} makes it jailwright` }),
  }
}

/** True when the path is this program, whatever its name. */
function isOurs(path: string): boolean {
  return /(^|\/)jailwright[^/]*$/.test(realPath(path))
}

function runtimeFinding(engine: EngineConfig, files: readonly string[]): Finding {
  const subject = SUBJECT
  const paths = engine.runtimes.get('jailwright')
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
    engine.runtime?.name === 'jailwright' ? "podman's default runtime" : 'used by podman --runtime jailwright'
  return { subject, status: 'ok', message: `jailwright is ${found}: ${use}` }
}

/** Returns the path of an `ocijail` that is a link to this program; undefined when there is none. */
function inPlaceOfOcijail(engine: EngineConfig, env: Environment): string | undefined {
  const candidates = [...(engine.runtimes.get('ocijail') ?? []), installedProgram('ocijail', env) ?? '']
  return candidates.filter(isProgram).find(isOurs)
}
