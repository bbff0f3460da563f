/** The name by which this program was called, and the command that starts it again. */
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

/** Gives the command that starts this program again, without its arguments; `create` starts init with it. */
export function selfCommand(): readonly [program: string, ...args: string[]] {
  return engine.command
}
