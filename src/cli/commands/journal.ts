/** `journal`: prints what `delete --force` would take back. */
import { journalListing } from '../../container/journal-listing.ts'
import type { Handler } from '../handler.ts'
import { journalText } from '../journal-text.ts'
import { print, printJson } from '../output.ts'

const journal: Handler<'journal'> = ({ options, words }, { context }) => {
  const listing = journalListing(context(), words.id)
  if (options.format === 'json') printJson(listing)
  else print(journalText(listing))
  return 0
}

export default journal
