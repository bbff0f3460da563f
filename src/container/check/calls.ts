/**
 * `check`: whether system calls answer what this program expects. The program reads the kernel's structures by offsets
 * and numbers that are known when it is built; where they do not fit the running kernel, one of these questions gets a
 * wrong answer.
 */
import { errnoOf } from '../../errors.ts'
import { engine } from '../../host/engine/index.ts'
import { listDirectory, readTextFile, statusOf } from '../../host/files.ts'
import type { Host } from '../../host/types.ts'
import type { Finding } from './finding.ts'

/** A question to each system call, by name. The answer is known, or a second call gives it too. */
const QUESTIONS: Readonly<Record<string, (host: Host) => boolean>> = {
  'kern.proc.pid': ({ kernel }) => kernel.processInfo(engine.pid())?.zombie === false,
  'kern.proc.proc': ({ kernel }) => kernel.processInfos([engine.pid()]).has(engine.pid()),
  'getfsstat(2)': ({ kernel }) =>
    kernel.mounts().some(({ on, fstype }) => on.startsWith('/') && fstype !== ''),
  // In a jail with enforce_statfs=0 the root has the host's path.
  'statfs(2)': ({ kernel }) =>
    kernel.sysctl('security.jail.jailed') === '1' || (kernel.mountAt('/')?.fstype ?? '') !== '',
  'stat(2)': () => statusOf('/')?.kind === 'dir',
  'getdirentries(2)': () => listDirectory('/').includes('dev'),
  errno: () => refusal(() => readTextFile('/no such/file')) === 'ENOENT',
  'jail_get(2)': ({ kernel }) => kernel.jailId('no such jail') === undefined,
  'posix_spawn(3), sysctl(3)': ({ run, kernel }) =>
    run('sysctl', ['-n', 'kern.ostype']).stdout.trim() === kernel.sysctl('kern.ostype'),
}

function refusal(action: () => unknown): string | undefined {
  try {
    action()
    return undefined
  } catch (error) {
    return errnoOf(error)
  }
}

/** Returns a finding on the system calls whose answers do not fit. */
export function callsFinding(host: Host): Finding {
  const subject = 'system calls'
  const wrong = Object.entries(QUESTIONS).flatMap(([name, question]) => {
    try {
      return question(host) ? [] : [name]
    } catch (error) {
      return [`${name} (${(error as Error).message})`]
    }
  })
  if (wrong.length === 0) return { subject, status: 'ok', message: 'answer as expected' }
  return {
    subject,
    status: 'missing',
    message: `this build does not fit this kernel: ${wrong.join(', ')}`,
    hint: 'report it with the output of uname -a and of jailwright --version',
  }
}
