/** Annotations that nobody reads but whose names show that they were meant for a runtime: mistyped ones. */

import { PARENT_ANNOTATION } from '../jail/jail.ts'
import { JAIL_ANNOTATION } from '../jail/values.ts'
import { annotationPath, type Context } from './context.ts'

/** An annotation of ours that no file of this folder knows is an error; one beside FreeBSD's a warning. */
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

/** FreeBSD's annotation that a name is close to; undefined for one of FreeBSD's and for a stranger's. */
function meantName(name: string): string | undefined {
  if (name === PARENT_ANNOTATION || name.startsWith(JAIL_ANNOTATION)) return undefined
  const [org, freebsd, family, ...rest] = name.split('.')
  if (`${org}.${freebsd}`.toLowerCase() !== 'org.freebsd' || family === undefined) return undefined
  if (rest.length === 0) return isClose(family, 'parentJail') ? PARENT_ANNOTATION : undefined
  return isClose(family, 'jail') ? `${JAIL_ANNOTATION}${rest.join('.')}` : undefined
}

/** True when two words are the same but for case and one letter: another, missing, too many, or two changed round. */
function isClose(given: string, known: string): boolean {
  const [a, b] = [given.toLowerCase(), known.toLowerCase()]
  let start = 0
  while (start < a.length && a[start] === b[start]) start += 1
  const [restA, restB] = [a.slice(start), b.slice(start)]
  return (
    restA === restB ||
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    restA.slice(1) === restB.slice(1) ||
    (restA.slice(2) === restB.slice(2) && restA[0] === restB[1] && restA[1] === restB[0])
  )
}
