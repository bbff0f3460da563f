/** children.max of a parent jail, raised by one for each container in it and lowered again at delete. */
import { JailwrightError, ToolError } from '../errors.ts'
import type { Host } from '../host/types.ts'
import { tryLock } from './lock.ts'

function limit(host: Host, parent: string): number | undefined {
  const jid = host.kernel.jailId(parent)
  const found = jid === undefined ? undefined : host.kernel.jailParams(jid, ['children.max'])
  return found === undefined ? undefined : Number(found['children.max'])
}

function setLimit(host: Host, parent: string, value: number): void {
  const args = ['-m', `name=${parent}`, `children.max=${value}`]
  const answer = host.run('jail', args)
  if (answer.status !== 0) throw new ToolError(['jail', ...args], answer.status, answer.stderr)
}

/** How long one command waits for another one to change a parent, in milliseconds: jail(8) takes some ten. */
const PATIENCE = 30_000

/**
 * Reads and writes the limit with nobody in between: containers of one pod are created and deleted at the same time,
 * each with a lock of its own only, and two that read 0 would both write 1.
 */
function alone(host: Host, path: string, action: () => void): void {
  const lock = tryLock(host, path, PATIENCE)
  if (!lock) throw new JailwrightError('STATE', `${path}: another command has held this lock for too long`)
  try {
    action()
  } finally {
    lock.remove()
  }
}

/** Makes room for one more child jail, under the lock file `lock`. Fails when the parent is not there. */
export function raiseChildren(host: Host, { parent, lock }: { parent: string; lock: string }): void {
  alone(host, lock, () => {
    const now = limit(host, parent)
    if (now === undefined)
      throw new JailwrightError('HOST', `jail "${parent}" not found`, { subject: parent })
    setLimit(host, parent, now + 1)
  })
}

/** Takes the room back, under the lock file `lock`; nothing to do when the parent is gone. */
export function lowerChildren(host: Host, { parent, lock }: { parent: string; lock: string }): void {
  alone(host, lock, () => {
    const now = limit(host, parent)
    if (now !== undefined && now > 0) setLimit(host, parent, now - 1)
  })
}
