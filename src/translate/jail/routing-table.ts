/** The routing table of a container's programs: annotation `org.freebsd.jail.exec.fib`, as jail(8) has it. */
import type { Context } from '../core/context.ts'
import type { Value } from './values.ts'

/** The tables that setfib(2) takes, which are those of the network stack (sys/net/route/route_tables.c, sys_setfib). */
export interface Stack {
  /** True for a new stack, which has table 0 alone (vnet_rtables_init). */
  own: boolean
  /** True for the stack of this host, of which net.fibs tells; nothing tells of that of a parent jail. */
  ofHost: boolean
}

/** RT_MAXFIBS (sys/net/route.h), which no stack exceeds. */
const MOST_TABLES = 65_536

/** The number of the routing table; undefined after an error, for a table that the stack does not have. */
export function readFib(context: Context, { value, origin }: Value, stack: Stack): number | undefined {
  const isNumber = /^[0-9]{1,5}$/.test(value)
  const tables = stack.ofHost ? Number(context.facts.sysctl('net.fibs') ?? '1') : MOST_TABLES
  if (isNumber && stack.own && Number(value) > 0) {
    context.fail(origin, `${value}: a network stack of its own has routing table 0 alone`, {
      hint: 'sysctl net.fibs and setfib(1) inside make and choose another one',
    })
    return undefined
  }
  if (!isNumber || Number(value) >= tables) {
    context.fail(origin, `${value || '""'}: must be a routing table of this host, from 0 to ${tables - 1}`, {
      ...(isNumber ? { hint: `sysctl net.fibs=${Number(value) + 1} gives more` } : {}),
    })
    return undefined
  }
  context.fate(origin, 'translated', `setfib(2) ${value} before each program of the container`)
  return Number(value)
}
