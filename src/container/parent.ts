/** children.max of a parent jail, raised by one for each container in it and lowered again at delete. */
import { JailwrightError, ToolError } from '../errors.ts'
import type { Host } from '../host/types.ts'

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

/** children.max of the parent as it is now. Fails when the parent is not there. */
export function childrenLimit(host: Host, parent: string): number {
  const now = limit(host, parent)
  if (now === undefined) throw new JailwrightError('HOST', `jail "${parent}" not found`, { subject: parent })
  return now
}

/**
 * Raises a parent's children.max from `now` by one. False when the kernel does not allow it: a jail's must be below
 * that of its own parent. No error, since a jail that the host makes is counted against the host's limit alone
 * (kern_jail.c kern_jail_set begins at the maker); whether there is room is seen when the child is made.
 */
export function raiseChildren(host: Host, parent: string, now: number): boolean {
  try {
    setLimit(host, parent, now + 1)
    return true
  } catch (error) {
    if (error instanceof ToolError && error.stderr.includes('Operation not permitted')) return false
    throw error
  }
}

/**
 * Takes the room back; nothing to do when the parent is gone. `from` is what was there before; `raised` undefined when
 * it is not known whether it was raised: then only what is above `from` is taken back.
 */
export function lowerChildren(host: Host, parent: string, from: number, raised: boolean | undefined): void {
  const now = limit(host, parent)
  if (now === undefined || now === 0 || raised === false) return
  if (raised === undefined && now <= from) return
  setLimit(host, parent, now - 1)
}
