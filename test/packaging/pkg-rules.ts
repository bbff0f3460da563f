/** What pkg itself demands of a package, from freebsd/pkg: libpkg/pkg_manifest.c, pkg.c, pkg_add.c and utils.c. */
import { execaSync } from 'execa'

/** A manifest as it was read. */
export type Manifest = Readonly<Record<string, unknown>>

type Kind = 'string' | 'array' | 'object' | 'integer'

/** manifest_keys[] of pkg_manifest.c: keys and the type of their value. Other types are an error, other keys are lost. */
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

/** pkg_is_valid(): without one of these the package is refused. */
const required = ['origin', 'name', 'comment', 'version', 'desc', 'maintainer', 'www', 'prefix']

function kindOf(value: unknown): Kind | 'other' {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'string') return 'string'
  if (Number.isSafeInteger(value)) return 'integer'
  return typeof value === 'object' && value !== null ? 'object' : 'other'
}

/** What pkg would complain about in a manifest; empty when it takes it. */
export function complaints(manifest: Manifest): string[] {
  const missing = required.filter(key => !manifest[key]).map(key => `missing ${key}`)
  const wrong = Object.entries(manifest)
    .filter(([key, value]) => kinds[key] !== kindOf(value))
    .map(([key, value]) => `${key} is ${kindOf(value)}, pkg wants ${kinds[key] ?? 'no such key'}`)
  return [...missing, ...wrong]
}

/** is_valid_abi(): the package's ABI is a pattern of fnmatch(3), which the shell's `case` is too, or a prefix of the host's. */
export function installsOn(abi: string, host: string): boolean {
  const { exitCode } = execaSync('sh', ['-c', 'case $2 in $1) exit 0 ;; esac; exit 1', 'sh', abi, host], {
    reject: false,
  })
  return exitCode === 0 || host.toLowerCase().startsWith(abi.toLowerCase())
}
