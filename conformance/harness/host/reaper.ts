/**
 * The hidden commands `internal-reap` and `internal-reap-exec`: what conmon is to a container and to an exec. They become
 * the reaper of their orphans, run the runtime, wait for the pid of the pid file themselves, and print the raw wait
 * status as JSON.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { native } from './native.ts'

/** Arguments: runtime, state root, bundle, pid file, id. Exit status 0 when everything could be asked. */
export async function reapCommand(args: readonly string[]): Promise<number> {
  const [runtime = '', root = '', bundle = '', pidFile = '', id = ''] = args
  const calls = await native()
  if (calls?.becomeReaper() !== true) throw new Error('cannot become a reaper')
  const call = (...words: string[]) =>
    spawnSync(runtime, ['--root', root, ...words], { stdio: 'ignore' }).status
  const created = call('create', '--bundle', bundle, '--pid-file', pidFile, id)
  const pid = Number(readFileSync(pidFile, 'utf8'))
  const started = call('start', id)
  const status = calls.waitFor(pid)
  process.stdout.write(`${JSON.stringify({ created, started, pid, status: status ?? null })}\n`)
  return 0
}

/** What `internal-reap-exec` prints: statuses and pid of the exec that it watched. */
export interface ReapedExec {
  /** Exit status of the runtime itself. */
  runtime: number | null
  /** The process of the pid file; `null` without one. */
  pid: number | null
  /** Raw status of waitpid(2) for that process; `null` when it was no child of the reaper. */
  status: number | null
}

/**
 * `internal-reap-exec`: an exec in the way of conmon 2.2. It takes no notice of how the runtime ends, since that may be
 * the status of the program; the pid file alone says that there was a process, and its wait status how it ended
 * (conmon, src/conmon.c, "For exec operations, a non-zero runtime exit status reflects the exit status of the exec'd
 * command").
 *
 * Arguments: runtime, state root, pid file, process file, file for both output streams of the process, id.
 */
export async function reapExecCommand(args: readonly string[]): Promise<number> {
  const [runtime = '', root = '', pidFile = '', processFile = '', output = '', id = ''] = args
  const calls = await native()
  if (calls?.becomeReaper() !== true) throw new Error('cannot become a reaper')
  const streams = openSync(output, 'a')
  const words = ['--root', root, 'exec', '--pid-file', pidFile, '--process', processFile, '--detach', id]
  const answer = spawnSync(runtime, words, { stdio: ['ignore', streams, streams] })
  closeSync(streams)
  const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : null
  const status = pid === null ? null : (calls.waitFor(pid) ?? null)
  process.stdout.write(`${JSON.stringify({ runtime: answer.status, pid, status } satisfies ReapedExec)}\n`)
  return 0
}

/** How to call this program again: the executable alone when it is compiled, else engine and script. */
export function selfCommand(): readonly [string, ...string[]] {
  const script = process.argv[1] ?? ''
  return script.startsWith('/$bunfs/') ? [process.execPath] : [process.execPath, script]
}
