/** What a command's module gives, and what it is given. */
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
