/** The part of the program that becomes the container's first process, or that of an `exec`. */
import { initMain } from '../../container/init/main.ts'
import type { Program } from '../../host/self.ts'
import { writeAll } from '../output.ts'

/** The hidden command `init`; gives the exit status of an init that does not become a program. */
export function run(argv: readonly string[], program: Program): number {
  try {
    return initMain(argv)
  } catch (error) {
    // Without the descriptors of a `create` (somebody ran it by hand) nobody else is there to be told.
    writeAll(2, `${program}: init, which only create and exec can start: ${(error as Error).message}\n`)
    return 1
  }
}
