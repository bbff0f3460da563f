/**
 * Warnings about unknown properties of the freebsd section. The specification demands that unknown properties are
 * ignored, but documents of other tools show property names that the specification does not have
 * (`freebsd.jail.mlock`), so a near miss gets a warning.
 */
import { isNearMiss, plain } from '../near-miss.ts'
import { childPath } from './property-path.ts'

/** The properties of the freebsd section. A test asserts that the list equals the schema's. */
export const KNOWN: Readonly<Record<string, readonly string[]>> = {
  freebsd: ['devices', 'jail'],
  'freebsd.devices[]': ['path', 'mode'],
  'freebsd.jail': [
    'parent',
    'host',
    'ip4',
    'ip4Addr',
    'ip6',
    'ip6Addr',
    'vnet',
    'interface',
    'vnetInterfaces',
    'sysvmsg',
    'sysvsem',
    'sysvshm',
    'enforceStatfs',
    'allow',
  ],
  'freebsd.jail.allow': [
    'setHostname',
    'rawSockets',
    'chflags',
    'mount',
    'quotas',
    'socketAf',
    'mlock',
    'reservedPorts',
    'suser',
  ],
}

/** Parameters of jail(8) for which the section has no property; an annotation sets them. */
const BY_ANNOTATION =
  /^(securelevel|children\.max|devfs_ruleset|osrelease|osreldate|host\.\w+|ip[46]\.saddrsel|linux(\.\w+)?|allow\.(sysvipc|read_msgbuf|vmm|vmm_ppt|nfsd|extattr|adjtime|settime|routing|setaudit|unprivileged_\w+))$/

/** Parameter names of jail(8) that differ from the section's names in more than case and punctuation. */
const SYNONYMS: Readonly<Record<string, string>> = { vnetinterface: 'freebsd.jail.vnetInterfaces' }

/** Returns the path of every known property by its plain name. The first section that has a name wins. */
function wellKnown(): Map<string, string> {
  const index = new Map(Object.entries(SYNONYMS))
  for (const section of ['freebsd', 'freebsd.jail', 'freebsd.jail.allow']) {
    for (const name of KNOWN[section] ?? []) {
      const path = `${section}.${name}`
      if (!index.has(plain(name))) index.set(plain(name), path)
      if (section === 'freebsd.jail.allow') index.set(`allow${plain(name)}`, path)
    }
  }
  return index
}

/**
 * Returns a warning for each near miss in a freebsd section: `freebsd.jail.mlock: is not known and ignored; did you
 * mean freebsd.jail.allow.mlock?`
 */
export function freebsdHints(section: unknown): string[] {
  const warnings: string[] = []
  const walk = (value: unknown, path: string, kind: string): void => {
    if (Array.isArray(value)) {
      value.forEach((item, index) => {
        walk(item, childPath(path, index), `${kind}[]`)
      })
      return
    }
    const known = KNOWN[kind]
    if (!known || value === null || typeof value !== 'object') return
    for (const [name, inner] of Object.entries(value)) {
      if (known.includes(name)) walk(inner, childPath(path, name), `${kind}.${name}`)
      else {
        const advice = suggestion(name, kind)
        if (advice)
          warnings.push(`${childPath(path, name)}: is not known and ignored; did you mean ${advice}?`)
      }
    }
  }
  walk(section, 'freebsd', 'freebsd')
  return warnings
}

function suggestion(name: string, kind: string): string | undefined {
  const filesystem = /^(?:allow\.)?mount\.(\w+)$/.exec(name)?.[1]
  if (filesystem) return `${JSON.stringify(filesystem)} in the list freebsd.jail.allow.mount`
  const exact = wellKnown().get(plain(name))
  if (exact && exact !== `${kind}.${name}`) return exact
  for (const parameter of kind.endsWith('.allow') ? [`allow.${name}`, name] : [name]) {
    if (BY_ANNOTATION.test(parameter)) return `the annotation "org.freebsd.jail.${parameter}"`
  }
  // jail(8) would accept allow.nosuser. If the property were ignored without a word, suser would stay on, which is its
  // default.
  const [, positive] = /^(?:allow)?no(.+)$/.exec(plain(name)) ?? []
  const opposite = positive && wellKnown().get(positive)
  if (opposite?.startsWith('freebsd.jail.allow.') && !opposite.endsWith('.mount'))
    return `${opposite} = false`
  const near = KNOWN[kind]?.find(candidate => isMistyped(plain(name), plain(candidate)))
  return near && `${kind}.${near}`.replace('[]', '')
}

/** True for a near miss. A word of fewer than three letters is too short to be one. */
function isMistyped(given: string, known: string): boolean {
  return given === known || (Math.min(given.length, known.length) >= 3 && isNearMiss(given, known))
}
