/** The mounts of a container during translation, when the rules that the devices add to a devfs are not known yet. */
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
  /** True when the config has a tmpfs on /dev, as configs for Linux do, and no devfs. */
  fromLinux: boolean
}

/** The mounts of a plan. */
export interface MountsPlan {
  steps: MountStep[]
  devfs?: DevfsOnDev
}
