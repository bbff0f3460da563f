/** Hooks: the container's state on standard input, argv as given, a timeout that ends the whole process group. */

import type { RuntimeContext } from '../../context.ts'
import { JailwrightError } from '../../errors.ts'
import { existsSync } from '../../host/files.ts'
import { withFewDescriptors } from '../../host/process/identity.ts'
import type { HookPlan } from '../../translate/core/plan.ts'
import type { OciState } from '../state/state-file.ts'

/** Bytes of a hook's output that are kept for the message when it fails. */
const KEPT_OUTPUT = 4096

function environment(env: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    env.map(entry => {
      const at = entry.indexOf('=')
      return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)]
    }),
  )
}

/** Loaded by the first hook: `start` has this module at hand and seldom a hook. */
function childProcess(): typeof import('node:child_process') {
  return process.getBuiltinModule('node:child_process')
}

/** Loads all that running a hook takes: for a process that is about to enter a jail. */
export function prepareHooks(): void {
  childProcess()
}

/** How a hook ended: undefined for success, else what to say. */
type Ending = string | undefined

/**
 * Where a hook runs: in the bundle directory, as runc and crun have it. Only startContainer hooks are told `created`; in
 * the jail there is no bundle.
 */
function directoryFor({ status, bundle }: OciState): string {
  return status === 'created' ? '/' : bundle
}

/** Runs one hook to its end. Its standard output and error are kept for the message. */
function runHook(
  hook: HookPlan,
  state: OciState,
  directory = directoryFor(state),
  started?: (pid: number) => void,
): Promise<Ending> {
  return new Promise(resolve => {
    // args is the whole argv, args[0] included (config.md, "same semantics as IEEE Std 1003.1 execv's argv").
    const [argv0, ...args] = hook.args
    const child = withFewDescriptors(() =>
      childProcess().spawn(hook.path, args, {
        argv0: argv0 ?? hook.path,
        cwd: existsSync(directory) ? directory : '/',
        env: environment(hook.env),
        detached: true,
        stdio: ['pipe', 'pipe', 'pipe'],
      }),
    )
    let output = ''
    let timer: NodeJS.Timeout | undefined
    let timedOut = false
    const keep = (chunk: Buffer) => {
      if (output.length < KEPT_OUTPUT) output += chunk.toString()
    }
    const finish = (ending: Ending) => {
      clearTimeout(timer)
      // A daemon that the hook left behind may hold the pipes open: the hook's own end is what counts.
      for (const stream of child.stdio) stream?.destroy()
      child.unref()
      resolve(ending)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.stdin.on('error', () => {})
    child.on('error', error => finish(error.message.replace(/^spawn /, '')))
    child.on('exit', (status, signal) => {
      // What it has written may still be on its way.
      setImmediate(() => {
        const said = output.trim().split('\n').at(-1) ?? ''
        const why = timedOut
          ? `timed out after ${hook.timeout} s`
          : signal
            ? `killed by ${signal}`
            : status === 0
              ? undefined
              : `exit status ${status}`
        finish(why === undefined ? undefined : said === '' ? why : `${why}: ${said}`)
      })
    })
    if (child.pid !== undefined) started?.(child.pid)
    child.stdin.end(`${JSON.stringify(state)}\n`)
    if (hook.timeout !== undefined && child.pid !== undefined) {
      const group = child.pid
      timer = setTimeout(() => {
        timedOut = true
        try {
          process.kill(-group, 'SIGKILL')
        } catch {
          // It has ended this very moment.
        }
      }, hook.timeout * 1000)
    }
  })
}

/**
 * Runs hooks in their order, in `directory` where it is given; the first failure ends it (code HOOK). `started` is told
 * the pid of each, before the hook is told the state.
 */
export async function runHooks(
  hooks: readonly HookPlan[],
  state: OciState,
  directory?: string,
  started?: (pid: number) => void,
): Promise<void> {
  for (const hook of hooks) {
    const ending = await runHook(hook, state, directory, started)
    if (ending !== undefined) {
      throw new JailwrightError('HOOK', `${hook.origin}: ${hook.path}: ${ending}`, { subject: hook.origin })
    }
  }
}

/** Runs hooks in their order; a failure is a warning and the next one runs (runtime-spec, poststop). */
export async function runHooksLeniently(
  ctx: RuntimeContext,
  hooks: readonly HookPlan[],
  state: OciState,
): Promise<void> {
  for (const hook of hooks) {
    const ending = await runHook(hook, state)
    if (ending !== undefined) ctx.log.warn(`${hook.origin}: ${hook.path}: ${ending}`)
  }
}
