/** The type of a row of the disposition table, and functions that make one. */
import type { Fate } from '../core/plan.ts'

/** The fate of a property or annotation, with a sentence that says to what it is translated, or why it has this fate. */
export interface Disposition {
  fate: Fate['fate']
  note: string
}

/** Rows by path pattern: `mounts[].options`, `linux.netDevices.*.name`. */
export type Rows = Readonly<Record<string, Disposition>>

/** The property is done as the specification says. */
export const applied = (note: string): Disposition => ({ fate: 'applied', note })
/** The property is done by a means of FreeBSD with another name. */
export const translated = (note: string): Disposition => ({ fate: 'translated', note })
/** The property has no effect. */
export const ignored = (note: string): Disposition => ({ fate: 'ignored', note })
/** The property is an error. */
export const refused = (note: string): Disposition => ({ fate: 'refused', note })
