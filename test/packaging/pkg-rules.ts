/** The demands that pkg makes on a package (libpkg/pkg_manifest.c, pkg.c, pkg_add.c and utils.c of freebsd/pkg). */
import { execaSync } from 'execa'

/** A manifest as it is in the package. */
export type Manifest = Readonly<Record<string, unknown>>

type Kind = 'string' | 'array' | 'object' | 'integer'

/**
 * The keys of a manifest and the types of their values (manifest_keys[] of pkg_manifest.c). pkg refuses other types and ignores
 * other keys.
 */
const kinds: Readonly<Record<string, Kind>> = {
  annotations: 'object',
  abi: 'string',
  arch: 'string',
  categories: 'array',
  comment: 'string',
  desc: 'string',
  files: 'object',
  flatsize: 'integer',
  licenselogic: 'string',
  licenses: 'array',
  maintainer: 'string',
  messages: 'array',
  name: 'string',
  origin: 'string',
  prefix: 'string',
  version: 'string',
  www: 'string',
}

/** The keys without which pkg refuses a package (pkg_is_valid()). */
const required = ['origin', 'name', 'comment', 'version', 'desc', 'maintainer', 'www', 'prefix']

function kindOf(value: unknown): Kind | 'other' {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'string') return 'string'
  if (Number.isSafeInteger(value)) return 'integer'
  return typeof value === 'object' && value !== null ? 'object' : 'other'
}

/** Gives the complaints that pkg would make about a manifest; none when pkg accepts the manifest. */
export function complaints(manifest: Manifest): string[] {
  const missing = required.filter(key => !manifest[key]).map(key => `missing ${key}`)
  const wrong = Object.entries(manifest)
    .filter(([key, value]) => kinds[key] !== kindOf(value))
    .map(([key, value]) => `${key} is ${kindOf(value)}, pkg wants ${kinds[key] ?? 'no such key'}`)
  return [...missing, ...wrong]
}

/**
 * True when pkg installs a package with this ABI on a host (is_valid_abi()): the package's ABI is a pattern of fnmatch(3), as
 * in the shell's `case`, or a prefix of the host's ABI.
 */
export function installsOn(abi: string, host: string): boolean {
  const { exitCode } = execaSync('sh', ['-c', 'case $2 in $1) exit 0 ;; esac; exit 1', 'sh', abi, host], {
    reject: false,
  })
  return exitCode === 0 || host.toLowerCase().startsWith(abi.toLowerCase())
}
