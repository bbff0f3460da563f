/** The commands that are killed: what comes before each, and what may come of calling it again. */
import { type CommandName, type Everything, ID } from '../everything.ts'

/** A command on the container. */
export interface Command {
  name: CommandName
  args: readonly string[]
  /** The commands that are called first. */
  before: readonly CommandName[]
  /** What may come of calling it again after it was killed. */
  again: {
    /** Another form of the command, which is called in its place. */
    args?: readonly string[]
    /** What it may say in place of doing it: it was done before. */
    says?: RegExp
    /** What the container is afterwards, also when it says that; undefined where that depends. */
    status?: string
  }
}

const RUNNING = ['create', 'start'] as const

const LIFE: Readonly<Record<CommandName, Pick<Command, 'before' | 'again'>>> = {
  create: { before: [], again: { says: /already exists/, status: 'created' } },
  start: { before: ['create'], again: { says: /it is running, not created/, status: 'running' } },
  exec: { before: RUNNING, again: { status: 'running' } },
  update: { before: RUNNING, again: { status: 'running' } },
  pause: { before: RUNNING, again: { says: /it is paused, not running/, status: 'paused' } },
  resume: { before: [...RUNNING, 'pause'], again: { says: /it is running, not paused/, status: 'running' } },
  delete: {
    // update leaves undos of its own.
    before: [...RUNNING, 'update'],
    again: { args: ['delete', ID], says: /does not exist|that is not stopped/ },
  },
}

/** All commands that change anything. */
export function commandsOf(everything: Everything): Command[] {
  return (Object.keys(LIFE) as CommandName[]).map(name => ({
    name,
    args: everything.commands[name],
    ...LIFE[name],
  }))
}
