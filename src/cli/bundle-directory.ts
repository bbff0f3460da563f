/** The bundle that a command line names. */
import { currentDirectory } from '../host/files.ts'
import { usageError } from './usage.ts'

/**
 * Returns the bundle's directory: that of --bundle, or the word BUNDLE, or the current directory.
 * @throws JailwrightError USAGE when both are given, since one of them would be ignored.
 */
export function bundleDirectory(
  command: string,
  option: string | undefined,
  word: string | undefined,
): string {
  if (option !== undefined && word !== undefined)
    throw usageError(`give --bundle or BUNDLE, not both (${JSON.stringify(word)})`, command)
  return option ?? word ?? currentDirectory()
}
