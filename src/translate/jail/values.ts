/** Values of jail parameters as the config gives them: the `freebsd.jail` section and the annotations. */
import { annotationPath, type Context } from '../core/context.ts'
import {
  checkValue,
  isFlag,
  LOADED_BY_NAME,
  meantParameter,
  type ParamType,
  parseBool,
  positiveName,
  refusal,
} from './parameters.ts'

/** Prefix of the annotations that set one parameter. */
export const JAIL_ANNOTATION = 'org.freebsd.jail.'

/** One parameter with where it comes from; `origin` is `default` for a default. */
export interface Value {
  value: string
  origin: string
}

/** Values that a config gives among the parameters but that are no parameters of the kernel. */
export interface Lists {
  /** The interface that gets the jail's addresses as aliases. */
  interface: Value | undefined
  /** Interfaces to move into the vnet. */
  moved: { name: string; origin: string }[]
  /** exec.fib: the number of the routing table of the programs in the jail. */
  fib: Value | undefined
}

/** The kernel's names by the keys of the section. */
const SECTION_MODES = { host: 'host', ip4: 'ip4', ip6: 'ip6', vnet: 'vnet', sysvmsg: 'sysvmsg' } as const
const SECTION_ALLOW = {
  setHostname: 'allow.set_hostname',
  rawSockets: 'allow.raw_sockets',
  chflags: 'allow.chflags',
  quotas: 'allow.quotas',
  socketAf: 'allow.socket_af',
  mlock: 'allow.mlock',
  reservedPorts: 'allow.reserved_ports',
  suser: 'allow.suser',
} as const

/** Reads the section; `fromAnnotations` overrides its values afterwards. */
export function fromSection(context: Context, values: Map<string, Value>, lists: Lists): void {
  const jail = context.config.freebsd?.jail
  if (!jail) return
  const set = (key: string, name: string, value: string) => {
    const origin = `freebsd.jail.${key}`
    const type = context.facts.jailParam(name)
    if (type === undefined && !LOADED_BY_NAME.has(name)) {
      context.fail(origin, `this kernel has no jail parameter ${name}`, { code: 'UNSUPPORTED' })
      return
    }
    const allowed = checkValue(name, (type ?? 'bool') as ParamType, value)
    if (allowed !== undefined) context.fail(origin, `${value}: must be ${allowed}`)
    else values.set(name, { value, origin })
    if (allowed === undefined) context.fate(origin, 'translated', shown(name, value))
  }
  for (const [key, name] of Object.entries({
    ...SECTION_MODES,
    sysvsem: 'sysvsem',
    sysvshm: 'sysvshm',
  } as const)) {
    const value = jail[key as keyof typeof SECTION_MODES]
    if (value !== undefined) set(key, name, value)
  }
  if (jail.enforceStatfs !== undefined) set('enforceStatfs', 'enforce_statfs', String(jail.enforceStatfs))
  for (const [key, name] of [
    ['ip4Addr', 'ip4.addr'],
    ['ip6Addr', 'ip6.addr'],
  ] as const) {
    if (jail[key]?.length) values.set(name, { value: jail[key].join(','), origin: `freebsd.jail.${key}` })
  }
  if (jail.interface !== undefined)
    lists.interface = { value: jail.interface, origin: 'freebsd.jail.interface' }
  jail.vnetInterfaces?.forEach((name, index) => {
    lists.moved.push({ name, origin: `freebsd.jail.vnetInterfaces[${index}]` })
  })
  for (const [key, name] of Object.entries(SECTION_ALLOW)) {
    const value = jail.allow?.[key as keyof typeof SECTION_ALLOW]
    if (value !== undefined) set(`allow.${key}`, name, String(value))
  }
  jail.allow?.mount?.forEach((type, index) => {
    if (/^[a-z0-9]+$/.test(type)) set(`allow.mount[${index}]`, `allow.mount.${type}`, 'true')
    else
      context.fail(
        `freebsd.jail.allow.mount[${index}]`,
        `${JSON.stringify(type)} is no type of a file system`,
      )
  })
  if (jail.allow?.mount?.length)
    values.set('allow.mount', { value: 'true', origin: 'freebsd.jail.allow.mount' })
}

/** Reads the annotations `org.freebsd.jail.<parameter>` over what the section gave. */
export function fromAnnotations(context: Context, values: Map<string, Value>, lists: Lists): void {
  for (const [annotation, value] of Object.entries(context.annotations)) {
    if (!annotation.startsWith(JAIL_ANNOTATION)) continue
    const origin = annotationPath(annotation)
    const given = annotation.slice(JAIL_ANNOTATION.length)
    // `ip6.add` is ocijail's spelling since its first release.
    const { name, negated } = parameterOf(context, given === 'ip6.add' ? 'ip6.addr' : given)
    const why = refusal(name)
    if (why !== undefined) {
      context.fail(origin, `refused: ${why}`)
      continue
    }
    if (name === 'vnet.interface') {
      if (lists.moved.some(one => one.origin.startsWith('freebsd.'))) {
        context.fate('freebsd.jail.vnetInterfaces', 'ignored', `overridden by ${origin}`)
        lists.moved.splice(0)
      }
      for (const one of value.split(',')) lists.moved.push({ name: one.trim(), origin })
      continue
    }
    if (name === 'exec.fib') {
      lists.fib = { value: value.trim(), origin }
      continue
    }
    if (name === 'interface') {
      if (lists.interface) context.fate(lists.interface.origin, 'ignored', `overridden by ${origin}`)
      lists.interface = { value, origin }
      continue
    }
    oneAnnotation(context, values, { name, negated }, value, origin)
  }
}

/** A parameter, and whether an annotation names its `no` form. */
interface Named {
  name: string
  negated: boolean
}

/** The parameter that an annotation names; a `no` form of jail(8) counts only where no parameter has the name itself. */
function parameterOf(context: Context, given: string): Named {
  const positive = positiveName(given)
  if (positive === undefined || refusal(given) !== undefined || typeOf(context, given) !== undefined)
    return { name: given, negated: false }
  const negated = refusal(positive) !== undefined || typeOf(context, positive) === 'bool'
  return { name: negated ? positive : given, negated }
}

function oneAnnotation(
  context: Context,
  values: Map<string, Value>,
  { name, negated }: Named,
  value: string,
  origin: string,
): void {
  const type = typeOf(context, name)
  if (type === undefined) {
    const meant = meantParameter(name)
    const hint = meant === undefined ? undefined : `did you mean ${meant}?`
    if (name.startsWith('allow.') && /^[a-z0-9_.]+$/.test(name)) {
      // As with ocijail, a parameter that this kernel lacks does not keep a container from starting.
      const advice = hint ?? 'is its module loaded?'
      context.warn(`${origin}: this kernel has no jail parameter ${name}; ignored (${advice})`)
      context.fate(origin, 'ignored', `this kernel has no jail parameter ${name}`)
    } else context.fail(origin, `this kernel has no jail parameter ${name}`, { hint })
    return
  }
  const text = type === 'jailsys' ? value.trim().toLowerCase() : value.trim()
  const allowed = checkValue(name, type, text)
  if (allowed !== undefined) {
    context.fail(origin, `${JSON.stringify(value)}: must be ${allowed}`)
    return
  }
  // A `no` form whose value is false is the positive form (lib/libjail/jail.c, jailparam_set).
  const normal = type === 'bool' ? String(parseBool(text) !== negated) : text
  const before = values.get(name)
  const twin = before?.origin.startsWith(annotationPath(JAIL_ANNOTATION).slice(0, -2))
  if (before && twin && before.value !== normal) {
    // Objects of JSON have no order, so neither of the two annotations can win.
    context.fail(origin, `contradicts ${before.origin}`)
    return
  }
  if (before && !twin) context.fate(before.origin, 'ignored', `overridden by ${origin}`)
  values.set(name, { value: normal, origin })
  context.fate(origin, negated ? 'translated' : 'applied', shown(name, normal))
}

/** The type of a parameter that this kernel has or that a module brings; undefined for all others. */
function typeOf(context: Context, name: string): ParamType | undefined {
  const keyed = /^(meta|env)\.[A-Za-z0-9_.-]+$/.exec(name)
  // `meta` and `env` take any key (jail(8) of FreeBSD 15).
  const known = context.facts.jailParam(keyed?.[1] ?? name)
  return (known as ParamType | undefined) ?? (LOADED_BY_NAME.has(name) ? guessType(name) : undefined)
}

function guessType(name: string): ParamType {
  if (name.startsWith('allow.')) return 'bool'
  if (name === 'linux.oss_version') return 'int'
  return name.startsWith('linux.') ? 'string' : 'jailsys'
}

/** A parameter as the plan shows it. */
export function shown(name: string, value: string): string {
  return value === 'true' && isFlag(name) ? name : `${name}=${value}`
}
