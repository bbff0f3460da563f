/** The output and the exit status of a tool of the simulated host. */
export interface ToolOutput {
  status: number
  stdout: string
  stderr: string
}

/** Ends a tool from anywhere below its main function, as exit(3) does. */
class ToolExit extends Error {
  readonly status: number

  constructor(status: number) {
    super(`exit ${status}`)
    this.name = 'ToolExit'
    this.status = status
  }
}

/** Standard output and error of one run of a tool, with the err(3) family. */
export class Output {
  /** The name of setprogname(3), which err(3) and warn(3) put before their text. */
  progname: string
  stdout = ''
  stderr = ''

  constructor(progname: string) {
    this.progname = progname
  }

  print(text: string): void {
    this.stdout += text
  }

  warn(text: string): void {
    this.stderr += `${this.progname}: ${text}\n`
  }

  /** Lines on standard error without the program's name (usage messages). */
  complain(text: string): void {
    this.stderr += text
  }

  exit(status: number): never {
    throw new ToolExit(status)
  }

  err(status: number, text: string): never {
    this.warn(text)
    throw new ToolExit(status)
  }
}

/** Runs a tool's main function on a fresh `Output` and collects what it did. Other exceptions pass through. */
export function runTool(progname: string, main: (out: Output) => void): ToolOutput {
  const out = new Output(progname)
  let status = 0
  try {
    main(out)
  } catch (error) {
    if (!(error instanceof ToolExit)) throw error
    status = error.status
  }
  return { status, stdout: out.stdout, stderr: out.stderr }
}
