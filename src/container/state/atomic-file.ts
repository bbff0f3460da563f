/** Atomic writing of files in the state directory. */
import { closeFile, openFile, renameFile, writeText } from '../../host/files.ts'

/**
 * Writes a file so that a reader sees either the old or the new content: a new file is written beside it and renamed.
 */
export function writeFileAtomic(path: string, text: string, mode = 0o600): void {
  stageFile(path, text, mode)()
}

/** Writes the new file beside the old one, and returns the function that renames it. */
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
