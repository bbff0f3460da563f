/** The part of the executable that `run` loads. */
import { runCommand } from '../cli.ts'
import foreground from '../commands/run.ts'
import type { Parsed } from '../fast-parse.ts'
import type { Program } from '../self.ts'

/** Runs the command; gives the exit status. */
export function run(parsed: Parsed, program: Program): Promise<number> {
  return runCommand(parsed, { run: foreground }, program)
}
