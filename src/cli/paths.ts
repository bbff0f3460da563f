import { usageError } from './usage.ts'

/**
 * The path that an option gives, if it is given. Throws USAGE for an empty one, as a script's unset variable makes it: it
 * would be taken for the current directory.
 */
export function filePath(option: string, path: string | undefined, command: string): string | undefined {
  if (path === '') throw usageError(`${option} must be the path of a file, not ""`, command)
  return path
}
