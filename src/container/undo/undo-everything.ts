/** Taking a container back as a whole. */
import type { RuntimeContext } from '../../context.ts'
import { effect } from '../journal/effect.ts'
import { Journal } from '../journal/journal.ts'
import { removeDirectory } from '../state/directory.ts'
import { lastingRecord } from '../state/lasting.ts'
import type { Layout } from '../state/paths.ts'
import { playBack } from './play-back.ts'
import { lostEntries } from './rebuild-journal.ts'

/**
 * Plays the journal back and removes the state directory; throws when something of the host could not be undone. With
 * `force` what the root does not let be undone in it is a warning; with `keepPidFile` the pid file is the caller's from now on.
 */
export function undoEverything(
  ctx: RuntimeContext,
  files: Layout,
  { force = false, keepPidFile = false } = {},
): void {
  const journal = new Journal(files.journal, undefined, lastingRecord(files))
  const failures = playBack(ctx.host, journal, {
    lost: lostEntries(ctx, files, journal),
    force,
    keepPidFile,
    log: ctx.log,
  })
  for (const failure of failures.slice(1)) ctx.log.error(failure.message)
  if (failures[0]) throw failures[0]
  journal.removeRecord()
  effect('remove state directory', () => removeDirectory(files))
}
