/** Which containers there are. */
import { errnoOf } from '../../errors.ts'
import { listDirectory } from '../../host/files.ts'
import { notADirectory } from './root.ts'

/** Names of the containers' directories, sorted; none when there is no root directory yet. */
export function containerNames(root: string): string[] {
  try {
    return listDirectory(root)
      .filter(name => !name.startsWith('.'))
      .sort()
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENOENT') return []
    throw code === 'ENOTDIR' ? notADirectory(root) : error
  }
}
