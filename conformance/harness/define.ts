/** The words in which cases are written: each function gives one step as plain data. */
import type {
  CallOptions,
  Case,
  CheckContext,
  ConfigPatch,
  CreateOptions,
  Expect,
  JsonMatcher,
  Step,
  TextMatcher,
} from './types.ts'

/** Checks the form of a case at load time. Throws on an id that is not `group.name` or a missing sentence. */
export function defineCase(spec: Case): Case {
  if (!/^[a-z]+\.[a-z0-9-]+$/.test(spec.id)) throw new Error(`case id must be group.name: ${spec.id}`)
  if (!/[a-z]/.test(spec.stands)) throw new Error(`case ${spec.id} names no sentence that it stands for`)
  if (spec.containerId !== undefined && !/%\{(unique|nap)\}/.test(spec.containerId)) {
    throw new Error(`case ${spec.id}: a container id must hold %{unique} or %{nap}`)
  }
  return spec
}

/** `create` with bundle, pid file and log; the program's output goes to `%{dir}/out`. */
export function create(options: CreateOptions = {}): Step {
  return { do: 'create', options, verb: 'create' }
}

/** `run`: like `create`, but the command ends with the program. */
export function run(options: CreateOptions = {}): Step {
  return { do: 'create', options, verb: 'run' }
}

/** `exec ID WORDS...`: streams as with create, into `%{dir}/out` unless `n` or `into` says otherwise. */
export function exec(words: readonly string[], options: CreateOptions = {}): Step {
  return { do: 'create', options: { ...options, words }, verb: 'exec' }
}

/** Any command of the runtime, with the usual global arguments. */
export function call(args: readonly string[], options: CallOptions = {}): Step {
  return { do: 'call', args, options }
}

/** `start ID`. */
export function start(options: CallOptions = {}, id = '%{id}'): Step {
  return call(['start', id], options)
}

/** `kill ID SIGNAL`. */
export function kill(signal: string, options: CallOptions = {}, id = '%{id}'): Step {
  return call(['kill', id, signal], options)
}

/** `delete ID`. */
export function remove(options: CallOptions = {}, id = '%{id}'): Step {
  return call(['delete', id], options)
}

/** `delete --force ID`. */
export function removeForce(options: CallOptions = {}, id = '%{id}'): Step {
  return call(['delete', '--force', id], options)
}

/** `state ID` succeeds and its JSON matches. */
export function state(match: JsonMatcher, id = '%{id}'): Step {
  return { do: 'state', id, match }
}

/** `state ID` must fail: there is no such container. */
export function gone(id = '%{id}'): Step {
  return call(['state', id], { fails: true })
}

/** Polls `state` until the status is reached. */
export function wait(status: string, id = '%{id}', timeout?: number): Step {
  return { do: 'wait', id, status, timeout }
}

/** Polls a file (default: the program's output) until it matches. */
export function waitText(match: TextMatcher, path = 'out', timeout?: number): Step {
  return { do: 'waitText', path, match, timeout }
}

/** The program's output so far. */
export function output(match: TextMatcher, path = 'out'): Step {
  return { do: 'text', path, match }
}

/** A file below the case directory, or an absolute path: its text, `absent` or `present`. */
export function file(path: string, match: TextMatcher | 'absent' | 'present'): Step {
  return { do: 'text', path, match }
}

/** Writes a file and makes its parent directories. */
export function write(path: string, text: string): Step {
  return { do: 'write', path, text }
}

/** Removes a file or an empty directory. */
export function removeFile(path: string): Step {
  return { do: 'remove', path }
}

/** Changes config.json of a container on disk. */
export function config(patch: ConfigPatch, n = 1): Step {
  return { do: 'config', patch, n }
}

/** A tool of the host, by name. */
export function tool(argv: readonly string[], expect: Expect = {}): Step {
  return { do: 'tool', argv, expect }
}

/** Branches that run at the same time. */
export function together(...branches: readonly (readonly Step[])[]): Step {
  return { do: 'together', branches }
}

/** Types on the terminal that `create({console})` received. */
export function type(input: string): Step {
  return { do: 'console', input }
}

/** Changes the window size of the terminal. */
export function resize(rows: number, columns: number): Step {
  return { do: 'console', size: [rows, columns] }
}

/** A step in code, for what data cannot say. */
export function check(what: string, run: (context: CheckContext) => void | Promise<void>): Step {
  return { do: 'check', what, run }
}

/** A shell script as process.args. */
export function sh(script: string): readonly string[] {
  return ['/bin/sh', '-c', script]
}

/** create, start, wait for the end, compare the output, delete: the steps of a case that names no steps. */
export function lifeCycle(expected?: TextMatcher): readonly Step[] {
  return [
    create(),
    start(),
    wait('stopped'),
    ...(expected === undefined ? [] : [output(expected)]),
    remove(),
    gone(),
  ]
}

/** The whole life of a container whose program ends by itself, with this output; nothing stays. */
export function wholeLife(expected: TextMatcher): readonly Step[] {
  return [create(), start(), wait('stopped'), output(expected), remove(), gone()]
}

/** Starts a program that goes on, and waits until the program says that it is ready. */
export function startReady(ready: TextMatcher = /ready/): readonly Step[] {
  return [create(), start(), waitText(ready)]
}

/** Kills and deletes. */
export const finish: readonly Step[] = [kill('KILL'), wait('stopped'), remove(), gone()]

/** create, or the start after it, must fail with this message; a runtime may see the mistake at either point. */
export function failsToStart(message: RegExp, options: CreateOptions = {}): readonly Step[] {
  return [
    create({ ...options, either: true }),
    check(`create or start fails with ${message}`, async context => {
      const id = context.expand('%{id}')
      const exists = (await context.runtime('state', id)).status === 0
      const started = exists ? await context.runtime('start', id) : undefined
      const said =
        started === undefined ? context.read('out') + context.read('log1') : started.stderr + started.stdout
      if (started?.status === 0) context.fail('create and start both succeeded')
      if (!message.test(said)) context.fail(`message does not say ${message}: ${said.trim().slice(0, 500)}`)
      if (exists) await context.runtime('delete', '--force', id)
    }),
    gone(),
  ]
}
