/** The kinds of hooks that config.md defines, in the order of the life cycle. */
export const HOOK_KINDS = [
  'prestart',
  'createRuntime',
  'createContainer',
  'startContainer',
  'poststart',
  'poststop',
] as const

/** A kind of hooks. */
export type HookKind = (typeof HOOK_KINDS)[number]
