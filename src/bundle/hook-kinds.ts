/** The kinds of hooks that config.md defines, in the order in which they run. */
export const HOOK_KINDS = [
  'prestart',
  'createRuntime',
  'createContainer',
  'startContainer',
  'poststart',
  'poststop',
] as const

/** One kind of hooks. */
export type HookKind = (typeof HOOK_KINDS)[number]
