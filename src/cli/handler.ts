/** What a command's module gives, and what it is given. */
import type { RuntimeContext } from '../context.ts'
import type { Program } from '../host/self.ts'
import type { EverydayHost, Host } from '../host/types.ts'
import type { CommandName, Invocation } from './commands.ts'

/** What a command may use besides its invocation. */
interface Surroundings<H extends EverydayHost = Host> {
  /** Name as called, for output. */
  readonly program: Program
  /** Made when it is asked for: a command that does not touch containers does not pay for the host. */
  context(): RuntimeContext<H>
}

/** A command: gives the exit status. */
export type Handler<C extends CommandName, H extends EverydayHost = Host> = (
  invocation: Invocation<C>,
  surroundings: Surroundings<H>,
) => number
