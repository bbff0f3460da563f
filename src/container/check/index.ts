/** `check`: reports what an administrator must know of a host before its first container. */

import type { RuntimeContext } from '../../context.ts'
import { userId } from '../../host/process/identity.ts'
import type { Host } from '../../host/types.ts'
import { hostFacts } from '../jail/host-facts.ts'
import { callsFinding } from './calls.ts'
import { checkContainers } from './containers.ts'
import type { Finding } from './finding.ts'
import { checkModules } from './modules.ts'
import { checkNetwork } from './network.ts'
import { checkPodman } from './podman.ts'
import { checkProfiles } from './profiles.ts'

/**
 * Returns all findings, in the order in which a person would fix them; findings on the device profiles `profiles` come
 * last. Changes nothing.
 */
export function check(ctx: RuntimeContext, profiles: readonly string[] = []): Finding[] {
  return [
    rootFinding(userId()),
    ...checkKernel(ctx.host),
    callsFinding(ctx.host),
    ...checkModules(ctx.host),
    rulesetsFinding(ctx.host),
    ...checkNetwork(ctx.host),
    ...checkPodman(),
    ...checkContainers(ctx),
    ...checkProfiles(hostFacts(ctx.host), profiles),
  ]
}

/** Returns whether this user is root. */
export function rootFinding(uid: number | undefined): Finding {
  if (uid === 0) return { subject: 'root', status: 'ok', message: 'running as root' }
  return {
    subject: 'root',
    status: 'missing',
    message: 'not root',
    hint: 'jails are made by root: use su or doas',
  }
}

/** Returns findings on the release, kernel options and resource accounting, and on a surrounding jail. */
export function checkKernel({ kernel }: Host): Finding[] {
  const vimage = kernel.sysctlExists('security.jail.param.vnet')
  return [
    { subject: 'kernel', status: 'ok', message: kernel.sysctl('kern.osrelease') ?? 'unknown' },
    ...jailed(kernel),
    vimage
      ? { subject: 'VIMAGE', status: 'ok', message: 'vnet jails are possible' }
      : {
          subject: 'VIMAGE',
          status: 'warning',
          message: 'the kernel has no VIMAGE: no vnet jails',
          hint: 'boot a GENERIC kernel, or one with options VIMAGE',
        },
    ...accounting(kernel.sysctl('kern.racct.enable')),
  ]
}

/** Returns a finding on the surrounding jail, if there is one: its children.max bounds the number of jails. */
function jailed(kernel: Host['kernel']): Finding[] {
  if (kernel.sysctl('security.jail.jailed') !== '1') return []
  const max = kernel.sysctl('security.jail.children.max') ?? '0'
  if (max !== '0')
    return [{ subject: 'jail', status: 'ok', message: `this is a jail that may have ${max} of its own` }]
  const hint = 'raise children.max of this jail on its host'
  return [
    { subject: 'jail', status: 'missing', message: 'this is a jail that may have none of its own', hint },
  ]
}

/** RACCT is in GENERIC but disabled until the loader tunable kern.racct.enable is set (rctl(8)). */
function accounting(enabled: string | undefined): Finding[] {
  if (enabled === undefined) {
    return [
      {
        subject: 'RACCT',
        status: 'warning',
        message: 'the kernel has no RACCT: no resource limits',
        hint: 'boot a GENERIC kernel, or one with options RACCT and RCTL',
      },
    ]
  }
  const subject = 'kern.racct.enable'
  return [
    { subject: 'RACCT', status: 'ok', message: 'the kernel can account for resources' },
    enabled === '1'
      ? { subject, status: 'ok', message: '1: resource limits hold' }
      : {
          subject,
          status: 'warning',
          message: `${enabled}: no resource limits`,
          hint: 'add kern.racct.enable=1 to /boot/loader.conf and reboot',
        },
  ]
}

/**
 * Returns a finding on rulesets 1 to 5 of /etc/defaults/devfs.rules. A devfs with a ruleset that does not exist or has
 * no rules would show every device; after `delset` a ruleset that is still in use by a mount is listed without rules.
 */
export function rulesetsFinding(host: Host): Finding {
  const subject = 'devfs rulesets'
  let missing: number[]
  try {
    missing = [1, 2, 3, 4, 5].filter(set => host.kernel.devfsRules(set).length === 0)
  } catch (error) {
    const message = `cannot be seen: ${(error as Error).message}`
    return { subject, status: 'missing', message, hint: 'run this as root, and not in a jail' }
  }
  if (missing.length === 0) return { subject, status: 'ok', message: '1 to 5 are loaded' }
  return {
    subject,
    status: 'missing',
    message: `not loaded: ${missing.join(', ')}; no container can have a safe /dev`,
    hint: 'service devfs restart',
  }
}
