/** `run`: passes its options on, and ends with the status of the program. */
import { run as runContainer } from '../../container/run.ts'
import { bundleDirectory } from '../bundle-directory.ts'
import { filePath } from '../file-path.ts'
import type { Handler } from '../handler.ts'

const run: Handler<'run'> = ({ options, words }, { context }) => {
  return runContainer(context(), {
    id: words.id,
    bundle: bundleDirectory('run', options.bundle, words.bundle),
    pidFile: filePath('--pid-file', options['pid-file'], 'run'),
    consoleSocket: options['console-socket'],
    preserveFds: options['preserve-fds'],
    limits: options.limits,
    detach: options.detach,
    keep: options.keep,
  })
}

export default run
