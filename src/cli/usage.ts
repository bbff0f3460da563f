/** Errors of command lines. */
import { JailwrightError } from '../errors.ts'
import { calledName } from '../host/self.ts'

/** Returns a USAGE error with a hint to the help. */
export function usageError(message: string, command?: string): JailwrightError {
  return new JailwrightError('USAGE', command === undefined ? message : `${command}: ${message}`, {
    hint: `see "${calledName()} ${command === undefined ? '' : `${command} `}--help"`,
  })
}
