/** What the cases of callers have in common. */

/** A program that says that it is ready, and stays. */
export const sleeper = 'echo ready; exec sleep %{nap}'

/** Runtimes that these callers cannot call. */
export const notFor = { runj: 'has a command line of its own' }
