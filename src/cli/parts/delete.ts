/** The part of the program for `delete`. `start` loads it too, when a hook has failed. */
import { destroyStopped } from '../../container/delete.ts'
import type { Incarnation } from '../../container/state/state-file.ts'
import { openHost } from '../../host/index.ts'
import type { Program } from '../../host/self.ts'
import { runCommand } from '../cli.ts'
import remove from '../commands/delete.ts'
import type { AnyInvocation, Invocation } from '../commands.ts'
import type { Handler } from '../handler.ts'

/** Runs the command and returns the exit status. */
export function run(invocation: AnyInvocation, program: Program): number {
  return runCommand(invocation, { delete: remove }, program, openHost)
}

/** Destroys a container whose `start` failed in a hook. It never throws, because it reports every error itself. */
export function destroy(container: Incarnation, invocation: Invocation<'start'>, program: Program): void {
  const start: Handler<'start'> = (_, { context }) => {
    destroyStopped(context(), container)
    return 0
  }
  runCommand(invocation as AnyInvocation, { start }, program, openHost)
}
