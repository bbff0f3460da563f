/** The state directory of a container: which names in it are the container's, and its removal. */
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

/**
 * Matches every name that commands make in the directory: those of `layout`, the saved content of a tmpfs, the copies
 * for read-only paths, and the channels of exec.
 */
const OWN =
  /^((state|plan)\.json(\.new)?|journal\.jsonl|ctl|result|root|empty|copy-up|read-only-\d+|exec-\d+-(ctl|result))$/

/**
 * True when the container has a directory; a `create` that died at once leaves it empty.
 * @throws JailwrightError STATE for anything else at that path, such as a link, a file or a directory that somebody
 * else made. Nothing in it is read or removed.
 */
export function hasDirectory(files: Layout): boolean {
  // When the root is not a directory, `linkStatusOf` finds nothing and there are no containers.
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
 * Removes the container's own names and the directory. Only files and empty directories are removed, because a
 * directory may still be a mount point.
 * @throws JailwrightError HOST when something stays.
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
