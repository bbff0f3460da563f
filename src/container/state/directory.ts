/** The directory of a container: what in it is ours, and its removal. */
import { lstatSync, readdirSync, rmdirSync, type Stats, unlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { JailwrightError } from '../../errors.ts'
import { removeTree } from './atomic-file.ts'
import type { Layout } from './paths.ts'

/** All names that a command makes in it; layout.ts, copy-up of a mount, channels of exec. */
const OWN =
  /^((state|plan)\.json(\.new)?|journal\.jsonl|ctl|result|root|empty|copy-up|read-only-\d+|exec-\d+-(ctl|result))$/

/**
 * Whether there is a directory of a container; a `create` that died at once leaves it empty. What else is at its path (a
 * link, a file, a directory that somebody else has made) is code STATE: nothing is read or removed there.
 */
export function hasDirectory(files: Layout): boolean {
  let facts: Stats | undefined
  try {
    facts = lstatSync(files.dir, { throwIfNoEntry: false })
  } catch (error) {
    // A root that is no directory has no containers.
    if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') throw error
  }
  if (facts === undefined) return false
  if (!facts.isDirectory()) throw notOurs(files, 'it is not a directory')
  const names = readdirSync(files.dir)
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
    names = readdirSync(files.dir)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw stays(files, (error as Error).message)
  }
  const foreign = names.filter(name => !OWN.test(name))
  try {
    for (const name of names) if (OWN.test(name)) removeOwn(join(files.dir, name))
    if (foreign.length === 0) rmdirSync(files.dir)
  } catch (error) {
    throw stays(files, (error as Error).message)
  }
  if (foreign[0] !== undefined)
    throw stays(files, `it holds ${JSON.stringify(foreign[0])}, which is not ours`)
}

function removeOwn(path: string): void {
  if (!lstatSync(path).isDirectory()) unlinkSync(path)
  else if (basename(path) === 'copy-up') removeTree(path)
  else rmdirSync(path)
}

function stays({ dir }: Layout, why: string): JailwrightError {
  return new JailwrightError('HOST', `${dir} cannot be removed: ${why}`, { subject: dir })
}
