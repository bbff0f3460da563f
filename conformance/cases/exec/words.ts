/** What the cases of exec have in common. */

/** A program that says that it is ready, and stays. */
export const sleeper = 'echo ready; exec sleep %{nap}'

/** Runtimes whose exec has another form. */
export const notFor = { runj: 'has no exec of this form' }
