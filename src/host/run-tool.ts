/** Running a tool of the host, whose failure becomes an error. */
import { ToolError } from '../errors.ts'
import type { Host, Tool } from './types.ts'

/** One call of a tool. */
export interface ToolRun {
  tool: Tool
  args: readonly string[]
  /** Text for the tool's standard input. */
  stdin?: string
  /** Texts in the tool's output that make a failure a success, such as that of an object that is already gone. */
  ignore?: readonly string[]
}

/** Runs a tool and gives its standard output. A status other than 0 is thrown as a ToolError with the tool's own text. */
export function runTool(host: Pick<Host, 'run'>, { tool, args, stdin, ignore }: ToolRun): string {
  const { status, stdout, stderr } = host.run(tool, args, stdin === undefined ? {} : { stdin })
  if (status !== 0 && !ignore?.some(text => (stderr + stdout).includes(text)))
    throw new ToolError([tool, ...args], status, stderr, stdout)
  return stdout
}
