/** The part of the executable that `exec` loads. */
import { runCommand } from '../cli.ts'
import exec from '../commands/exec.ts'
import type { Parsed } from '../fast-parse.ts'
import type { Program } from '../self.ts'

/** Runs the command; gives the exit status. */
export function run(parsed: Parsed, program: Program): Promise<number> {
  return runCommand(parsed, { exec }, program)
}
