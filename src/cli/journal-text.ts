/** The result of `journal` as text. */
import type { JournalListing } from '../container/journal-listing.ts'

/** Returns the problems as comments, then a line for each effect in the order in which it would be taken back. */
export function journalText({ directory, rebooted, problems, entries }: JournalListing): string {
  const width = Math.max(...entries.map(({ n }) => String(n).length), 1)
  const lines = [
    ...problems.map(problem => `# ${problem}`),
    ...(rebooted ? ['# the host has been restarted: what is marked with * is undone already'] : []),
    ...entries.map(({ n, text, undone }) => {
      const number = (n === 0 ? '-' : String(n)).padStart(width)
      return `${number}${rebooted ? (undone ? ' *' : '  ') : ''} ${text}`
    }),
    `${' '.repeat(width)}${rebooted ? '  ' : ''} remove the state directory ${directory}`,
  ]
  return `${lines.join('\n')}\n`
}
