/** Lists the containers. */
import { errnoOf } from '../../errors.ts'
import { listDirectory } from '../../host/files.ts'
import { notADirectory } from './root.ts'

/**
 * Returns the names of the containers' directories, sorted; an empty list when the root directory does not exist.
 * @throws JailwrightError HOST when the root is not a directory.
 */
export function containerNames(root: string): string[] {
  try {
    return visibleNames(root)
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENOENT') return []
    throw code === 'ENOTDIR' ? notADirectory(root) : error
  }
}

/** Returns the names in a directory that do not begin with a dot, sorted. */
export function visibleNames(directory: string): string[] {
  return listDirectory(directory)
    .filter(name => !name.startsWith('.'))
    .sort()
}
