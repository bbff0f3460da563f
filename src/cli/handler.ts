/** The type of a command's handler and of its surroundings. */
import type { RuntimeContext } from '../context.ts'
import type { Program } from '../host/self.ts'
import type { EverydayHost, Host } from '../host/types.ts'
import type { CommandName, Invocation } from './commands.ts'

/** The surroundings of a command besides its invocation. */
interface Surroundings<H extends EverydayHost = Host> {
  /** The name by which the program was called, for output. */
  readonly program: Program
  /**
   * Returns the context. It is made when it is asked for, so that a command without containers does not open the host.
   */
  context(): RuntimeContext<H>
}

/** Runs a command and returns its exit status. */
export type Handler<C extends CommandName, H extends EverydayHost = Host> = (
  invocation: Invocation<C>,
  surroundings: Surroundings<H>,
) => number
