/** `list`: prints the containers as a table, as JSON or as ids. */
import { containerIds, type ListEntry, list as listContainers } from '../../container/list.ts'
import type { Handler } from '../handler.ts'
import { print, printJson } from '../output.ts'
import { table } from '../text-table.ts'

/**
 * The columns of the table, in order. They are runc's (ocijail's first four are the same), and the jail's id after
 * them.
 */
const COLUMNS: readonly (readonly [title: string, cell: (entry: ListEntry) => string])[] = [
  ['ID', ({ id }) => id],
  ['PID', ({ pid }) => String(pid)],
  ['STATUS', ({ status }) => status],
  ['BUNDLE', ({ bundle }) => bundle],
  ['CREATED', ({ created }) => created],
  ['OWNER', ({ owner }) => owner],
  ['JID', ({ jid }) => (jid > 0 ? String(jid) : '-')],
]

const list: Handler<'list'> = ({ options }, { context }) => {
  const surroundings = context()
  if (options.quiet) {
    print(
      containerIds(surroundings)
        .map(id => `${id}\n`)
        .join(''),
    )
    return 0
  }
  const entries = listContainers(surroundings)
  if (options.format === 'json') printJson(entries)
  else
    print(
      table(
        COLUMNS.map(([title]) => title),
        entries.map(entry => COLUMNS.map(([, cell]) => cell(entry))),
      ),
    )
  return 0
}

export default list
