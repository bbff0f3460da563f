/** `check`: the state directory and its containers. */
import type { RuntimeContext } from '../../context.ts'
import { errnoOf, JailwrightError } from '../../errors.ts'
import { exists, statusOf } from '../../host/files.ts'
import { dirname } from '../../paths.ts'
import { containerNames } from '../state/container-names.ts'
import { tryLock } from '../state/lock.ts'
import { layout } from '../state/paths.ts'
import { readState } from '../state/state-file.ts'
import { leftovers } from '../undo/leftovers.ts'
import type { Finding } from './finding.ts'

const SUBJECT = 'state directory'

/** Returns findings on the state directory, and one for each container with a problem. */
export function checkContainers(ctx: RuntimeContext): Finding[] {
  try {
    const directory = stateDirectory(ctx.root)
    if (directory.status !== 'ok') return [directory]
    const left = leftovers(ctx)
    const others = containerNames(ctx.root).filter(name => left.every(({ id }) => id !== name))
    return [
      directory,
      ...others.flatMap(id => containerFinding(ctx, id) ?? []),
      ...left.map(({ id, text }) => warning(id, text)),
    ]
  } catch (error) {
    if (errnoOf(error) !== 'EACCES') throw error
    const { message } = error as Error
    // The containers are hidden from users other than root.
    return [{ subject: SUBJECT, status: 'warning', message, hint: 'run this as root' }]
  }
}

function stateDirectory(root: string): Finding {
  const subject = SUBJECT
  const facts = statusOf(root)
  if (facts && facts.kind !== 'dir') {
    return {
      subject,
      status: 'missing',
      message: `${root} is no directory`,
      hint: 'remove it, or give --root',
    }
  }
  for (let path = root; ; path = dirname(path)) {
    const { uid = 0, mode = 0 } = statusOf(path) ?? {}
    // In a directory with the sticky bit other users cannot rename what root has made (sticky(7)).
    const open = (mode & 0o022) !== 0 && (path === root || (mode & 0o1000) === 0)
    if (uid !== 0 || open) {
      return {
        subject,
        status: 'missing',
        message: `${path} can be changed by others than root`,
        hint: `chown root ${path}; chmod go-w ${path}`,
      }
    }
    if (path === '/') break
  }
  return {
    subject,
    status: 'ok',
    message: facts ? root : `${root} (the first container makes it)`,
  }
}

function warning(id: string, message: string): Finding {
  return {
    subject: `container ${id}`,
    status: 'warning',
    message,
    hint: `jailwright delete --force ${id}`,
  }
}

/** Returns the problem of a container, if there is one. A container that a command is working on is skipped. */
function containerFinding(ctx: RuntimeContext, id: string): Finding | undefined {
  const files = layout(ctx.root, id)
  const finding = (message: string) => warning(id, message)
  let state: ReturnType<typeof readState>
  try {
    state = readState(files)
  } catch (error) {
    if (!(error instanceof JailwrightError)) throw error
    if (error.code !== 'UNSUPPORTED') return finding('its state.json is damaged')
    return { ...finding('another program made it'), hint: error.hint ?? '' }
  }
  if (state !== undefined && state.status !== 'creating') {
    const { jid, jailName } = state
    return jid > 0 && ctx.host.kernel.jailId(jailName) !== jid ? finding('its jail is gone') : undefined
  }
  // Who is at work on it has made the lock file before its directory; a look makes none.
  if (exists(files.lock)) {
    const lock = tryLock(ctx.host, files.lock, 0)
    if (!lock) return undefined
    lock.release()
  }
  return finding('its create was cut off in the middle, or the host was restarted')
}
