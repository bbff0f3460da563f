/** The code behind each row of the table, loaded when the command is called. */
import create from './commands/create.ts'
import remove from './commands/delete.ts'
import exec from './commands/exec.ts'
import kill from './commands/kill.ts'
import start from './commands/start.ts'
import state from './commands/state.ts'
import type { CommandName } from './commands.ts'
import type { Handler } from './handler.ts'

type Loaders = {
  readonly [C in Exclude<CommandName, 'help'>]: () => Handler<C> | Promise<Handler<C>>
}

/**
 * One module a command. Those that callers call all day are here from the start: they are a few lines, and a file less
 * to load; what they call is loaded when it is called.
 */
export const handlers: Loaders = {
  create: () => create,
  start: () => start,
  state: () => state,
  kill: () => kill,
  delete: () => remove,
  run: async () => (await import('./commands/run.ts')).default,
  list: async () => (await import('./commands/list.ts')).default,
  exec: () => exec,
  pause: async () => (await import('./commands/pause.ts')).default,
  resume: async () => (await import('./commands/resume.ts')).default,
  ps: async () => (await import('./commands/ps.ts')).default,
  update: async () => (await import('./commands/update.ts')).default,
  stats: async () => (await import('./commands/stats.ts')).default,
  plan: async () => (await import('./commands/plan.ts')).default,
  validate: async () => (await import('./commands/validate.ts')).default,
  spec: async () => (await import('./commands/spec.ts')).default,
  check: async () => (await import('./commands/check.ts')).default,
  features: async () => (await import('./commands/features.ts')).default,
  completion: async () => (await import('./commands/completion.ts')).default,
}
