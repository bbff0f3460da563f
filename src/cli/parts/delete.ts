/** The part of the program that `delete` loads. */
import { openHost } from '../../host/index.ts'
import type { Program } from '../../host/self.ts'
import { runCommand } from '../cli.ts'
import remove from '../commands/delete.ts'
import type { AnyInvocation } from '../commands.ts'

/** Runs the command; gives the exit status. */
export function run(invocation: AnyInvocation, program: Program): number {
  return runCommand(invocation, { delete: remove }, program, openHost)
}
