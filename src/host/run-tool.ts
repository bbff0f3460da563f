/** Running a tool of the host whose failure is an error. */
import { ToolError } from '../errors.ts'
import type { Host, Tool } from './types.ts'

/** One call of a tool. */
export interface ToolRun {
  tool: Tool
  args: readonly string[]
  /** Written to its standard input. */
  stdin?: string
  /** Texts in its output that mean "nothing to do, or already gone", and count as success. */
  ignore?: readonly string[]
}

/** Runs a tool and gives its standard output; a status other than 0 is a ToolError with the tool's own text. */
export function runTool(host: Pick<Host, 'run'>, { tool, args, stdin, ignore }: ToolRun): string {
  const { status, stdout, stderr } = host.run(tool, args, stdin === undefined ? {} : { stdin })
  if (status !== 0 && !ignore?.some(text => (stderr + stdout).includes(text)))
    throw new ToolError([tool, ...args], status, stderr, stdout)
  return stdout
}
