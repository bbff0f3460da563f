/** Paths that options give. */
import { usageError } from './usage.ts'

/**
 * Returns the path that an option gives, if it is given.
 * @throws JailwrightError USAGE for an empty path, such as an unset variable of a script: it would mean the current
 * directory.
 */
export function filePath(option: string, path: string | undefined, command: string): string | undefined {
  if (path === '') throw usageError(`${option} must be the path of a file, not ""`, command)
  return path
}
