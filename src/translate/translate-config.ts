/**
 * Makes a plan of a config and facts about the host, without the disposition table. The function is pure: it reads only its
 * input and changes nothing, so `create` does what `plan` prints.
 */

import { JailwrightError } from '../errors.ts'
import * as posix from '../paths.ts'
import { checkAnnotations } from './core/annotation-names.ts'
import { annotationPath, type Context, createContext, type TranslateInput } from './core/context.ts'
import { checkId, fullJailName, jailNameOf } from './core/names.ts'
import type { JailStep, Plan, ProcessPlan, Step } from './core/plan.ts'
import { Refusal } from './core/refusal.ts'
import { applyDevices, collectDevices } from './devices/devices.ts'
import { checkProfiles, translateProfiles } from './devices/profiles.ts'
import type { DeviceRequests } from './devices/requests.ts'
import { collectDatasets, datasetSteps } from './jail/datasets.ts'
import { translateJail } from './jail/jail.ts'
import { limitSteps, MODE_ANNOTATION } from './limits/limits.ts'
import { translateMounts } from './mounts/mounts.ts'
import { collectNetwork, type OwnNetwork } from './network/own-interface.ts'
import { aliasSteps, vnetSteps } from './network/steps.ts'
import { translateHooks } from './process/hooks.ts'
import { translateProcess } from './process/process.ts'

/**
 * Translates a bundle; the plan has only the fates that the translation itself records. This is half of the work, and all
 * that `create` needs. Throws JailwrightError USAGE for a bad id, and a Refusal with all errors of the config, each naming
 * its property.
 */
export function translateBriefly(input: TranslateInput): Plan {
  checkId(input.id)
  const context = createContext(input, jailNameOf(input.id))
  const { config } = context
  const rootPath = rootOf(context)
  checkAnnotations(context)
  const requests: DeviceRequests = { entries: [], directories: [] }
  const datasets = collectDatasets(context, requests)
  const wanted = [...translateProfiles(context, requests), ...datasets.wanted]
  collectDevices(context, requests)
  const mounts = translateMounts(context, requests)
  const ruleset = applyDevices(context, mounts, requests)
  const own = collectNetwork(context)
  const jail = translateJail(context, wanted, needsVnet(own))
  checkProfiles(context, jail)
  const jailName = jailNameIn(context, jail.parent)
  const readonlyRoot = config.root?.readonly ?? false
  const steps: Step[] = []
  if (ruleset) steps.push(ruleset)
  if (readonlyRoot) {
    steps.push({ kind: 'readonly-root' })
    context.fate('root.readonly', 'translated', 'a read-only nullfs of the root below the state directory')
  }
  steps.push(...mounts.steps, ...aliasSteps(context, jail))
  const step: JailStep = { kind: 'jail', name: jailName, parameters: jail.parameters }
  steps.push(step, ...datasetSteps(jailName, datasets.names))
  steps.push(...vnetSteps(context, jail, jailName, own), ...limitSteps(context, jailName, limitsMode(input)))
  const process = firstProcess(context, jail.fib)
  const hooks = translateHooks(context)
  linuxNotes(context)
  if (context.errors.length > 0 || process === undefined) {
    throw new Refusal(input.id, context.errors, [...context.fates.values()], context.warnings)
  }
  return {
    id: input.id,
    jailName,
    ...(jail.parent === undefined ? {} : { parentJail: jail.parent }),
    rootPath,
    readonlyRoot,
    vnet: jail.vnet,
    steps,
    process,
    hooks,
    annotations: context.annotations,
    fates: [...context.fates.values()],
    warnings: context.warnings,
  }
}

/** The annotation that needs a network stack of the jail's own; undefined where there is none. */
function needsVnet({ interfaces, loopback }: OwnNetwork): string | undefined {
  return interfaces[0]?.origins.bridge ?? (loopback.addresses.length > 0 ? loopback.origin : undefined)
}

function rootOf(context: Context): string {
  const given = context.config.root?.path
  if (!given) {
    context.fail('root.path', 'missing')
    return ''
  }
  // config.md: "The path can be an absolute path or a relative path to the bundle."
  const path = posix.resolve(context.bundleDir, given)
  const kind = context.facts.pathKind(path)
  if (kind === undefined) context.fail('root.path', `${path}: no such file or directory`, { code: 'HOST' })
  else if (kind !== 'dir') context.fail('root.path', `${path}: not a directory`)
  else if (path === '/') context.fail('root.path', 'the root of the host cannot be the root of a container')
  else context.fate('root.path', given === path ? 'applied' : 'translated', given === path ? '' : path)
  return path
}

/** The mode of limits; best effort where the mode was dropped as invalid, since limits that cannot hold may be no error. */
function limitsMode({ limits, found }: TranslateInput): TranslateInput['limits'] {
  const doubtful = ['annotations', annotationPath(MODE_ANNOTATION)]
  return found?.errors.some(({ subject = '' }) => doubtful.includes(subject)) ? 'best-effort' : limits
}

/** The jail's full name; a name that is too long is recorded as an error. */
function jailNameIn(context: Context, parent: string | undefined): string {
  try {
    return fullJailName(context.ownName, parent)
  } catch (error) {
    if (!(error instanceof JailwrightError)) throw error
    context.errors.push(error)
    return context.ownName
  }
}

/**
 * The first program. config.md requires `process` only when `start` is called, but `create` starts the process that becomes
 * the program, so `create` requires it already, as runc and crun do.
 */
function firstProcess(context: Context, fib: number | undefined): ProcessPlan | undefined {
  const { process } = context.config
  if (process) return { ...translateProcess(context, process), ...(fib === undefined ? {} : { fib }) }
  context.fail('process', 'is required to create a container')
  return undefined
}

/** Beginnings of names of sysctl(8) that only FreeBSD has. */
const OWN_SYSCTL = /^(kern|security|hw|vfs|compat|machdep|net\.(inet6?|link|isr|fibs|local|pf))\./

/**
 * Warns of properties on which a caller may rely for safety and which FreeBSD cannot give (docs/security.md), whether or
 * not the config also has a freebsd section. ID mappings alone ask for a user namespace as well.
 */
function linuxNotes(context: Context): void {
  const { namespaces, uidMappings, gidMappings } = context.config.linux ?? {}
  const asked = [
    ['namespaces', namespaces?.some(namespace => namespace.type === 'user')],
    ['uidMappings', uidMappings?.length],
    ['gidMappings', gidMappings?.length],
  ] as const
  for (const name of Object.keys(context.config.linux?.sysctl ?? {}))
    if (context.facts.sysctl(name) !== undefined || OWN_SYSCTL.test(name))
      context.warn(
        `linux.sysctl[${JSON.stringify(name)}]: ignored, it is one of FreeBSD's: set it on the host, or in the container where it belongs to a network stack of its own`,
      )
  const where = asked.find(([, given]) => given)?.[0]
  if (where === undefined) return
  context.warn(`linux.${where}: FreeBSD has no user namespaces: root of the container is root of the jail`)
}
