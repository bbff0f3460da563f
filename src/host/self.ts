/** Who this process is: by what name it was called, and how to start it again. */
import { engine } from './engine/index.ts'

/** The names that the program answers to. */
export type Program = 'jailwright' | 'ocijail'

/**
 * The name by which the program was called: `ocijail` through a link of that name (podman knows a runtime by its name),
 * `jailwright` in every other case.
 */
export function calledName(): Program {
  const called = engine.argv[0] ?? ''
  return called.slice(called.lastIndexOf('/') + 1) === 'ocijail' ? 'ocijail' : 'jailwright'
}

/** Argument vector that starts this program again, without its arguments: how `create` starts init. */
export function selfCommand(): readonly [program: string, ...args: string[]] {
  return engine.command
}
