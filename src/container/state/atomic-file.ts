/** Atomic writing of files in the state directory. */
import { renameFile, writeTextFile } from '../../host/files.ts'

/**
 * Writes a file so that a reader sees either the old or the new content: a new file is written beside it and renamed.
 */
export function writeFileAtomic(path: string, text: string, mode = 0o600): void {
  stageFile(path, text, mode)()
}

/** Writes the new file beside the old one, and returns the function that renames it. */
export function stageFile(path: string, text: string, mode: number): () => void {
  const next = `${path}.new`
  writeTextFile(next, text, mode)
  return () => renameFile(next, path)
}
