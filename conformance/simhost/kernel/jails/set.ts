/** jail_set(2): making and changing jails, with the checks and texts of kern_jail_set (sys/kern/kern_jail.c). */
import fs from 'node:fs'
import { type Kernel, KernelError } from '../kernel.ts'
import type { Klds } from '../klds.ts'
import { lookup } from '../paths.ts'
import { checkEarly } from './checks.ts'
import { createJail } from './create.ts'
import { find } from './find.ts'
import { givenOf } from './given.ts'
import type { Around, SetRequest } from './request.ts'
import type { Jails } from './table.ts'
import { updateJail } from './update.ts'

/**
 * Registers the call `jailSet(parameters, mode)`, which gives the jid. `parameters` are pairs of a name in jail(8)'s words
 * and its text, or `true` for no text. jail(8) and programs in its place load modules by themselves, jail_set(2) does not.
 */
export function installJailSet(kernel: Kernel, jails: Jails, klds: Klds): void {
  const around: Around = { kernel, jails, klds }
  kernel.register('jailSet', (caller, parameters, mode) => {
    if (mode !== 'create' && mode !== 'update')
      throw new KernelError('EINVAL', 'no valid operation (create or update)')
    const request: SetRequest = { caller, mode, given: givenOf(klds, parameters) }
    if (caller.uid !== 0) throw new KernelError('EPERM')
    const mine = jails.table.get(caller.jid)
    if (mode === 'create' && mine !== undefined && Number(mine.values.get('children.max') ?? 0) === 0)
      throw new KernelError('EPERM')
    checkEarly(request)
    if (mode === 'update') {
      const { jail, parent, base } = find(around, request)
      if (jail === undefined) throw new KernelError('ENOENT', 'update specified no jail')
      updateJail(around, jail, request, { parent, base })
      jails.collect()
      return jail.jid
    }
    const root = lookup(caller, String(request.given.get('path') ?? '/'))
    try {
      if (root.kind !== 'dir') throw new KernelError('ENOTDIR')
      const jail = createJail(around, request, find(around, request), root)
      kernel.emit('jailCreated', jail.jid)
      return jail.jid
    } finally {
      fs.closeSync(root.fd)
    }
  })
}
