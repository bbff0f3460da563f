import type { Jails } from './jails/table.ts'
import type { Klds } from './klds.ts'
import type { Mounts } from './mounts/table.ts'
import type { Sysctls } from './sysctls.ts'

/** The parts of the simulated kernel that other parts use. */
export interface Parts {
  klds: Klds
  mounts: Mounts
  jails: Jails
  sysctls: Sysctls
}
