/** Where a container's files are, below the runtime's root directory (`--root`). */
/** Paths of one container's state directory. */
export interface Layout {
  dir: string
  /** state.json: name and place are an interface (hooks in the field read `.jid` from it). */
  state: string
  /** The plan that was executed: what `start`, `exec` and `delete` need besides the state. */
  plan: string
  journal: string
  /** FIFO towards init. */
  ctl: string
  /** FIFO from init; its only writer is init, so end of file means that init has died or become the program. */
  result: string
  /** Mount point of a read-only root. */
  root: string
  /** An empty file: what a masked file shows. */
  empty: string
  lock: string
}

/**
 * The layout for a container id that has been checked by `checkId` (an unchecked id could leave `root`).
 */
export function layout(root: string, id: string): Layout {
  const dir = `${root}/${id}`
  return {
    dir,
    state: `${dir}/state.json`,
    plan: `${dir}/plan.json`,
    journal: `${dir}/journal.jsonl`,
    ctl: `${dir}/ctl`,
    result: `${dir}/result`,
    root: `${dir}/root`,
    empty: `${dir}/empty`,
    lock: `${root}/.lock/${id}`,
  }
}
