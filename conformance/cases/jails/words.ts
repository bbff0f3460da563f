/** What the cases of jails have in common. */
import { create, gone, removeForce, tool } from '../../harness/define.ts'
import type { Json, Step, TextMatcher } from '../../harness/types.ts'

/** A program that says that it is ready, and stays. */
export const sleeper = 'echo ready; exec sleep %{nap}'

/** What `jls -n` says of parameters of the container's jail. */
export function jls(parameters: string, expected: TextMatcher, jail = '%{id}'): Step {
  return tool(['jls', '-j', jail, '-n', ...parameters.split(' ')], { stdout: expected })
}

/** The steps of a container with these annotations: create it, look at it, delete it. */
export function annotated(
  annotations: Json,
  look: readonly Step[],
): { config: { annotations: Json }; steps: Step[] } {
  return { config: { annotations }, steps: [create(), ...look, removeForce(), gone()] }
}

/** Permissions of the jail that podman makes for a network or a pod; the defaults of its children need them. */
const podmanParent = ['enforce_statfs=1', 'allow.raw_sockets', 'allow.chflags']

/** Makes the parent jail p-%{unique}, as podman makes one, with further parameters. */
export function parentJail(...parameters: readonly string[]): Step {
  return tool(['jail', '-c', 'name=p-%{unique}', 'path=/', 'persist', ...parameters, ...podmanParent])
}
