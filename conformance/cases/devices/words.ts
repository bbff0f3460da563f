/** What the cases of devices have in common. */
import type { Json, JsonObject } from '../../harness/types.ts'

/** Prints which of the named nodes are there, and the mode of one. */
export const look = (names: string) =>
  `for n in ${names}; do if test -e /dev/$n || test -L /dev/$n; then echo "$n yes"; else echo "$n no"; fi; done`

/** A config whose only mounts are devfs with these options and fdescfs. */
export function devfs(...options: string[]): JsonObject {
  return {
    mounts: {
      replace: [
        { destination: '/dev', type: 'devfs', source: 'devfs', options },
        { destination: '/dev/fd', type: 'fdescfs', source: 'fdesc' },
      ],
    },
  }
}

/** The option by which podman shows a device: a rule on the devfs mount. */
export const ruleOf = (path: string, mode: string): Json =>
  devfs('ruleset=4', `rule=path ${path} unhide mode ${mode}`) as Json
