/** `exec`: checks its options and runs a program in a container. */
import { exec as execInContainer } from '../../container/exec.ts'
import type { Invocation } from '../commands.ts'
import { filePath } from '../file-path.ts'
import type { Handler } from '../handler.ts'
import { usageError } from '../usage.ts'
import { parseGids, parseUser } from '../user.ts'

/**
 * Returns the first given option that describes a COMMAND. A process file describes the same, so such an option beside
 * a file is refused; otherwise a `--user` would be ignored silently.
 */
function settings(options: Invocation<'exec'>['options']): string | undefined {
  return (['user', 'additional-gids', 'cwd', 'env'] as const).find(
    name => options[name] !== undefined && options[name].length > 0,
  )
}

const exec: Handler<'exec'> = ({ options, words }, { context }) => {
  const { process: processFile, user } = options
  if (processFile === undefined && words.command.length === 0) {
    throw usageError('a COMMAND or --process FILE is needed', 'exec')
  }
  if (processFile !== undefined && words.command.length > 0) {
    throw usageError('give a COMMAND or --process FILE, not both', 'exec')
  }
  if (processFile !== undefined) {
    const against = settings(options)
    if (against !== undefined) throw usageError(`give --${against} or --process FILE, not both`, 'exec')
  }
  for (const entry of options.env) {
    if (!/^[^=]+=/.test(entry))
      throw usageError(`--env must be NAME=VALUE, not ${JSON.stringify(entry)}`, 'exec')
  }
  if (options.cwd !== undefined && !options.cwd.startsWith('/'))
    throw usageError(
      `--cwd must be an absolute path inside the container, not ${JSON.stringify(options.cwd)}`,
      'exec',
    )
  return execInContainer(context(), {
    id: words.id,
    processFile,
    args: words.command,
    cwd: options.cwd,
    env: options.env,
    user: user === undefined ? undefined : parseUser(user),
    additionalGids: parseGids(options['additional-gids']),
    noNewPrivileges: options['no-new-privs'],
    tty: options.tty,
    detach: options.detach,
    pidFile: filePath('--pid-file', options['pid-file'], 'exec'),
    consoleSocket: options['console-socket'],
    preserveFds: options['preserve-fds'],
    ignorePaused: options['ignore-paused'],
  })
}

export default exec
