/** Makes the devfs ruleset of the container from everything that a config says about devices. */
import type { DeviceRule, LinuxDevice } from '../../bundle/generated/config.ts'
import type { Context } from '../core/context.ts'
import type { MountsPlan } from '../core/mounts-plan.ts'
import type { RulesetStep } from '../core/plan.ts'
import { DEFAULT_RULESET, missingRuleset } from './default-ruleset.ts'
import {
  ALWAYS_ADDED,
  ALWAYS_ALLOWED,
  freebsdNames,
  linuxName,
  missingHint,
  NEVER_SHOWN,
} from './linux-names.ts'
import { type DeviceRequest, type DeviceRequests, isPattern, nameBelowDev } from './requests.ts'
import { baseRules, hidesAll, impliedRules, type RuleWriter, ruleWriter } from './rules.ts'

/** The lowest number of a container's own ruleset: 1 to 5 are FreeBSD's, other small numbers an administrator's. */
const FIRST_OWN_RULESET = 1000
const OWN_RULESETS = 50_000

/** Collects what `freebsd.devices`, `linux.devices` and `linux.resources.devices` ask for. */
export function collectDevices(context: Context, requests: DeviceRequests): void {
  const { freebsd, linux } = context.config
  freebsd?.devices?.forEach((device, index) => {
    const origin = `freebsd.devices[${index}]`
    const name = nameBelowDev(device.path)
    if (name === undefined) {
      context.fail(`${origin}.path`, `${device.path} is no name of a device below /dev`)
      return
    }
    const mode = device.mode === undefined ? {} : { mode: octal(device.mode) }
    requests.entries.push({ name, origin, ...mode })
    context.fate(origin, 'translated', `devfs rules for ${name}`)
  })
  const rules = linux?.resources?.devices ?? []
  // `podman run --privileged` on Linux allows every device and lists every node of that Linux host.
  const everything = rules.some(rule => rule.allow && rule.major === undefined && (rule.type ?? 'a') === 'a')
  linux?.devices?.forEach((device, index) => {
    linuxDevice(context, device, `linux.devices[${index}]`, everything, requests)
  })
  rules.forEach((rule, index) => {
    cgroupRule(context, rule, `linux.resources.devices[${index}]`, requests)
  })
}

function hostHas(context: Context): (name: string) => boolean {
  return name => context.facts.pathKind(`/dev/${name}`) !== undefined
}

/** True when the host has all names that are no patterns; a list of patterns alone is assumed to be there. */
function present(names: readonly string[], has: (name: string) => boolean): boolean {
  const plain = names.filter(name => !isPattern(name))
  return plain.length === 0 || plain.some(has)
}

function linuxDevice(
  context: Context,
  device: LinuxDevice,
  origin: string,
  lenient: boolean,
  requests: DeviceRequests,
): void {
  if (device.type === 'p') {
    context.fate(origin, 'ignored', 'a FIFO is no device on FreeBSD')
    return
  }
  const asked = device.path.startsWith('/dev/') ? nameBelowDev(device.path) : undefined
  if (asked === undefined) {
    context.fail(`${origin}.path`, `${device.path}: FreeBSD has devices below /dev only`)
    return
  }
  const has = hostHas(context)
  let names = freebsdNames(asked, has)
  if (!present(names, has) && device.major !== undefined && device.type !== 'b') {
    const other = linuxName(device.major, device.minor)
    if (other !== undefined) names = freebsdNames(other, has)
  }
  if (NEVER_SHOWN.has(asked)) {
    context.fate(origin, 'ignored', `${device.path} would be the host's own`)
    return
  }
  if (!present(names, has) && (lenient || ALWAYS_ADDED.has(asked))) {
    context.fate(origin, 'ignored', `this host has no /dev/${asked}`)
    return
  }
  for (const name of names) {
    requests.entries.push({
      name,
      origin,
      ...(device.fileMode === undefined ? {} : { mode: octal(device.fileMode) }),
      ...(device.uid === undefined ? {} : { uid: device.uid }),
      ...(device.gid === undefined ? {} : { gid: device.gid }),
    })
  }
  context.fate(origin, 'translated', `devfs rules for ${names.join(', ')}`)
}

/**
 * A rule of the devices cgroup, which on Linux permits access and makes no node. A rule with numbers names a device. A
 * rule without numbers changes nothing, because a container on FreeBSD sees only what its ruleset shows.
 */
function cgroupRule(context: Context, rule: DeviceRule, origin: string, requests: DeviceRequests): void {
  const { type = 'a', access = 'rwm' } = rule
  if (!/^[abcup]$/.test(type)) {
    context.fail(`${origin}.type`, `${JSON.stringify(type)}: must be a, b, c, u or p`)
    return
  }
  if (!/^[rwm]*$/.test(access)) {
    context.fail(`${origin}.access`, `${JSON.stringify(access)}: must be letters of r, w and m`)
    return
  }
  if (rule.major === undefined || rule.major < 0) {
    const note = rule.allow
      ? 'names no device; only devices that are named are shown'
      : 'devfs shows only what is named'
    context.fate(origin, 'ignored', note)
    return
  }
  if (type === 'b' || type === 'p') {
    const note = type === 'b' ? 'FreeBSD has no block devices' : 'a FIFO is no device on FreeBSD'
    context.fate(origin, 'ignored', note)
    return
  }
  if (!/[rw]/.test(access)) {
    context.fate(origin, 'ignored', 'neither reading nor writing: a container cannot make nodes anyway')
    return
  }
  const minor = rule.minor === undefined || rule.minor < 0 ? undefined : rule.minor
  const linux = linuxName(rule.major, minor)
  if (linux === undefined) {
    const numbers = `${rule.major}:${minor ?? '*'}`
    context.fate(origin, 'ignored', `no FreeBSD device is known for c ${numbers}`)
    if (rule.allow) context.warn(`${origin}: no FreeBSD device is known for c ${numbers}`)
    return
  }
  const has = hostHas(context)
  const names = freebsdNames(linux, has)
  if (NEVER_SHOWN.has(linux) || linux === 'pts') {
    context.fate(origin, 'ignored', `a container has its own ${linux}, or none`)
    return
  }
  if (rule.allow && ALWAYS_ALLOWED.has(linux) && (linux === 'net/tun' || !names.some(has))) {
    context.fate(
      origin,
      'ignored',
      `${linux} is on every runtime's list; linux.devices or a mount asks for it`,
    )
    return
  }
  const letters = access.replaceAll('m', '')
  const both = letters.includes('r') && letters.includes('w')
  const asked = rule.allow ? { access } : both ? { hide: true } : { deny: letters }
  for (const name of names) requests.entries.push({ name, origin, ...asked })
  context.fate(origin, 'translated', `devfs rules for ${names.join(', ')}`)
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0')
}

/** Gives the devfs on /dev its ruleset: an existing number, or a set of the container's own, whose step is returned. */
export function applyDevices(
  context: Context,
  mounts: MountsPlan,
  requests: DeviceRequests,
): RulesetStep | undefined {
  const { devfs } = mounts
  if (!devfs) {
    for (const { origin } of requests.entries) {
      context.fail(origin, 'a device needs a devfs mounted on /dev, and the config has none', {
        lacks: property => /^mounts(\[\d+\](\.(destination|type))?)?$/.test(property),
      })
    }
    return undefined
  }
  const base = devfs.options.ruleset?.number ?? DEFAULT_RULESET
  const property = devfs.options.ruleset?.property ?? devfs.property
  const use = (ruleset: string) => {
    devfs.step.options = [...devfs.step.options, ['ruleset', ruleset]]
  }
  if (base === 0) {
    context.fate(property, 'applied', 'every device of the host is shown')
    context.warn(`${property}: ruleset 0 shows every device of the host (privileged)`)
    for (const { property: rule } of devfs.options.rules)
      context.fate(rule, 'ignored', 'every device is shown already')
    for (const { hide, deny, name, origin } of requests.entries) {
      if (hide) context.warn(`${origin}: ${name} is not hidden: ruleset 0 shows every device`)
      if (deny !== undefined) context.warn(`${origin}: no access to ${name} is taken away under ruleset 0`)
    }
    use('0')
    return undefined
  }
  if (!context.facts.rulesetExists(base)) {
    context.fail(property, missingRuleset(base), {
      code: 'HOST',
      ...(base <= 5 ? { hint: 'service devfs restart' } : {}),
    })
    return undefined
  }
  // config-linux.md, "Default Devices", promises these two to every container; ruleset 4 does not show them.
  if (devfs.fromLinux) {
    for (const name of ['full', 'tty']) {
      if (hostHas(context)(name)) requests.entries.unshift({ name, origin: devfs.property })
    }
  }
  const rules = devfs.options.rules
  const implied = impliedRules(context.facts, base)
  warnOfUnhidden(context, base, rules, property)
  if (!implied && rules.length + requests.entries.length + requests.directories.length === 0) {
    use(String(base))
    return undefined
  }
  if (implied) {
    context.fate(property, 'translated', 'its rules and what they include')
    context.warn(
      `${property}: ruleset ${base} by itself shows every device: the kernel does not follow the includes of what it includes; the container has a ruleset that does`,
    )
  }
  const start = baseRules(context.facts, base)
  if (start === undefined) {
    context.fail(property, `the rules of ruleset ${base} cannot be read here, so none can be added to them`)
    return undefined
  }
  const writer = ruleWriter(context.facts, start)
  for (const { rule, property: path } of rules) writer.option(context, rule, path)
  for (const name of requests.directories) writer.unhide({ name })
  for (const request of requests.entries) entry(context, writer, request)
  use('%{ruleset}')
  return {
    kind: 'ruleset',
    name: 'ruleset',
    preferred: preferredNumber(context.ownName),
    rules: writer.rules(),
    ...(rules.length === 0 ? {} : { options: rules }),
  }
}

/** Warns of a base set that hides nothing: it shows every device of the host, whatever it was meant to add. */
function warnOfUnhidden(
  context: Context,
  base: number,
  own: readonly { rule: string }[],
  property: string,
): void {
  const all = baseRules(context.facts, base)
  // FreeBSD's sets 2 and 3 hide nothing, because they are made to be included by others.
  const hides = base === 2 || base === 3 ? false : all === undefined || hidesAll(all)
  const included = ({ rule }: { rule: string }) => {
    const number = /^\s*include\s+([0-9]{1,5})\s*$/.exec(rule)?.[1]
    return number === undefined ? [rule] : (baseRules(context.facts, Number(number)) ?? [])
  }
  if (hides || own.some(rule => hidesAll(included(rule)))) return
  context.warn(
    `${property}: ruleset ${base} does not begin by hiding everything: it shows every device of the host that it does not hide (privileged)`,
  )
}

/** Writes one request; a device that the host lacks is an error that names it. */
function entry(context: Context, writer: RuleWriter, request: DeviceRequest): void {
  const { name, origin } = request
  if (
    !request.hide &&
    request.deny === undefined &&
    !isPattern(name) &&
    context.facts.pathKind(`/dev/${name}`) === undefined
  ) {
    // translateProfiles has looked for what a profile cannot do without.
    if (isProfile(origin)) return
    const hint = missingHint(context.facts, name)
    context.fail(origin, `/dev/${name}: no such file or directory on this host`, {
      code: 'HOST',
      ...(hint === undefined ? {} : { hint }),
      // Where a rule allows everything, devices that this host lacks are left out.
      lacks: property => origin.startsWith('linux.devices') && property.startsWith('linux.resources'),
    })
    return
  }
  writer.entry(request)
}

function isProfile(origin: string): boolean {
  return origin.startsWith('annotations[')
}

/**
 * The number that is tried first, made from the jail's name: containers that start together seldom try the same number,
 * `plan` and `create` agree, and nobody has to ask devfs(8). `create` finds out whether it is free when it takes it.
 */
function preferredNumber(name: string): number {
  // FNV-1a, 32 bits.
  let hash = 0x811c9dc5
  for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0
  return FIRST_OWN_RULESET + (hash % OWN_RULESETS)
}
