/** pf(4) as far as its permissions go: who may start, change and read it (sys/netpfil/pf/pf_nl.c, netlink_generic.c). */
import { type Caller, type Kernel, KernelError, text } from '../kernel.ts'
import type { Parts } from '../offered-parts.ts'

/**
 * Registers the calls about pf. Of the jails only those with their own stack have PRIV_NETINET_PF. securelevel 2 forbids
 * changes, securelevel 3 reading as well. Each stack has its own state.
 */
export function installPf(kernel: Kernel, { jails, klds }: Parts): void {
  const enabled = new Set<number>()
  const rules = new Map<number, string[]>()

  /** The stack of the caller; ENOENT without the module, EPERM without the right. */
  function stack(caller: Caller, forbidden: number): number {
    if (!klds.has('pf')) throw new KernelError('ENOENT')
    const jail = jails.table.get(caller.jid)
    if (caller.uid !== 0 || (jail !== undefined && jail.vnet !== jail.jid)) throw new KernelError('EPERM')
    const level = Number(jail?.values.get('securelevel') ?? kernel.call(caller, 'sysctl', 'kern.securelevel'))
    if (level >= forbidden) throw new KernelError('EPERM')
    return jail?.jid ?? 0
  }
  kernel.register('pfStart', caller => {
    const own = stack(caller, 2)
    if (enabled.has(own)) throw new KernelError('EEXIST')
    enabled.add(own)
    return null
  })
  kernel.register('pfStop', caller => {
    if (!enabled.delete(stack(caller, 2))) throw new KernelError('ENOENT')
    return null
  })
  kernel.register('pfSetRules', (caller, lines) => {
    rules.set(stack(caller, 2), Array.isArray(lines) ? lines.map(text) : [])
    return null
  })
  kernel.register('pfRules', caller => rules.get(stack(caller, 3)) ?? [])
  kernel.register('pfEnabled', caller => enabled.has(stack(caller, 3)))
  const forget = (jid: number): void => {
    enabled.delete(jid)
    rules.delete(jid)
  }
  kernel.on('jailRemoved', forget)
  kernel.on('reboot', () => {
    enabled.clear()
    rules.clear()
  })
}
