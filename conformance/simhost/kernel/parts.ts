/** The parts of the simulated kernel, in the order in which they are installed. A new part is added here. */
import type { Kernel } from './kernel.ts'

export function installParts(kernel: Kernel): void {
  kernel.register('ping', caller => ({ pid: caller.pid, jid: caller.jid, uid: caller.uid }))
  kernel.register('reboot', () => {
    kernel.reboot()
    return null
  })
}
