/** Complaints about a command line. */
import { JailwrightError } from '../errors.ts'

/** A USAGE error that says where help is. */
export function usageError(message: string, command?: string): JailwrightError {
  return new JailwrightError('USAGE', command === undefined ? message : `${command}: ${message}`, {
    hint: command === undefined ? 'see "jailwright --help"' : `see "jailwright ${command} --help"`,
  })
}
