/** The record of what outlives a restart of the host, kept where it outlives it too. */
import { errnoOf, JailwrightError } from '../../errors.ts'
import { exists, listDirectory, readTextFile, realPath } from '../../host/files.ts'
import { basename, dirname, join } from '../../paths.ts'
import { hasDirectory } from './directory.ts'
import type { Layout } from './paths.ts'

/** rc.d/cleanvar removes every regular file below it at boot (rc.conf(5), cleanvar_enable), and it may be a tmpfs. */
const CLEANED = '/var/run'

/** What is kept from one boot to the next (hier(7)). */
const KEPT = '/var/db'

/** How each record begins (see `LineFile`). */
const BEGINNING = '{"n":'

/**
 * The directory that holds a record for each container of `--root`: the same path below /var/db. undefined for a root that
 * is not below /var/run: nothing removes the journal itself there.
 */
export function lastingDirectory(root: string): string | undefined {
  const cleaned = realPathOf(CLEANED)
  const real = realPathOf(root)
  return real.startsWith(`${cleaned}/`) ? KEPT + real.slice(cleaned.length) : undefined
}

/** The path of a container's record; undefined where its journal is enough. */
export function lastingRecord(files: Layout): string | undefined {
  const directory = lastingDirectory(dirname(files.dir))
  return directory === undefined ? undefined : join(directory, basename(files.dir))
}

/** Whether there is anything of a container: its directory, or a record. Code STATE for what others have put there. */
export function hasRemains(files: Layout): boolean {
  return hasDirectory(files) || hasRecord(lastingRecord(files))
}

/** Names that may be those of records; none where they may not be seen. */
export function recordNames(directory: string): string[] {
  try {
    return listDirectory(directory)
      .filter(name => !name.startsWith('.'))
      .sort()
  } catch (error) {
    if (UNSEEN.has(errnoOf(error) ?? '')) return []
    throw error
  }
}

const UNSEEN = new Set(['ENOENT', 'ENOTDIR', 'EACCES'])

function hasRecord(path: string | undefined): boolean {
  if (path === undefined || !exists(path)) return false
  if (isRecord(path)) return true
  throw new JailwrightError('STATE', `${path} was not made by jailwright`, {
    subject: path,
    hint: 'nothing was removed; move it away, or give another --root',
  })
}

/** A crash or a full disk may have cut short even the beginning. */
function isRecord(path: string): boolean {
  try {
    const text = readTextFile(path)
    return text.startsWith(BEGINNING) || BEGINNING.startsWith(text)
  } catch {
    return false
  }
}

/** The real path of what may be missing: that of the nearest directory that is there, and the rest. */
function realPathOf(path: string): string {
  if (path === '/' || exists(path)) return realPath(path)
  return join(realPathOf(dirname(path)), basename(path))
}
