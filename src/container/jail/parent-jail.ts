/**
 * children.max of a parent jail. Nothing raises it (docs/freebsd/jails.md), but a container of an earlier version may have
 * raised it by one, and its journal records that.
 */
import { JailwrightError } from '../../errors.ts'
import type { Host } from '../../host/types.ts'
import type { Undo } from '../journal/journal.ts'
import { tryLock } from '../state/lock.ts'
import { setJail } from './set-jail.ts'

function limit(host: Host, parent: string): { jid: number; max: number } | undefined {
  const jid = host.kernel.jailId(parent)
  const found = jid === undefined ? undefined : host.kernel.jailParams(jid, ['children.max'])
  return jid === undefined || found === undefined ? undefined : { jid, max: Number(found['children.max']) }
}

/** Sets the limit by jid. With a name that contains dots the kernel answers that a jail's parent cannot change. */
function setLimit(host: Host, parent: string, jid: number, value: number): void {
  setJail(
    host,
    parent,
    [
      ['jid', String(jid)],
      ['children.max', String(value)],
    ],
    'update',
  )
}

/**
 * Takes the room back; does nothing when the parent is gone.
 * @param done false when the command died before it recorded whether it had raised the limit.
 */
export function lowerChildren(host: Host, undo: Extract<Undo, { op: 'children' }>, done: boolean): void {
  const { parent, before, lock } = undo
  const lower = () => {
    const now = limit(host, parent)
    if (now === undefined || now.max === 0) return
    if (!done && (before === undefined || now.max <= before)) return
    setLimit(host, parent, now.jid, now.max - 1)
  }
  if (lock === undefined) lower()
  else locked(host, parent, lock, lower)
}

/** How long a command waits for the lock, in milliseconds. The holder changes a single parameter. */
const PATIENCE = 10_000

function locked(host: Host, parent: string, path: string, action: () => void): void {
  const lock = tryLock(host, path, PATIENCE)
  if (!lock)
    throw new JailwrightError('HOST', `jail "${parent}": its limits are being changed by another command`)
  try {
    action()
  } finally {
    lock.remove()
  }
}
