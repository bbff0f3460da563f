/** The options and results of `create` and `run`. */
import type { Plan } from '../../translate/core/plan.ts'
import type { StartedInit } from '../init/spawn.ts'
import type { OwnTerminal } from '../process/terminal.ts'
import type { StateFile } from '../state/state-file.ts'

/** The options of `create`. */
export interface CreateOptions {
  id: string
  /** The bundle directory. */
  bundle: string
  pidFile?: string
  consoleSocket?: string
  /** Number of descriptors from 3 on that the program keeps. */
  preserveFds: number
  limits?: 'strict' | 'best-effort'
}

/** The difference between `run` and `create`. */
export interface CreateMode {
  /** True when the command itself relays a terminal that has no console socket. */
  ownTerminal: boolean
}

/** A created container, which `run` starts. */
export interface Created {
  plan: Plan
  state: StateFile
  init: StartedInit
  terminal: OwnTerminal | undefined
}
