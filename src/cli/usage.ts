/** Complaints about a command line. */
import { JailwrightError } from '../errors.ts'
import { calledName } from '../host/self.ts'

/** A USAGE error that says where help is. */
export function usageError(message: string, command?: string): JailwrightError {
  return new JailwrightError('USAGE', command === undefined ? message : `${command}: ${message}`, {
    hint: `see "${calledName()} ${command === undefined ? '' : `${command} `}--help"`,
  })
}
