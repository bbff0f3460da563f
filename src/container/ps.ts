/** `ps`: shows the processes of a container's jail. */

import type { RuntimeContext } from '../context.ts'
import { JailwrightError, ToolError } from '../errors.ts'
import { currentStatus, requireState } from './state/state-file.ts'

/**
 * The columns when the caller names none. They resemble `ps -ef` of other systems, with the keywords of FreeBSD's
 * ps(1).
 */
const COLUMNS = 'user,pid,ppid,%cpu,start,tt,time,command'

/**
 * Returns the pids and the table that ps(1) prints for the jail.
 * @throws JailwrightError STATE for a container that is stopped; ToolError with ps(1)'s error.
 */
export function ps(
  ctx: RuntimeContext,
  options: { id: string; options: readonly string[] },
): { pids: number[]; table: string } {
  const { state } = requireState(ctx.root, options.id)
  const status = currentStatus(ctx.host, state)
  if (status === 'stopped' || status === 'creating') {
    throw new JailwrightError('STATE', `container "${options.id}" is not running: it is ${status}`, {
      subject: options.id,
    })
  }
  const wanted = options.options.length > 0 ? options.options : ['-o', COLUMNS]
  const args = ['-J', String(state.jid), ...wanted]
  const answer = ctx.host.run('ps', args)
  // ps(1) exits with 1 and an empty standard error when no process matches.
  if (answer.status !== 0 && answer.stderr !== '') {
    // The first line names the mistake; a list of all keywords follows it.
    const [said = ''] = answer.stderr.split('\n')
    throw new ToolError(['ps', ...args], answer.status, said)
  }
  return { pids: ctx.host.kernel.jailProcesses(state.jid).sort((a, b) => a - b), table: answer.stdout }
}
