/** Mistyped annotations: no code reads them, but their names show that they were meant for this runtime. */

import { isNearMiss } from '../../near-miss.ts'
import { PARENT_ANNOTATION } from '../jail/jail.ts'
import { JAIL_ANNOTATION } from '../jail/values.ts'
import { annotationPath, type Context } from './context.ts'

/** An unknown `org.jailwright.*` annotation is an error; a name that is close to an `org.freebsd.*` one gets a warning. */
export function checkAnnotations(context: Context): void {
  for (const name of Object.keys(context.annotations)) {
    if (name.startsWith('org.jailwright.')) {
      if (/^org\.jailwright\.(net\.|limits\.|device\.profiles$|zfs\.datasets$)/.test(name)) continue
      context.fail(annotationPath(name), 'no annotation of this name is known')
      continue
    }
    const meant = meantName(name)
    if (meant === undefined) continue
    context.fate(annotationPath(name), 'ignored', `unknown; did you mean ${meant}?`)
    context.warn(`${annotationPath(name)}: unknown, it has no effect; did you mean ${meant}?`)
  }
}

/** The `org.freebsd.*` annotation that a name is close to; undefined for one of those itself and for all other names. */
function meantName(name: string): string | undefined {
  if (name === PARENT_ANNOTATION || name.startsWith(JAIL_ANNOTATION)) return undefined
  const [org, freebsd, family, ...rest] = name.split('.')
  if (`${org}.${freebsd}`.toLowerCase() !== 'org.freebsd' || family === undefined) return undefined
  if (rest.length === 0) return isNearMiss(family.toLowerCase(), 'parentjail') ? PARENT_ANNOTATION : undefined
  return isNearMiss(family.toLowerCase(), 'jail') ? `${JAIL_ANNOTATION}${rest.join('.')}` : undefined
}
