/** The parts of the simulated kernel, in the order in which they are installed. A new part is added here. */

import { sethostname } from '../libc.ts'
import { cleanVar } from './clean-var.ts'
import { installDescriptors } from './devices/descriptors.ts'
import { installDevfs } from './devices/filesystem.ts'
import { installFaults } from './faults.ts'
import * as jailCalls from './jails/calls.ts'
import { type Kernel, KernelError, text } from './kernel.ts'
import * as klds from './klds.ts'
import { installLimits } from './limits.ts'
import * as mounts from './mounts/calls.ts'
import { registerFilesystems } from './mounts/filesystems.ts'
import { installMountView } from './mounts/view.ts'
import { within } from './namespaces.ts'
import { installFibs } from './network/fibs.ts'
import { installNetwork } from './network/network.ts'
import { installPf } from './network/pf.ts'
import type { Parts } from './offered-parts.ts'
import * as processList from './processes/list.ts'
import { allProcesses, hasEnded, killUntilGone } from './processes/processes.ts'
import * as sysctls from './sysctls.ts'
import { installZfs } from './zfs/zfs.ts'

/** Makes all parts of the kernel and registers their calls. */
export function installParts(kernel: Kernel): Parts {
  kernel.register('ping', caller => ({ pid: caller.pid, jid: caller.jid, uid: caller.uid }))
  kernel.register('reboot', (caller, options) => {
    if (caller.jid !== 0 || caller.uid !== 0) throw new KernelError('EPERM')
    endProcesses(caller.pid)
    kernel.reboot()
    if (options === 'cleanvar') cleanVar()
    return null
  })
  installFaults(kernel)
  const modules = klds.install(kernel)
  const table = mounts.install(kernel, modules)
  const jails = jailCalls.install(kernel, modules, table)
  processList.install(kernel, jails)
  const parts: Parts = {
    klds: modules,
    mounts: table,
    jails,
    sysctls: sysctls.install(kernel, jails, modules),
  }
  const devfs = installDevfs(kernel, parts)
  registerFilesystems(table, kernel.options.selfMount)
  installZfs(kernel, parts)
  installDescriptors(kernel, parts)
  installHostname(kernel, parts)
  installNetwork(kernel, parts, devfs)
  installFibs(kernel, parts)
  installPf(kernel, parts)
  installLimits(kernel, parts)
  installMountView(kernel)
  table.addBase('ufs', '/dev/ada0p2', '/', ['rootfs', 'local', 'journaled soft-updates'])
  table.addBase('devfs', 'devfs', '/dev', [])
  table.addBase('tmpfs', 'tmpfs', '/tmp', ['local'])
  kernel.emit('booted')
  return parts
}

/** Ends all processes for a reboot, except the one that asked for it, which still has to get the answer, and waits for it. */
function endProcesses(asking: number): void {
  killUntilGone(() => allProcesses().filter(p => p.pid !== 1 && p.pid !== asking && !hasEnded(p)))
}

/** Registers sethostname(2): it sets the host's name, or the name of a jail that may change it. */
function installHostname(kernel: Kernel, { jails }: Parts): void {
  kernel.register('sethostname', (caller, value) => {
    const name = text(value)
    const jail = jails.table.get(caller.jid)
    if (caller.uid !== 0) throw new KernelError('EPERM')
    if (Buffer.byteLength(name) > 255) throw new KernelError('EINVAL')
    if (jail === undefined) {
      kernel.options.hostname = name
      sethostname(name.slice(0, 64))
      return null
    }
    if (jail.values.get('allow.set_hostname') !== true) throw new KernelError('EPERM')
    jail.values.set('host.hostname', name)
    within([jail.spaces.uts], () => sethostname(name.slice(0, 64)))
    return null
  })
}
