/** Calls about jails other than jail_set(2): get, attach, remove, and what tools ask. */
import fs from 'node:fs'
import type { Json } from '../../client.ts'
import { jailFilter } from '../../libc.ts'
import { lookUp, params } from '../../rules/jail/catalogue.ts'
import { type Caller, type Kernel, KernelError, number, text } from '../kernel.ts'
import type { Klds } from '../klds.ts'
import type { Mounts } from '../mounts/table.ts'
import { installGuard } from '../processes/guard.ts'
import * as processes from '../processes/processes.ts'
import { metaName, metaValue } from './meta.ts'
import { installJailSet } from './set.ts'
import { type Jail, Jails, type Value } from './table.ts'

/** Capabilities that no jail has: those that prison_priv_check does not grant, and those that would lead out. */
const NEVER = [2, 16, 17, 19, 20, 21, 22, 25, 26, 27, 30, 32, 33, 34, 35, 36, 37, 38, 39, 40]

/** The capabilities a process gives up when it enters the jail (Linux numbers). */
function dropped(jail: Jail): number[] {
  const allowed = (name: string) => jail.values.get(`allow.${name}`) === true
  if (!allowed('suser')) return Array.from({ length: 41 }, (_, i) => i)
  const list = [...NEVER]
  if (!allowed('chflags')) list.push(9)
  if (!allowed('reserved_ports')) list.push(10)
  if (!allowed('mlock')) list.push(14)
  if (jail.vnet === 0) {
    list.push(12)
    if (!allowed('raw_sockets')) list.push(13)
  }
  return list
}

/** Whether the process has a directory open, which jail_attach(2) refuses (kern_descrip.c, pwd_chroot_chdir). */
function holdsDirectory(pid: number): boolean {
  for (const fd of fs.readdirSync(`/proc/${pid}/fd`)) {
    try {
      if (fs.statSync(`/proc/${pid}/fd/${fd}`).isDirectory()) return true
    } catch {
      // The descriptor was closed meanwhile, or stat(2) does not work on it.
    }
  }
  return false
}

/** Registers the calls about jails, and gives the table of jails. */
export function install(kernel: Kernel, klds: Klds, mounts: Mounts): Jails {
  const jails = new Jails(kernel)
  jails.connect(mounts)
  kernel.on('tick', () => jails.collect())
  kernel.on('reboot', () => jails.reset())
  installJailSet(kernel, jails, klds)
  installGuard(kernel)

  /** A parameter's value as the caller may see it. */
  function value(caller: Caller, jail: Jail, name: string): Value {
    switch (name) {
      case 'jid':
        return jail.jid
      case 'name':
        return jails.nameFor(caller, jail)
      case 'parent':
        return jail.parent === caller.jid ? 0 : jail.parent
      case 'path':
        return pathFor(caller, jail)
      case 'persist':
        return jail.persist
      case 'dying':
        return false
      case 'vnet':
        return jail.vnet === jail.jid ? 'new' : 'inherit'
      case 'children.cur':
        return jails.below(jail.jid).length
    }
    const meta = metaName(name)
    if (meta !== undefined) {
      const whole = String(jail.values.get(meta.text) ?? '')
      return meta.key === undefined ? whole : metaValue(whole, meta.key)
    }
    const stored = jail.values.get(name)
    if (stored !== undefined) return stored
    const param = params(klds).find(p => p.name === name)
    switch (param?.type) {
      case 'bool':
        return name.endsWith('.saddrsel')
      case 'ip4':
      case 'ip6':
        return []
      case 'jailsys':
        return 'inherit'
      case 'string':
        return ''
      case undefined:
        throw new KernelError('EINVAL', `unknown parameter: ${name}`)
      default:
        return 0
    }
  }

  function pathFor(caller: Caller, jail: Jail): string {
    const own = jails.table.get(caller.jid)
    if (own === undefined || own.root === '/') return jail.path
    return jail.root.startsWith(`${own.root}/`) ? jail.root.slice(own.root.length) : '/'
  }

  /** Finds a jail by jid or name, or throws the error of jail_get(2). */
  function need(caller: Caller, key: string | number): Jail {
    const jail = jails.find(caller, key)
    if (jail !== undefined) return jail
    throw new KernelError(
      'ENOENT',
      typeof key === 'number' ? `jail ${key} not found` : `jail "${key}" not found`,
    )
  }

  const key = (v: Json | undefined) => (typeof v === 'number' ? v : text(v))
  const list = (v: Json | undefined) => (Array.isArray(v) ? v.map(text) : [])
  const get = (caller: Caller, jail: Jail, names: readonly string[]) =>
    Object.fromEntries(names.map(name => [name, value(caller, jail, name)])) as Json

  kernel.register('jailGet', (caller, which, names) => get(caller, need(caller, key(which)), list(names)))
  kernel.register('jailList', (caller, names) =>
    jails.below(caller.jid).map(jail => get(caller, jail, list(names))),
  )
  kernel.register('jailId', (caller, name) => {
    const wanted = text(name)
    const jail =
      jails.find(caller, wanted) ?? (/^[0-9]+$/.test(wanted) ? jails.find(caller, Number(wanted)) : undefined)
    return jail?.jid ?? null
  })
  kernel.register('jailParams', (caller, jid, names) => {
    const jail = jails.find(caller, number(jid))
    if (jail === undefined) return null
    return Object.fromEntries(
      list(names).map(name => {
        const v = value(caller, jail, name)
        return [name, Array.isArray(v) ? v.join(',') : String(v)]
      }),
    )
  })
  kernel.register('jailParamList', () => params(klds) as unknown as Json)
  // libjail looks up one parameter by this call; the answer is null when the kernel does not know it.
  kernel.register(
    'jailParamType',
    (caller, name) => (lookUp(klds, text(name), caller.jid === 0) ?? null) as Json,
  )

  kernel.register('jailAttach', (caller, jid) => {
    const jail = jails.find(caller, number(jid))
    if (jail === undefined) throw new KernelError('EINVAL')
    if (caller.uid !== 0 || holdsDirectory(caller.pid)) throw new KernelError('EPERM')
    jail.attaching.set(caller.pid, processes.readProcess(caller.pid)?.start ?? '')
    return {
      root: jail.root,
      namespaces: jails.spacesOf(jail.jid),
      dropCapabilities: dropped(jail),
      seccomp: jailFilter().toString('base64'),
    }
  })
  // Attaches and makes one call inside the jail, for options -j of tools that read and set by calls alone.
  kernel.register('insideJail', (caller, jid, name, ...args) => {
    const jail = jails.find(caller, number(jid))
    if (jail === undefined) throw new KernelError('EINVAL')
    if (caller.uid !== 0) throw new KernelError('EPERM')
    return kernel.call({ ...caller, jid: jail.jid }, text(name), ...args)
  })
  kernel.register('jailRemove', (caller, jid) => {
    const jail = jails.find(caller, number(jid))
    if (jail === undefined) throw new KernelError('EINVAL')
    if (caller.uid !== 0) throw new KernelError('EPERM')
    jails.remove(jail)
    return null
  })
  kernel.register('jailProcesses', (caller, jid) => {
    const n = number(jid)
    if (n !== 0 && jails.find(caller, n) === undefined) return []
    return processes
      .allProcesses()
      .filter(p => p.jid === n || jails.isBelow(p.jid, n))
      .map(p => p.pid)
  })
  processes.install(kernel, (caller, jid) => jid === caller.jid || jails.isBelow(jid, caller.jid))
  return jails
}
