/** The code behind each row of the table, loaded when the command is called. */
import type { Context } from '../container/context.ts'
import type { CommandName, Invocation } from './commands.ts'

/** What a command may use besides its invocation. */
export interface Surroundings {
  /** Name as called, for output. */
  readonly program: string
  /** Made when it is asked for: a command that does not touch containers does not pay for the host. */
  context(): Promise<Context>
}

/** A command: gives the exit status. */
export type Handler<C extends CommandName> = (
  invocation: Invocation<C>,
  surroundings: Surroundings,
) => Promise<number> | number

/** One module a command; `default` is the handler. */
export const handlers: {
  readonly [C in Exclude<CommandName, 'init' | 'help'>]: () => Promise<{ default: Handler<C> }>
} = {
  create: () => import('./commands/create.ts'),
  start: () => import('./commands/start.ts'),
  state: () => import('./commands/state.ts'),
  kill: () => import('./commands/kill.ts'),
  delete: () => import('./commands/delete.ts'),
  run: () => import('./commands/run.ts'),
  list: () => import('./commands/list.ts'),
  exec: () => import('./commands/exec.ts'),
  pause: () => import('./commands/pause.ts'),
  resume: () => import('./commands/resume.ts'),
  ps: () => import('./commands/ps.ts'),
  update: () => import('./commands/update.ts'),
  stats: () => import('./commands/stats.ts'),
  plan: () => import('./commands/plan.ts'),
  validate: () => import('./commands/validate.ts'),
  spec: () => import('./commands/spec.ts'),
  check: () => import('./commands/check.ts'),
  features: () => import('./commands/features.ts'),
  completion: () => import('./commands/completion.ts'),
}
