/** The shape of a row of the disposition table, and words to write one. */
import type { Fate } from '../core/plan.ts'

/** What becomes of a property or annotation, and to what or why, in a sentence. */
export interface Disposition {
  fate: Fate['fate']
  note: string
}

/** Rows by path pattern: `mounts[].options`, `linux.netDevices.*.name`. */
export type Rows = Readonly<Record<string, Disposition>>

/** Done as the specification says, by FreeBSD's own means of that name. */
export const applied = (note: string): Disposition => ({ fate: 'applied', note })
/** Done by something that is called differently here. */
export const translated = (note: string): Disposition => ({ fate: 'translated', note })
/** Without any effect. */
export const ignored = (note: string): Disposition => ({ fate: 'ignored', note })
/** An error. */
export const refused = (note: string): Disposition => ({ fate: 'refused', note })
