/** jail_set(2): making and changing jails, with the checks and texts of kern_jail_set (sys/kern/kern_jail.c). */
import fs from 'node:fs'
import { type Kernel, KernelError } from '../kernel.ts'
import type { Klds } from '../klds.ts'
import { lookup } from '../paths.ts'
import { checkEarly } from './checks.ts'
import { createJail } from './create.ts'
import { find } from './find.ts'
import type { Around, SetFlags, SetRequest } from './request.ts'
import type { Jails, Value } from './table.ts'
import { updateJail } from './update.ts'

export function installJailSet(kernel: Kernel, jails: Jails, klds: Klds): void {
  const around: Around = { kernel, jails, klds }
  kernel.register('jailSet', (caller, flags, given) => {
    const request: SetRequest = {
      caller,
      flags: (flags ?? {}) as SetFlags,
      given: new Map(Object.entries((given ?? {}) as Record<string, Value>)),
    }
    if (caller.uid !== 0) throw new KernelError('EPERM')
    const mine = jails.table.get(caller.jid)
    if (request.flags.create && mine !== undefined && Number(mine.values.get('children.max') ?? 0) === 0)
      throw new KernelError('EPERM')
    if (!request.flags.create && !request.flags.update)
      throw new KernelError('EINVAL', 'no valid operation (create or update)')
    checkEarly(request)
    const path = request.given.get('path')
    const root = request.flags.update && path === undefined ? undefined : lookup(caller, String(path ?? '/'))
    try {
      if (root !== undefined && root.kind !== 'dir') throw new KernelError('ENOTDIR')
      const place = find(around, request)
      if (place.jail !== undefined) {
        updateJail(around, place.jail, request, place.base)
        jails.collect()
        return place.jail.jid
      }
      const jail = createJail(around, request, place, root ?? lookup(caller, '/'))
      kernel.emit('jailCreated', jail.jid)
      return jail.jid
    } finally {
      if (root !== undefined) fs.closeSync(root.fd)
    }
  })
}
