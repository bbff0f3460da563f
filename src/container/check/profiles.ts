/** `check --profile NAME`: whether this host has what a device profile needs. */
import { JailwrightError } from '../../errors.ts'
import type { HostFacts } from '../../translate/core/plan.ts'
import {
  DEVICE_PROFILES,
  hostLacks,
  parametersOf,
  profileOf,
  unloaded,
} from '../../translate/devices/profiles.ts'
import { LOADED_BY_NAME } from '../../translate/jail/parameters.ts'
import type { Finding } from './finding.ts'

/**
 * Returns the findings on each profile.
 * @throws JailwrightError USAGE for a name that is not a profile.
 */
export function checkProfiles(facts: HostFacts, names: readonly string[]): Finding[] {
  return names.flatMap(name => checkProfile(facts, name))
}

function checkProfile(facts: HostFacts, name: string): Finding[] {
  const profile = profileOf(name)
  if (!profile)
    throw new JailwrightError(
      'USAGE',
      `--profile ${name}: no device profile; known are ${Object.keys(DEVICE_PROFILES).join(', ')}`,
    )
  const subject = `profile ${name}`
  const lacks = [
    ...hostLacks(facts, profile).map(lack => ({ ...lack, status: 'missing' as const })),
    ...unloaded(facts, profile).map(lack => ({ ...lack, status: 'warning' as const })),
    ...parametersOf(profile, '')
      .filter(({ name: wanted }) => facts.jailParam(wanted) === undefined && !LOADED_BY_NAME.has(wanted))
      .map(({ name: wanted }) => ({
        text: `this kernel has no jail parameter ${wanted}`,
        status: 'warning' as const,
      })),
  ]
  if (profile.vnet && facts.jailParam('vnet') === undefined)
    lacks.push({ text: 'needs a jail with vnet=new, and this kernel has no VIMAGE', status: 'missing' })
  if (lacks.length === 0) {
    const needs = profile.vnet ? '; the container needs vnet=new' : ''
    return [{ subject, status: 'ok', message: `${profile.summary}: everything is there${needs}` }]
  }
  return lacks.map(({ text, status, ...rest }) => ({ subject, status, message: text, ...rest }))
}
