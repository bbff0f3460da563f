/** Which containers there are. */
import { readdirSync } from 'node:fs'
import { notADirectory } from './root.ts'

/** Names of the containers' directories, sorted; none when there is no root directory yet. */
export function containerNames(root: string): string[] {
  try {
    return readdirSync(root)
      .filter(name => !name.startsWith('.'))
      .sort()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return []
    throw code === 'ENOTDIR' ? notADirectory(root) : error
  }
}
