/**
 * Checks that the schema of config.json cannot express (config.md, config-freebsd.md and config-linux.md of version
 * 1.3).
 */

import { encode } from '../bytes.ts'
import { hasOwn } from '../es2020.ts'
import { freebsdHints } from './freebsd-hints.ts'
import type { Config, Hook } from './generated/config.ts'
import { HOOK_KINDS } from './hook-kinds.ts'
import { configError, describeValue } from './messages.ts'
import { checkEnvironment, checkProcess, type Findings } from './process-checks.ts'
import { childPath } from './property-path.ts'

/** The version of the specification that this runtime implements. */
const SPEC_VERSION = '1.3.0'
const KNOWN_MINOR = 3

/** MAXHOSTNAMELEN of sys/param.h is 256 with the final NUL. The kernel answers ENAMETOOLONG to a longer name. */
const MAX_HOSTNAME = 255

/** A config of which wrong properties have been removed, so required properties may be missing. */
type Loose = Partial<Config>

/** Checks a config and adds to `found`. The errors come in the usual order of a config's properties. */
export function checkConfig(config: Loose, found: Findings): void {
  checkVersion(config.ociVersion, found)
  if (config.root?.path === '') found.errors.push(configError('root.path', 'must not be empty'))
  if (config.process) checkProcess(config.process, 'process', found)
  for (const name of ['hostname', 'domainname'] as const) {
    const length = encode(config[name] ?? '').length
    if (length > MAX_HOSTNAME) {
      found.errors.push(configError(name, `must be at most ${MAX_HOSTNAME} bytes long, got ${length}`))
    }
  }
  checkMounts(config.mounts, found)
  checkHooks(config, found)
  // config.md: keys MUST NOT be an empty string.
  if (config.annotations && hasOwn(config.annotations, '')) {
    found.errors.push(
      configError(childPath('annotations', ''), 'the name of an annotation must not be empty'),
    )
  }
  checkLinux(config, found)
  if (config.freebsd) found.warnings.push(...freebsdHints(config.freebsd))
}

/**
 * Accepts every version 1.x. A version before 1.0 is read as 1.0, because examples of the specification still have such
 * versions and runc accepts them. A later major version is refused, because its meaning is not known.
 */
function checkVersion(version: string | undefined, found: Findings): void {
  if (version === undefined) return
  const [, major, minor, patch] = /^(\d+)\.(\d+)(\.\d+)?([-+].*)?$/.exec(version) ?? []
  if (major !== '0' && major !== '1') {
    found.errors.push(
      configError('ociVersion', `must be 1.x, such as ${SPEC_VERSION}, got ${describeValue(version)}`),
    )
    return
  }
  if (major === '0') found.warnings.push(`ociVersion: ${version} is older than 1.0 and read as 1.0`)
  else if (Number(minor) > KNOWN_MINOR) {
    const known = `1.${KNOWN_MINOR}`
    found.warnings.push(
      `ociVersion: ${version} is newer than ${known}; what ${known} does not have is ignored`,
    )
  } else if (patch === undefined)
    found.warnings.push(`ociVersion: ${version} is no full version, read as ${version}.0`)
}

/**
 * Refuses an empty destination. A relative destination is accepted: the specification allows it for old configurations
 * and resolves it from / (config.md, Mounts), and runc runs such bundles with a warning. The translation does the same.
 */
function checkMounts(mounts: Config['mounts'], found: Findings): void {
  mounts?.forEach((mount, index) => {
    if (mount.destination !== '') return
    found.errors.push(configError(`mounts[${index}].destination`, 'must not be empty'))
  })
}

function checkHooks(config: Loose, found: Findings): void {
  for (const [kind, hooks] of Object.entries(config.hooks ?? {}) as [string, unknown][]) {
    // A kind that this version of the specification does not define is ignored, whatever its value is.
    if (!(HOOK_KINDS as readonly string[]).includes(kind) || !Array.isArray(hooks)) continue
    ;(hooks as Partial<Hook>[]).forEach((hook, index) => {
      const path = `hooks.${kind}[${index}]`
      if (hook.path !== undefined && !hook.path.startsWith('/')) {
        found.errors.push(configError(`${path}.path`, `must be absolute, got ${describeValue(hook.path)}`))
      }
      checkEnvironment(hook.env, `${path}.env`, found)
    })
  }
}

function checkLinux(config: Loose, found: Findings): void {
  const seen = new Set<string>()
  config.linux?.namespaces?.forEach((namespace, index) => {
    // config-linux.md: the runtime MUST generate an error for duplicated namespaces of one type.
    const path = `linux.namespaces[${index}].type`
    if (namespace.type === undefined) return
    if (seen.has(namespace.type))
      found.errors.push(configError(path, `must be given once, but ${namespace.type} is there twice`))
    seen.add(namespace.type)
  })
  config.linux?.devices?.forEach((device, index) => {
    if (device.path === undefined || device.path.startsWith('/')) return
    found.errors.push(
      configError(`linux.devices[${index}].path`, `must be absolute, got ${describeValue(device.path)}`),
    )
  })
  for (const name of ['maskedPaths', 'readonlyPaths'] as const) {
    config.linux?.[name]?.forEach((path, index) => {
      if (path.startsWith('/')) return
      found.errors.push(
        configError(`linux.${name}[${index}]`, `must be absolute, got ${describeValue(path)}`),
      )
    })
  }
}
