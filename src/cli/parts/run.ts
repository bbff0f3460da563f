/** The part of the program for `run`. */
import { openHost } from '../../host/index.ts'
import type { Program } from '../../host/self.ts'
import { runCommand } from '../cli.ts'
import foreground from '../commands/run.ts'
import type { AnyInvocation } from '../commands.ts'

/** Runs the command and returns the exit status. */
export function run(invocation: AnyInvocation, program: Program): number {
  return runCommand(invocation, { run: foreground }, program, openHost)
}
