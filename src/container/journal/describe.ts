/** Describes a journal entry for people: what its undo would do. */
import type { ToolCall } from '../../translate/core/plan.ts'
import { commentText } from '../../translate/text/quote.ts'
import type { Entry, Undo } from './journal.ts'

/**
 * Returns one line without its line end. Control characters in a name are escaped, so that a name cannot break the
 * line.
 */
export function describeUndo({ undo, done }: Pick<Entry, 'undo' | 'done'>): string {
  const maybe = done === undefined && !FOLLOWED.has(undo.op) ? ', if it was done' : ''
  return commentText(`${sentence(undo, done)}${maybe}`)
}

/** Undos whose object is identified without doubt, whether or not the effect happened. */
const FOLLOWED = new Set<Undo['op']>(['init-gone', 'kill', 'pid-file', 'ruleset'])

function sentence(undo: Undo, done: Entry['done']): string {
  switch (undo.op) {
    case 'unmount': {
      const from = undo.from === undefined || undo.from === undo.fstype ? '' : ` of ${undo.from}`
      return `unmount ${undo.path} (${undo.fstype}${from})`
    }
    case 'rmdir':
      return `remove the directory ${undo.root}${undo.path}, if it is empty`
    case 'unlink':
      return undo.link === undefined
        ? `remove the file ${undo.root}${undo.path}, if it is empty`
        : `remove the link ${undo.root}${undo.path}, if it leads to ${undo.link}`
    case 'put-back':
      return `put ${undo.aside} back to ${undo.root}${undo.path}`
    case 'host-rmdir':
      return `remove the directory ${undo.path}, if it is empty`
    case 'pid-file':
      return `remove the pid file ${undo.path}, if it holds ${undo.pid}`
    case 'jail':
      return `remove the jail ${undo.name}${done?.jid === undefined ? '' : ` (jid ${done.jid})`} of ${undo.path}, with its processes`
    case 'run':
      return undo.calls.map(call).join('; ')
    case 'ruleset':
      return `delete devfs ruleset ${undo.number}, if its first rule is "${undo.marker}"`
    case 'init-gone':
      return `wait until init has let go of ${undo.ctl}`
    case 'kill':
      return `kill process ${undo.pid}${undo.group ? ' and its group' : ''}, if it is the one that was started`
    case 'children':
      return `lower children.max of the jail ${undo.parent} by one`
  }
}

function call({ tool, args, forDescription }: ToolCall): string {
  const words = [tool, ...args].join(' ')
  if (forDescription === undefined) return words
  return `${words.replace('%{interface}', 'INTERFACE')} of the interface with the description "${forDescription}"`
}
