/** What `create` and `run` are asked for, and what they get. */
import type { Plan } from '../../translate/core/plan.ts'
import type { StartedInit } from '../init/spawn.ts'
import type { OwnTerminal } from '../process/terminal.ts'
import type { StateFile } from '../state/state-file.ts'

/** What `create` is asked for. */
export interface CreateOptions {
  id: string
  /** Bundle directory. */
  bundle: string
  pidFile?: string
  consoleSocket?: string
  /** Number of descriptors from 3 on that the program keeps. */
  preserveFds: number
  limits?: 'strict' | 'best-effort'
}

/** How `run` differs from `create`. */
export interface CreateMode {
  /** A terminal without a console socket is one that `run` relays itself. */
  ownTerminal: boolean
}

/** A container that has been created, as `run` goes on with it. */
export interface Created {
  plan: Plan
  state: StateFile
  init: StartedInit
  terminal: OwnTerminal | undefined
}
