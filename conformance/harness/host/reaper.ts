/**
 * The hidden command `internal-reap`: what conmon is to a container. It becomes the reaper of its orphans, runs the
 * runtime's `create` and `start`, waits for the pid of the pid file itself, and prints the raw wait status as JSON.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
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

/** How to call this program again: the executable alone when it is compiled, else engine and script. */
export function selfCommand(): readonly [string, ...string[]] {
  const script = process.argv[1] ?? ''
  return script.startsWith('/$bunfs/') ? [process.execPath] : [process.execPath, script]
}
