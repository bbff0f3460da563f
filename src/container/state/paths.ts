/** Paths of a container's files below the root directory (`--root`). */
/** Paths of one container's state directory. */
export interface Layout {
  dir: string
  /** state.json. Its name and place are an interface: hooks of users read `.jid` from it. */
  state: string
  /** The plan that `create` executed. `start`, `exec` and `delete` need it besides the state. */
  plan: string
  journal: string
  /** FIFO to init. */
  ctl: string
  /** FIFO from init. init is its only writer, so the end of file means that init has died or has become the program. */
  result: string
  /** Mount point of a read-only root. */
  root: string
  /** An empty file, which masked files show. */
  empty: string
  lock: string
}

/**
 * Returns the paths of a container's files. The id must have passed `checkId`, because another id could lead out of
 * `root`.
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
