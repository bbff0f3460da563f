/** A config that cannot become a plan: all its errors, and what would have become of its other properties. */
import { ConfigErrors, type JailwrightError } from '../../errors.ts'
import type { Fate } from './plan.ts'

/** Errors of a bundle in the order in which they were found, with the fates that `plan` shows. */
export class Refusal extends ConfigErrors {
  /** Id of the container that was asked for. */
  readonly id: string
  /** As in a plan; each property that an error is about is `refused`. */
  readonly fates: readonly Fate[]
  readonly warnings: readonly string[]

  constructor(
    id: string,
    errors: readonly JailwrightError[],
    fates: readonly Fate[],
    warnings: readonly string[],
  ) {
    super(errors)
    this.id = id
    this.fates = fates
    this.warnings = warnings
  }
}

/** The JSON value that `plan` prints for a config that is refused: errors in the place of steps. */
export function refusalValue({ id, errors, fates, warnings }: Refusal): object {
  return {
    id,
    errors: errors.map(({ code, subject, message, hint }) => ({ code, subject, message, hint })),
    fates,
    warnings,
  }
}
