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

/** Makes room for one more child jail. Fails when the parent is not there. */
export function raiseChildren(host: Host, parent: string): void {
  const now = limit(host, parent)
  if (now === undefined) throw new JailwrightError('HOST', `jail "${parent}" not found`, { subject: parent })
  setLimit(host, parent, now + 1)
}

/** Takes the room back; nothing to do when the parent is gone. */
export function lowerChildren(host: Host, parent: string): void {
  const now = limit(host, parent)
  if (now !== undefined && now > 0) setLimit(host, parent, now - 1)
}
