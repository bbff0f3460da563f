/** Reading the variables of a port's Makefile from its text, without make. */

/** One line that sets a variable: its name, and the value with continued lines joined. */
export interface Variable {
  name: string
  value: string
}

/** Gives the variables that a Makefile sets, in their order; comments and the commands of targets are left out. */
export function variables(text: string): Variable[] {
  return text
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .flatMap(line => {
      const [, name, value] = /^([A-Z_]+)[?+]?=[\t ]*(.*)$/.exec(line) ?? []
      return name === undefined ? [] : [{ name, value: value! }]
    })
}

/** The order of the porter's handbook (chapter "Order of Variables in Port Makefiles"), for those that are used here. */
export const order = [
  'PORTNAME',
  'DISTVERSION',
  'CATEGORIES',
  'MASTER_SITES',
  'MAINTAINER',
  'COMMENT',
  'WWW',
  'LICENSE',
  'LICENSE_FILE',
  'ONLY_FOR_ARCHS',
  'ONLY_FOR_ARCHS_REASON',
  'BUILD_DEPENDS',
  'USES',
  'SUB_FILES',
  'PORTDOCS',
  'PORTEXAMPLES',
  'OPTIONS_DEFINE',
  'JAILWRIGHT_SITE',
]
