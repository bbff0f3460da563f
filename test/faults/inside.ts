/** Runs one group inside a simulated host: `bun inside.ts GROUP SETTING-AS-JSON`. Prints its outcome as one line of JSON. */
import { failingCalls } from './calls.ts'
import { crashPoints } from './crash/crash-points.ts'
import { fullDisk } from './disk.ts'
import type { Group, Setting } from './group.ts'
import { manyAtOnce, oneId, oneThousand } from './load.ts'
import { hostileRoots } from './roots.ts'
import { seeded } from './seeded.ts'
import { failingTools } from './tools.ts'

const groups: Readonly<Record<string, Group>> = {
  crashPoints,
  manyAtOnce,
  oneId,
  oneThousand,
  hostileRoots,
  failingCalls,
  failingTools,
  fullDisk,
}

const [name = '', text = '{}'] = process.argv.slice(2)
const given = JSON.parse(text) as Omit<Setting, 'random'>
const group = groups[name]
if (group === undefined) throw new Error(`no group ${name}`)
const outcome = await group({ ...given, random: seeded(given.seed) })
console.log(JSON.stringify(outcome))
