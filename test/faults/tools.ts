/** Each run of a tool failing in turn: status 1 with a message, killed, without an end, and with output that means nothing. */
import type { Group, Setting } from './group.ts'
import { choose } from './points.ts'
import { type How, withFault } from './simulated-faults.ts'
import { makeTrials, STRUCK, type Struck, type Trials } from './trials.ts'

interface Point {
  command: Struck
  tool: string
  nth: number
  way: string
  how: How
  after: boolean
}

/**
 * Milliseconds that a tool may take in these trials, in place of a minute. The limit holds for the healthy tools of the command
 * as well, which a busy machine may hold up.
 */
const LIMIT = '3000'

/** The ways in which a tool fails, each before and after it has done its work. */
const WAYS: Readonly<Record<string, (tool: string) => How>> = {
  'status 1': tool => ({ status: 1, stdout: '', stderr: `${tool}: something is wrong\n` }),
  'status 1 without a word': () => ({ status: 1, stdout: '', stderr: '' }),
  'a signal': () => 'kill',
  'no end': () => 'hang',
  'output that means nothing': () => ({ status: 0, stdout: '\x1b[31m%s ../..\n\0\n', stderr: 'warning\n' }),
  'no output': () => ({ status: 0, stdout: '', stderr: '' }),
}

/** Tools that the simulated host runs in its kernel, where their end can be made; the others ask the kernel by calls. */
const TOOLS = ['ifconfig', 'route', 'jls', 'ps']

const numbered = (count: number) => Array.from({ length: count }, (_, n) => n + 1)

function pointsOf(trials: Trials, command: Struck): Point[] {
  trials.ready(command)
  const { counts } = withFault(trials.runtime, trials.args(command))
  trials.done(command)
  return TOOLS.flatMap(tool =>
    numbered(counts[tool] ?? 0).flatMap(nth =>
      Object.entries(WAYS).flatMap(([way, make]) =>
        [false, true]
          // Success for nothing cannot be told from nothing to undo, nor a list that is cut short from a short one.
          .filter(() => command !== 'delete' || !isSuccess(make(tool)))
          .map((after): Point => ({ command, tool, nth, way, how: make(tool), after })),
      ),
    ),
  )
}

function isSuccess(how: How): boolean {
  return typeof how === 'object' && 'status' in how && how.status === 0
}

function tryOne(trials: Trials, { command, tool, nth, way, how, after }: Point): void {
  const label = `${command}, ${tool} ${nth} ends with ${way}${after ? ' after its work' : ''}`
  trials.attempt(label, command, args =>
    withFault(
      trials.runtime,
      args,
      { call: tool, nth, how, after },
      how === 'hang' ? { env: { JAILWRIGHT_TOOL_LIMIT: LIMIT } } : {},
    ),
  )
}

/** Every tool failing in turn. */
export const failingTools: Group = (setting: Setting) => {
  const trials = makeTrials(setting)
  const all = STRUCK.flatMap(command => pointsOf(trials, command))
  const chosen = choose(all, ({ command, way, after }) => `${command} ${way} ${after}`, setting, 24)
  trials.each(chosen, point => tryOne(trials, point))
  const runs = new Set(all.map(({ command, tool, nth }) => `${command} ${tool} ${nth}`)).size
  return {
    tried: `${trials.struck} failures of ${runs} runs of tools in ${Object.keys(WAYS).length} ways, of ${all.length}`,
    faults: trials.faults,
  }
}
