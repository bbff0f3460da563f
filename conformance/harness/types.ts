/**
 * The declarative form of a conformance case: the sentence it stands for, the bundle, the steps and the answer of
 * each. Strings may hold placeholders (`%{id}`, `%{dir}` ...; the list is in context.ts).
 */

/** Any JSON value, as config.json has them. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json }

/**
 * Changes to the platform's base config: objects are merged, `null` removes a property, arrays replace, except `mounts`,
 * whose entries are added (`{ replace: [...] }` replaces them).
 */
export type ConfigPatch = JsonObject

/** Text that is expected: equal after trimming the end, a pattern, all of several, or the opposite of one. */
export type TextMatcher = string | RegExp | readonly TextMatcher[] | { readonly not: TextMatcher }

/** A JSON value that is expected: objects match by the properties named, patterns match strings, functions decide. */
export type JsonMatcher =
  | string
  | number
  | boolean
  | null
  | undefined
  | RegExp
  | ((value: unknown) => boolean)
  | readonly JsonMatcher[]
  | { readonly [key: string]: JsonMatcher }

/** What a command must answer; without any property exit status 0. */
export interface Expect {
  /** This exit status exactly. */
  status?: number
  /** The command must fail; a pattern must match standard error, standard output and the log together. */
  fails?: true | RegExp
  /** Either outcome is right (a step that only tidies up). */
  either?: boolean
  stdout?: TextMatcher
  stderr?: TextMatcher
  /** Standard output is JSON and matches. */
  json?: JsonMatcher
  /** The `--log` file of this command. */
  log?: TextMatcher
}

/** How a runtime is called, for all commands. */
export interface CallOptions extends Expect {
  /** Global arguments instead of the usual `--root DIR --log FILE --log-format json`. */
  globals?: readonly string[]
  /** Milliseconds this command may take; default 30000, which a command reaches only when it hangs. */
  timeout?: number
  /** Environment of the runtime added to the harness's own. */
  env?: Readonly<Record<string, string>>
  /** Call the runtime through a symbolic link of this name. */
  calledAs?: string
}

/** `create` and `run`: the container's standard streams go to `%{dir}/out` and `%{dir}/err` (n: out2 ...). */
export interface CreateOptions extends CallOptions {
  /** Which of the case's containers; default 1. */
  n?: number
  /** An id that replaces the container's own. */
  id?: string
  /** More flags before the id. */
  flags?: readonly string[]
  /** Bundle directory; default `%{bundle}`. `null` leaves `--bundle` out and starts in the bundle directory. */
  bundle?: string | null
  /** File (with text) that becomes standard input; default /dev/null. */
  stdin?: string
  /** Descriptors 3, 4 ... of the runtime: files of the case directory opened for writing. */
  fds?: readonly string[]
  /** Receive a terminal on a console socket; its output goes to `%{dir}/out`. */
  console?: boolean | 'long-path'
  /** After the id: the command of `exec`. */
  words?: readonly string[]
  /** Name of the output file instead of `out`. */
  into?: string
  /** Standard error together with standard output in `out` (as a terminal would); default true. */
  merge?: boolean
}

/** What a check function may use. */
export interface CheckContext {
  /** Fills placeholders. */
  expand(text: string): string
  /** A tool of the host by name; never throws for a status. */
  tool(name: string, ...args: string[]): Promise<ToolAnswer>
  /** The runtime with its usual global arguments. */
  runtime(...args: string[]): Promise<ToolAnswer>
  /** The text of a file below the case directory or an absolute path; empty when missing. */
  read(path: string): string
  /** Milliseconds. */
  sleep(ms: number): Promise<void>
  /** Fails the case. */
  fail(message: string): never
  /** Asks again every 30 ms until the answer is true; fails with the message after `ms` (default 30000). */
  until(message: string | (() => string), ask: () => boolean | Promise<boolean>, ms?: number): Promise<void>
  /** Asks again like `until`, until the text of the answer is accepted; fails with the message about the last one. */
  untilText(
    message: (last: string) => string,
    ask: () => Promise<string>,
    accepts: (text: string) => boolean,
  ): Promise<void>
  /** Values that one step leaves for a later one. */
  readonly memory: Map<string, string>
}

/** Status and output of a finished command. */
export interface ToolAnswer {
  status: number
  stdout: string
  stderr: string
}

/** One step; made by the functions of define.ts. */
export type Step =
  | { do: 'create'; options: CreateOptions; verb: 'create' | 'run' | 'exec' }
  | { do: 'call'; args: readonly string[]; options: CallOptions }
  | { do: 'state'; id: string; match: JsonMatcher }
  | { do: 'wait'; id: string; status: string; timeout?: number }
  | { do: 'waitText'; path: string; match: TextMatcher; timeout?: number }
  | { do: 'text'; path: string; match: TextMatcher | 'absent' | 'present' }
  | { do: 'write'; path: string; text: string }
  | { do: 'remove'; path: string }
  | { do: 'config'; patch: ConfigPatch; n: number }
  | { do: 'tool'; argv: readonly string[]; expect: Expect }
  | { do: 'together'; branches: readonly (readonly Step[])[] }
  | { do: 'console'; input?: string; size?: readonly [rows: number, columns: number] }
  | { do: 'check'; what: string; run: (context: CheckContext) => void | Promise<void> }

/** A file put in place before the first step: text, or an object. */
export type FileSpec =
  | string
  | { dir: true; mode?: number }
  | { link: string }
  | { text: string; mode?: number }

/** What a case may need of machine and harness besides a runtime; a case with an unmet need is skipped. */
export type Need =
  | 'native'
  | 'racct'
  | 'no-racct'
  | 'bpf'
  | 'dri'
  | 'drm'
  | 'vmm'
  | 'no-sound'
  | 'linux'
  | 'zfs'

/**
 * Where a case holds: `any-runtime` on every OCI runtime (and here against runc); `jails` on a FreeBSD host, real or
 * simulated; `jailwright` what only this project promises.
 */
export type Mark = 'any-runtime' | 'jails' | 'jailwright'

/** One conformance case. */
export interface Case {
  /** `group.name`, stable. */
  id: string
  title: string
  /** The sentence of the specification with its section, or the caller, that the case stands for. */
  stands: string
  mark: Mark
  needs?: readonly Need[]
  /** Runtimes by name that are known to differ, each with the reason; the case is skipped for them. */
  notFor?: Readonly<Record<string, string>>
  /** The container's id; default a unique one. Must hold `%{unique}` or `%{nap}` (a number). */
  containerId?: string
  config?: ConfigPatch
  /** A shell script: short for process.args = [/bin/sh, -c, script]. */
  program?: string
  /** Files below the case directory, before the first step. */
  files?: Readonly<Record<string, FileSpec>>
  /** Files below the root file system. */
  rootFiles?: Readonly<Record<string, FileSpec>>
  /** Default: create, start, wait for the end, compare `output`, delete. */
  steps?: readonly Step[]
  /** Expected standard output and error of the program, for the default steps. */
  output?: TextMatcher
  /** Milliseconds for the whole case; default 120000. */
  timeout?: number
}
