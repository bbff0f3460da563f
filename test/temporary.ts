/**
 * One directory for what a whole run of vitest makes in the temporary directory, removed at its end: a worker is ended
 * without the events on which a test's own directory would be removed.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Called by vitest before its workers start, which inherit the environment; gives what to call after the last one. */
export default function setup(): () => void {
  // A short name: sockets are made below it, and sun_path ends after 104 bytes.
  const directory = mkdtempSync(join(tmpdir(), 'jwt-'))
  process.env.TMPDIR = directory
  return () => rmSync(directory, { recursive: true, force: true })
}
