import type { Handler } from '../handlers.ts'
import { print, printJson } from '../output.ts'
import { table } from '../text-table.ts'

const list: Handler<'list'> = async ({ options }, { context }) => {
  const { list } = await import('../../container/list.ts')
  const entries = await list(await context())
  if (options.quiet) print(entries.map(({ id }) => `${id}\n`).join(''))
  else if (options.format === 'json') printJson(entries)
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
