/** The findings of `check`. */

/** One finding. `missing`: containers cannot run without it. `warning`: something will not work. */
export interface Finding {
  readonly subject: string
  readonly status: 'ok' | 'warning' | 'missing'
  readonly message: string
  /** Advice on what to do about it. */
  readonly hint?: string
}
