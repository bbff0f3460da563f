/** What `check` finds. */

/** One finding of `check`. `missing`: containers cannot run without it; `warning`: something will not work. */
export interface Finding {
  readonly subject: string
  readonly status: 'ok' | 'warning' | 'missing'
  readonly message: string
  /** What to do about it. */
  readonly hint?: string
}
