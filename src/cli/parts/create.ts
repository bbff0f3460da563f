/** The part of the program for `create`. */
import { openHost } from '../../host/index.ts'
import type { Program } from '../../host/self.ts'
import { runCommand } from '../cli.ts'
import create from '../commands/create.ts'
import type { AnyInvocation } from '../commands.ts'

/** Runs the command and returns the exit status. */
export function run(invocation: AnyInvocation, program: Program): number {
  return runCommand(invocation, { create }, program, openHost)
}
