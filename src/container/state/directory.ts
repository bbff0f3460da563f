/** The directory of a container: what in it is ours, and its removal. */
import { errnoOf, JailwrightError } from '../../errors.ts'
import {
  linkStatusOf,
  listDirectory,
  removeDirectory as removeEmptyDirectory,
  removeFile,
  removeTree,
} from '../../host/files.ts'
import { basename, join } from '../../paths.ts'
import type { Layout } from './paths.ts'

/** All names that a command makes in it: those of `layout`, the copy of a filled mount, the channels of exec. */
const OWN =
  /^((state|plan)\.json(\.new)?|journal\.jsonl|ctl|result|root|empty|copy-up|read-only-\d+|exec-\d+-(ctl|result))$/

/**
 * Whether there is a directory of a container; a `create` that died at once leaves it empty. What else is at its path (a
 * link, a file, a directory that somebody else has made) is code STATE: nothing is read or removed there.
 */
export function hasDirectory(files: Layout): boolean {
  // A root that is no directory has no containers.
  const facts = linkStatusOf(files.dir)
  if (facts === undefined) return false
  if (facts.kind !== 'dir') throw notOurs(files, 'it is not a directory')
  const names = listDirectory(files.dir).sort()
  const known = [files.state, files.journal].some(path => names.includes(basename(path)))
  const foreign = names.find(name => !OWN.test(name))
  if (!known && foreign !== undefined) throw notOurs(files, `it holds ${JSON.stringify(foreign)}`)
  return true
}

function notOurs({ dir }: Layout, why: string): JailwrightError {
  return new JailwrightError('STATE', `${dir} was not made by jailwright: ${why}`, {
    subject: dir,
    hint: 'nothing was removed; move it out of the directory of --root',
  })
}

/**
 * Removes the names that are ours, and nothing below what may still be a mount point: files, and directories that are
 * empty. Code HOST says what stays.
 */
export function removeDirectory(files: Layout): void {
  let names: string[]
  try {
    names = listDirectory(files.dir)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return
    throw stays(files, (error as Error).message)
  }
  const foreign = names.filter(name => !OWN.test(name))
  try {
    for (const name of names) if (OWN.test(name)) removeOwn(join(files.dir, name))
    if (foreign.length === 0) removeEmptyDirectory(files.dir)
  } catch (error) {
    throw stays(files, (error as Error).message)
  }
  if (foreign[0] !== undefined)
    throw stays(files, `it holds ${JSON.stringify(foreign[0])}, which is not ours`)
}

function removeOwn(path: string): void {
  if (linkStatusOf(path)?.kind !== 'dir') removeFile(path)
  else if (basename(path) === 'copy-up') removeTree(path)
  else removeEmptyDirectory(path)
}

function stays({ dir }: Layout, why: string): JailwrightError {
  return new JailwrightError('HOST', `${dir} cannot be removed: ${why}`, { subject: dir })
}
