/** What the cases of jails have in common. */
import { create, gone, removeForce, tool } from '../../harness/define.ts'
import type { Json, Step, TextMatcher } from '../../harness/types.ts'

/** A program that tells that it is there, and stays. */
export const sleeper = 'echo ready; exec sleep %{nap}'

/** What `jls -n` says of parameters of the container's jail. */
export function jls(parameters: string, expected: TextMatcher, jail = '%{id}'): Step {
  return tool(['jls', '-j', jail, '-n', ...parameters.split(' ')], { stdout: expected })
}

/** A container with these annotations: create, look, delete. */
export function annotated(
  annotations: Json,
  look: readonly Step[],
): { config: { annotations: Json }; steps: Step[] } {
  return { config: { annotations }, steps: [create(), ...look, removeForce(), gone()] }
}
