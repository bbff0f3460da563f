/** A request of jail_set(2), and what its steps share. */
import { type Caller, type Kernel, KernelError } from '../kernel.ts'
import type { Klds } from '../klds.ts'
import type { Jails, Value } from './table.ts'

/** JAIL_CREATE or JAIL_UPDATE; nobody asks this kernel for both, or for JAIL_ATTACH. */
type SetMode = 'create' | 'update'

/** A request of jail_set(2): parameters by their positive names, with values of the kernel's types. */
export interface SetRequest {
  caller: Caller
  mode: SetMode
  given: Map<string, Value>
}

/** The parts of the kernel that the steps work on. */
export interface Around {
  kernel: Kernel
  jails: Jails
  klds: Klds
}

/** The error, EINVAL, for a parameter that cannot change after the jail is made. */
export function cannotChange(name: string): KernelError {
  return new KernelError('EINVAL', `${name} cannot be changed after creation`)
}

/** Whether the request says which addresses the jail may use (PR_IP4_USER, PR_IP6_USER). */
export function restricted(given: Map<string, Value>): boolean {
  return ['ip4', 'ip6', 'ip4.addr', 'ip6.addr'].some(name => given.has(name))
}
