/** Translates `hooks`. The `args` of a hook is its whole argv (config.md: "same semantics as ... execv's argv"). */
import type { Context } from '../core/context.ts'
import type { HookKind, HookPlan } from '../core/plan.ts'

/** All kinds, in the order of the life cycle. */
export const HOOK_KINDS = [
  'prestart',
  'createRuntime',
  'createContainer',
  'startContainer',
  'poststart',
  'poststop',
] as const satisfies readonly HookKind[]

/** Translates all hooks; a relative path is an error (config.md, "POSIX-platform Hooks": path). */
export function translateHooks(context: Context): Record<HookKind, readonly HookPlan[]> {
  const plans = {} as Record<HookKind, readonly HookPlan[]>
  for (const kind of HOOK_KINDS) {
    const hooks = context.config.hooks?.[kind] ?? []
    plans[kind] = hooks.map((hook, index) => {
      const origin = `hooks.${kind}[${index}]`
      if (!hook.path.startsWith('/')) context.fail(`${origin}.path`, `${hook.path} must be an absolute path`)
      else context.fate(origin, 'applied', '')
      return {
        path: hook.path,
        args: hook.args?.length ? hook.args : [hook.path],
        env: hook.env ?? [],
        ...(hook.timeout === undefined ? {} : { timeout: hook.timeout }),
        origin,
      }
    })
  }
  return plans
}
