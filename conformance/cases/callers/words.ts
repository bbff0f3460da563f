/** What the cases of callers have in common. */

/** A program that tells that it is there, and stays. */
export const sleeper = 'echo ready; exec sleep %{nap}'

/** Runtimes that no such caller could call. */
export const notFor = { runj: 'has a command line of its own' }
