/**
 * The simulated host is restarted, as FreeBSD does it (rc.d/cleanvar removes the files below /var/run), at the points at
 * which a command can be killed. What outlives the restart is told by `list` and `check`, and cleared by `delete --force` or
 * by the next `create` of the id. Runs outside of the host, which ends all its processes at each restart.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Outcome, Setting } from '../group.ts'
import { seeded } from '../seeded.ts'
import type { Point } from './points.ts'
import { sampleOf } from './sample.ts'

/** Restarts in the short form. */
const SHORT = 12

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const simhost = path('../../../conformance/simhost/simhost.ts')

/** What is done in the host between two restarts. */
export interface Between {
  /** What clears the container that was there before the restart away; undefined before the first one. */
  clear?: { point: Point; way: Way }
  /** Where the next command is killed; undefined after the last one. */
  kill?: Point
}

/** How what outlives a restart is cleared, with /var/run as rc.d/cleanvar leaves it or as a tmpfs that is empty at boot. */
export interface Way {
  by: 'delete' | 'create'
  emptied: boolean
}

const WAYS: readonly Way[] = [
  { by: 'delete', emptied: false },
  { by: 'create', emptied: false },
  { by: 'delete', emptied: true },
  { by: 'create', emptied: true },
]

function simulate(env: Record<string, string>, ...words: string[]): string {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [simhost, ...words], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: 300_000,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 26,
  })
  if (status === 0) return stdout
  throw new Error(`simhost ${words[0]} ended with ${signal ?? status}: ${stderr || stdout}`)
}

/** Runs the group in a host that was made for it. */
function reboots(setting: Omit<Setting, 'random'>, host: string): Outcome {
  const random = seeded(setting.seed)
  const inside = <T>(step: 'points' | Between): T =>
    JSON.parse(
      simulate(
        // Not as arguments: the names of effects would be taken for those of the container's processes.
        { FAULTS_SETTING: JSON.stringify(setting), FAULTS_STEP: JSON.stringify(step) },
        ...['exec', host, '--', process.execPath, path('between-reboots.ts')],
      ),
    ) as T
  const points = inside<Point[]>('points')
  const chosen = setting.long ? points : sampleOf(points, ({ command }) => command, SHORT, random)
  const faults: string[] = []
  let clear: Between['clear']
  for (const point of [...chosen, undefined]) {
    faults.push(...inside<string[]>({ ...(clear && { clear }), ...(point && { kill: point }) }))
    if (point === undefined) break
    simulate({}, 'reboot', host)
    clear = { point, way: random.pick(WAYS) }
  }
  return {
    tried: `${chosen.length} restarts before or after one of ${points.length / 2} effects, then list, check, and delete --force or create`,
    faults,
  }
}

const [setting = '{}', host = ''] = process.argv.slice(2)
console.log(JSON.stringify(reboots(JSON.parse(setting) as Omit<Setting, 'random'>, host)))
