/** `create`: passes its options on. */
import { create as createContainer } from '../../container/create.ts'
import { bundleDirectory } from '../bundle-directory.ts'
import { filePath } from '../file-path.ts'
import type { Handler } from '../handler.ts'

const create: Handler<'create'> = ({ options, words }, { context }) => {
  createContainer(context(), {
    id: words.id,
    bundle: bundleDirectory('create', options.bundle, words.bundle),
    pidFile: filePath('--pid-file', options['pid-file'], 'create'),
    consoleSocket: options['console-socket'],
    preserveFds: options['preserve-fds'],
    limits: options.limits,
  })
  return 0
}

export default create
