/** Suggestions for mistyped commands. */
import { commands } from './commands.ts'

/**
 * Returns the number of letters to insert, remove, replace or swap with the next one to turn one word into the other.
 */
function distance(from: string, to: string): number {
  let before: number[] = []
  let row = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      next[j] = Math.min(
        row[j]! + 1,
        next[j - 1]! + 1,
        replaced,
        swapped ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY,
      )
    }
    before = row
    row = next
  }
  return row[to.length]!
}

/**
 * Returns the command that is nearest to a mistyped word, or undefined when none is near. One mistake in three letters
 * is allowed, two at most.
 */
export function suggestion(word: string): string | undefined {
  let best: string | undefined
  let least = Math.min(3, 1 + Math.floor(word.length / 3))
  for (const name of Object.keys(commands)) {
    const steps = name.startsWith(word) && word.length > 1 ? 0 : distance(word, name)
    if (steps < least) {
      least = steps
      best = name
    }
  }
  return best
}
