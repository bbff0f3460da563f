/** The mounts of a container while they are translated: what the devices add to a devfs is not known yet. */
import type { MountStep } from './plan.ts'

/** The options of one mount after translation. */
export interface MountOptions {
  options: [string, string | undefined][]
  copyUp: boolean
  /** devfs only: `ruleset=` and `rule=` words, with the property of each. */
  ruleset?: { number: number; property: string }
  rules: { rule: string; property: string }[]
}

/** The devfs on /dev, which gets its ruleset when all devices are known. */
export interface DevfsOnDev {
  step: MountStep
  options: MountOptions
  property: string
  /** The config has a tmpfs there, as configs of Linux do, and not a devfs. */
  fromLinux: boolean
}

/** The mounts of a plan. */
export interface MountsPlan {
  steps: MountStep[]
  devfs?: DevfsOnDev
}
