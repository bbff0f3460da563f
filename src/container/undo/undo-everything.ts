/** Takes a whole container back. */
import type { RuntimeContext } from '../../context.ts'
import { effect } from '../journal/effect.ts'
import { Journal } from '../journal/journal.ts'
import { removeDirectory } from '../state/directory.ts'
import { lastingRecord } from '../state/lasting.ts'
import type { Layout } from '../state/paths.ts'
import { playBack } from './play-back.ts'
import { lostEntries } from './rebuild-journal.ts'

/**
 * Plays the journal back and removes the state directory.
 * @param files the paths of the container's files. With `force`, failures inside the root are warnings; with
 * `keepPidFile`, the pid file stays, because it belongs to the caller from now on.
 * @throws JailwrightError when an effect on the host could not be undone; its entry stays in the journal.
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
