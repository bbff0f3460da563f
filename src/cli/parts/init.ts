/** The part of the program that becomes the first process of a container, or the process of an `exec`. */
import { initMain } from '../../container/init/main.ts'
import type { Program } from '../../host/self.ts'
import { writeAll } from '../output.ts'

/** Runs the hidden command `init`. Returns the exit status of an init that does not become a program. */
export function run(argv: readonly string[], program: Program): number {
  try {
    return initMain(argv)
  } catch (error) {
    // Somebody ran `init` by hand, without the descriptors of a `create`, so standard error is the only place for the
    // message.
    writeAll(2, `${program}: init, which only create and exec can start: ${(error as Error).message}\n`)
    return 1
  }
}
