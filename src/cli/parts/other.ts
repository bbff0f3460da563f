/** The part of the program with the commands that callers do not run for every container. */
import { openHost } from '../../host/index.ts'
import type { Program } from '../../host/self.ts'
import { runCommand } from '../cli.ts'
import check from '../commands/check.ts'
import completion from '../commands/completion.ts'
import events from '../commands/events.ts'
import features from '../commands/features.ts'
import inspect from '../commands/inspect.ts'
import journal from '../commands/journal.ts'
import list from '../commands/list.ts'
import pause from '../commands/pause.ts'
import plan from '../commands/plan.ts'
import ps from '../commands/ps.ts'
import resume from '../commands/resume.ts'
import spec from '../commands/spec.ts'
import stats from '../commands/stats.ts'
import update from '../commands/update.ts'
import validate from '../commands/validate.ts'
import type { AnyInvocation } from '../commands.ts'

const handlers = {
  check,
  completion,
  events,
  features,
  inspect,
  journal,
  list,
  pause,
  plan,
  ps,
  resume,
  spec,
  stats,
  update,
  validate,
}

/** Runs one of these commands and returns the exit status. */
export function run(invocation: AnyInvocation, program: Program): number {
  return runCommand(invocation, handlers, program, openHost)
}
