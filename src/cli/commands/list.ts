import type { Handler } from '../handler.ts'
import { print, printJson } from '../output.ts'
import { table } from '../text-table.ts'

const list: Handler<'list'> = async ({ options }, { context }) => {
  const { containerIds, list } = await import('../../container/list.ts')
  const surroundings = await context()
  if (options.quiet) {
    print(
      containerIds(surroundings)
        .map(id => `${id}\n`)
        .join(''),
    )
    return 0
  }
  const entries = list(surroundings)
  if (options.format === 'json') printJson(entries)
  else {
    const rows = entries.map(({ id, pid, status, bundle, created, jid }) => [
      id,
      String(pid ?? 0),
      status,
      jid === undefined ? '-' : String(jid),
      bundle,
      created,
    ])
    print(table(['ID', 'PID', 'STATUS', 'JID', 'BUNDLE', 'CREATED'], rows))
  }
  return 0
}

export default list
