/** `stats`: prints statistics once or repeatedly. */
import { stats as statsOf } from '../../container/stats.ts'
import { sleep } from '../../host/wait.ts'
import type { Handler } from '../handler.ts'
import { print, writeAll } from '../output.ts'
import { statsTable } from '../stats-table.ts'
import { usageError } from '../usage.ts'

const stats: Handler<'stats'> = ({ options, words }, { context }) => {
  const { interval, format } = options
  if (interval !== undefined && interval < 1) throw usageError('--interval must be 1 or more', 'stats')
  const surroundings = context()
  for (;;) {
    const now = statsOf(surroundings, words.id)
    const text = format === 'json' ? `${JSON.stringify(now)}\n` : statsTable(now)
    if (interval === undefined) {
      print(text)
      return 0
    }
    if (!writeAll(1, text)) return 0
    sleep(interval * 1000)
  }
}

export default stats
