/**
 * The kinds of expected failures. Each failure that a user can cause is one of these; any other error is a bug and is reported
 * with its stack. `src/cli/report.ts` alone turns errors into text or JSON and an exit status.
 */

/** Stable codes, one per kind of failure; scripts may match on them (`--log-format json` prints them as `code`). */
export type ErrorCode =
  | 'USAGE' // the command line is wrong
  | 'CONFIG' // config.json (or another input file) is wrong: `subject` is the property path
  | 'NOT_FOUND' // no such container
  | 'EXISTS' // the container exists already
  | 'STATE' // the container's state does not allow this
  | 'HOST' // a tool or system call of the host refused: `subject` names the object
  | 'UNSUPPORTED' // the host lacks what is needed (module, kernel option, tunable)
  | 'HOOK' // a hook failed: `subject` is hooks.<kind>[n]
  | 'EXEC' // the program cannot be executed (podman's 126/127 phrases are in the message)

/** An expected failure: one clear line for the user, a stable code, and the property or object concerned. */
export class JailwrightError extends Error {
  override readonly name = 'JailwrightError'
  readonly code: ErrorCode
  /** Property path (`mounts[3].destination`) or object (`jail web`, `/dev/dri`), where there is one. */
  readonly subject: string | undefined
  /** What to do about it, printed after the message. */
  readonly hint: string | undefined
  /** Exit status of the command: 1 except for `run`/`exec` (126, 127). */
  readonly exitStatus: number

  constructor(
    code: ErrorCode,
    message: string,
    options: { subject?: string; hint?: string; exitStatus?: number; cause?: unknown } = {},
  ) {
    super(message)
    // The Error of QuickJS does not take the option `cause`, so the property is defined here.
    if (options.cause !== undefined)
      Object.defineProperty(this, 'cause', { value: options.cause, configurable: true, writable: true })
    this.code = code
    this.subject = options.subject
    this.hint = options.hint
    this.exitStatus = options.exitStatus ?? 1
  }
}

/** Several errors of one input. `validate` lists all errors of a bundle; the other commands print the first one. */
export class ConfigErrors extends JailwrightError {
  readonly errors: readonly JailwrightError[]
  /** True for the errors of a bundle; false for those of an input that `validate` does not read. */
  readonly ofBundle: boolean
  constructor(errors: readonly JailwrightError[], { ofBundle = true } = {}) {
    const first = errors[0]
    const { code = 'CONFIG', message = 'invalid configuration', subject, hint } = first ?? {}
    super(code, message, { subject, hint })
    this.errors = errors
    this.ofBundle = ofBundle
  }
}

/** A system call failed. The text is the errno's, or the kernel's own message where it gives one (errmsg of nmount(2)). */
export class SyscallError extends JailwrightError {
  /** The name of the errno, such as `ENOENT`; the numbers differ between FreeBSD and Linux. */
  readonly errno: string
  constructor(call: string, errno: string, text: string, subject?: string) {
    super('HOST', `${call}${subject ? ` ${subject}` : ''}: ${text}`, { subject })
    this.errno = errno
  }
}

/**
 * Gives the name of the errno that caused an error: of a SyscallError, or of an engine's error with a `code` such as `ENOENT`.
 * undefined for any other value.
 */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { errno, code } = error as { errno?: unknown; code?: unknown }
  if (typeof errno === 'string') return errno
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) && !(error instanceof JailwrightError)
    ? code
    : undefined
}

/** A tool of the host ended with a status other than 0; the message is the tool's own last line. */
export class ToolError extends JailwrightError {
  readonly argv: readonly string[]
  readonly status: number
  readonly stderr: string
  constructor(argv: readonly string[], status: number, stderr: string, stdout = '', message?: string) {
    const said = (stderr.trim() || stdout.trim()).split('\n').pop() ?? ''
    // As a shell has it, 128 and a number stand for the signal that ended it.
    const how = status > 128 ? `was ended by signal ${status - 128}` : `exited with status ${status}`
    super('HOST', message ?? (said || `${argv[0]} ${how}`), { subject: argv.join(' ') })
    this.argv = argv
    this.status = status
    this.stderr = stderr
  }

  /** Gives the same error with another message. */
  withMessage(message: string): ToolError {
    return new ToolError(this.argv, this.status, this.stderr, '', message)
  }
}

/** Gives the result of an action; undefined when the action fails, whatever its error is. */
export function quietly<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch {
    return undefined
  }
}
