/** The part of the program for `exec`. */
import { openHost } from '../../host/index.ts'
import type { Program } from '../../host/self.ts'
import { runCommand } from '../cli.ts'
import exec from '../commands/exec.ts'
import type { AnyInvocation } from '../commands.ts'

/** Runs the command and returns the exit status. */
export function run(invocation: AnyInvocation, program: Program): number {
  return runCommand(invocation, { exec }, program, openHost)
}
