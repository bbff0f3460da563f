import { containerIds, list as listContainers } from '../../container/list.ts'
import type { Handler } from '../handler.ts'
import { print, printJson } from '../output.ts'
import { table } from '../text-table.ts'

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
  else {
    // The columns are runc's, in runc's order (ocijail's first four are the same); the jail's id comes after them.
    const rows = entries.map(({ id, pid, status, bundle, created, owner, jid }) => [
      id,
      String(pid),
      status,
      bundle,
      created,
      owner,
      jid > 0 ? String(jid) : '-',
    ])
    print(table(['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED', 'OWNER', 'JID'], rows))
  }
  return 0
}

export default list
