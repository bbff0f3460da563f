/** Translates `hooks`. The `args` of a hook is its whole argv (config.md: "same semantics as ... execv's argv"). */
import { HOOK_KINDS, type HookKind } from '../../bundle/hook-kinds.ts'
import type { Context } from '../core/context.ts'
import type { HookPlan } from '../core/plan.ts'

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
