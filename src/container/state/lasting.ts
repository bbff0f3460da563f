/** The record of effects that outlive a restart of the host, in a directory that outlives it too. */
import { errnoOf, JailwrightError } from '../../errors.ts'
import { exists, readTextFile, realPath } from '../../host/files.ts'
import { basename, dirname, join } from '../../paths.ts'
import { visibleNames } from './container-names.ts'
import { hasDirectory } from './directory.ts'
import type { Layout } from './paths.ts'

/**
 * rc.d/cleanvar removes every regular file below this directory at boot (cleanvar_enable in rc.conf(5)), and the
 * directory may be a tmpfs.
 */
const CLEANED = '/var/run'

/** A directory that is kept from one boot to the next (hier(7)). */
const KEPT = '/var/db'

/** The first characters of each record (see `LineFile`). */
const BEGINNING = '{"n":'

/**
 * Returns the directory that holds a record for each container of `--root`: the same path below /var/db. Returns
 * undefined for a root that is not below /var/run, because the journal itself outlives a restart there.
 */
export function lastingDirectory(root: string): string | undefined {
  const cleaned = realPathOf(CLEANED)
  const real = realPathOf(root)
  return real.startsWith(`${cleaned}/`) ? KEPT + real.slice(cleaned.length) : undefined
}

/** Returns the path of a container's record; undefined where the journal is enough. */
export function lastingRecord(files: Layout): string | undefined {
  const directory = lastingDirectory(dirname(files.dir))
  return directory === undefined ? undefined : join(directory, basename(files.dir))
}

/**
 * True when a container has a directory or a record.
 * @throws JailwrightError STATE when something of another program is in their place.
 */
export function hasRemains(files: Layout): boolean {
  return hasDirectory(files) || hasRecord(lastingRecord(files))
}

/** Returns the names in the directory of records, sorted; an empty list when this user cannot read the directory. */
export function recordNames(directory: string): string[] {
  try {
    return visibleNames(directory)
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

/** True for a file that begins like a record. A crash or a full disk may have cut short even the beginning. */
function isRecord(path: string): boolean {
  try {
    const text = readTextFile(path)
    return text.startsWith(BEGINNING) || BEGINNING.startsWith(text)
  } catch {
    return false
  }
}

/**
 * Returns the real path of a path whose end may not exist: the real path of the nearest existing directory, and the
 * rest.
 */
function realPathOf(path: string): string {
  if (path === '/' || exists(path)) return realPath(path)
  return join(realPathOf(dirname(path)), basename(path))
}
