/** Small file operations that the state directory relies on. */
import {
  closeSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeAll,
} from '../../host/files.ts'

/**
 * Writes a file so that a reader sees either the old or the new content, never a part: a new file beside it, then
 * rename(2).
 */
export function writeFileAtomic(path: string, text: string, mode = 0o600): void {
  stageFile(path, text, mode)()
}

/** The first half of `writeFileAtomic`; the function that is given is the second. */
export function stageFile(path: string, text: string, mode: number): () => void {
  const next = `${path}.new`
  const fd = openSync(next, 'w', mode)
  try {
    writeAll(fd, text)
  } finally {
    closeSync(fd)
  }
  return () => renameSync(next, path)
}

/**
 * Removes a directory of ours with everything in it; nothing to do when it is not there. Not by rmSync: Bun's asks unlink(2)
 * first and goes on as with a directory only after EISDIR (src/runtime/node/node_fs.rs, zig_delete_tree), where FreeBSD
 * says EPERM.
 */
export function removeTree(directory: string): void {
  let entries: ReturnType<typeof directoryEntries>
  try {
    entries = directoryEntries(directory)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  for (const entry of entries) {
    const path = `${directory}/${entry.name}`
    if (entry.isDirectory()) removeTree(path)
    else unlinkSync(path)
  }
  rmdirSync(directory)
}

function directoryEntries(directory: string) {
  return readdirSync(directory, { withFileTypes: true })
}
