/** Small file operations that the state directory relies on. */
import { closeSync, openSync, renameSync, writeSync } from '../host/files.ts'

/** Writes the whole text to a descriptor, also when the kernel takes it in pieces. */
export function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
}

/**
 * Writes a file so that a reader sees either the old or the new content, never a part: a new file beside it, then
 * rename(2).
 */
export function writeFileAtomic(path: string, text: string, mode = 0o600): void {
  const next = `${path}.new`
  const fd = openSync(next, 'w', mode)
  try {
    writeAll(fd, text)
  } finally {
    closeSync(fd)
  }
  renameSync(next, path)
}
