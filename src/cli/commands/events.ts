/** `events`: prints statistics as JSON lines until the container ends. */
import { isCounted, stats } from '../../container/stats.ts'
import { sleep } from '../../host/wait.ts'
import { type Event, statsEvent } from '../event.ts'
import type { Handler } from '../handler.ts'
import { writeAll } from '../output.ts'
import { usageError } from '../usage.ts'

const events: Handler<'events'> = ({ options, words }, { context }) => {
  const pause = milliseconds(options.interval)
  if (pause === undefined)
    throw usageError(
      `--interval must be a number above 0 with its unit (ms, s, m or h), not ${JSON.stringify(options.interval)}`,
      'events',
    )
  const surroundings = context()
  for (let first = true; ; first = false) {
    let event: Event
    try {
      event = statsEvent(stats(surroundings, words.id))
    } catch (error) {
      // The end of the container ends its events.
      if (!first && !isCounted(surroundings, words.id)) return 0
      throw error
    }
    const taken = writeAll(1, `${JSON.stringify(event)}\n`)
    if (options.stats || !taken) return 0
    sleep(pause)
  }
}

/** Returns the milliseconds of a duration in runc's form (`5s`, `1m30s`); undefined for any other text and for 0. */
function milliseconds(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined
  const unit: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)
  const sum = [...parts].reduce((total, [, number, name]) => total + Number(number) * unit[name!]!, 0)
  // A pause of 2^31 milliseconds (25 days) or more counts as a mistake.
  return sum > 0 && sum < 2 ** 31 ? sum : undefined
}

export default events
