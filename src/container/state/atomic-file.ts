/** Small file operations that the state directory relies on. */
import { closeFile, openFile, renameFile, writeText } from '../../host/files.ts'

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
  const fd = openFile(next, 'write', mode)
  try {
    writeText(fd, text)
  } finally {
    closeFile(fd)
  }
  return () => renameFile(next, path)
}
