/** The running host's facts for translation; each is asked for only when translation needs it, and once. */
import { errnoOf } from '../../errors.ts'
import { directoryEntries, type FileStatus, linkStatusOf, readLink, statusOf } from '../../host/files.ts'
import type { Host, MountEntry } from '../../host/types.ts'
import { dirname, join } from '../../paths.ts'
import type { HostFacts } from '../../translate/core/plan.ts'
import { FREEBSD_15_PARAMS, LOADED_BY_NAME } from '../../translate/jail/parameters.ts'
import { etherAddresses } from './ether-addresses.ts'
import { addressesByInterface, bridgeFacts } from './ifconfig-output.ts'

/** What translation wants to know of a parent jail: it cannot grant what it has not itself. */
const PARENT_PARAMS = [
  'path',
  'vnet',
  'children.max',
  'children.cur',
  'enforce_statfs',
  'securelevel',
  'ip4',
  'ip4.addr',
  'ip6',
  'ip6.addr',
  ...Object.keys(FREEBSD_15_PARAMS).filter(name => name.startsWith('allow.')),
  'sysvmsg',
  'sysvsem',
  'sysvshm',
]

/** stat(2); undefined for what is not there, and for a path that can lead nowhere (too long, links in a circle). */
function factsOf(path: string): FileStatus | undefined {
  try {
    return statusOf(path)
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENAMETOOLONG' || code === 'ELOOP') return undefined
    throw error
  }
}

function kindOf(path: string): ReturnType<HostFacts['pathKind']> {
  const kind = factsOf(path)?.kind
  if (kind === 'char' || kind === 'block') return 'device'
  return kind === 'link' ? 'other' : kind
}

/** As many as FreeBSD's own namei(9) follows (MAXSYMLINKS). */
const MAX_LINKS = 32

/** realpath(3) by lstat(2) and readlink(2) alone: nothing is opened, which may do something to a device. */
function resolveLinks(path: string): string {
  const todo = path.split('/')
  let done = ''
  for (let links = 0; todo.length > 0; ) {
    const name = todo.shift()!
    if (name === '' || name === '.') continue
    if (name === '..') {
      done = dirname(done)
      continue
    }
    const next = join('/', done, name)
    const kind = linkStatusOf(next)?.kind
    if (kind === undefined) throw new Error(`${path}: no such file or directory`)
    if (kind !== 'link') {
      done = next
      continue
    }
    links += 1
    if (links > MAX_LINKS) throw new Error(`${path}: too many levels of symbolic links`)
    const target = readLink(next)
    if (target.startsWith('/')) done = ''
    todo.unshift(...target.split('/'))
  }
  return done
}

/** Symbolic links below /dev, by name below /dev, with the name they resolve to. */
function findDevLinks(): Map<string, string> {
  const links = new Map<string, string>()
  const visit = (dir: string) => {
    for (const entry of directoryEntries(join('/dev', dir))) {
      const name = dir === '' ? entry.name : `${dir}/${entry.name}`
      // fdescfs and shm hold what processes put there, not devices.
      if (entry.kind === 'dir' && name !== 'fd' && name !== 'shm') visit(name)
      if (entry.kind !== 'link') continue
      try {
        const target = resolveLinks(join('/dev', name))
        if (target.startsWith('/dev/')) links.set(name, target.slice(5))
      } catch {
        // A link that leads nowhere shows nothing.
      }
    }
  }
  visit('')
  return links
}

function jailFacts(kernel: Host['kernel'], name: string): ReturnType<HostFacts['jail']> {
  const jid = kernel.jailId(name)
  if (jid === undefined) return undefined
  return kernel.jailParams(
    jid,
    PARENT_PARAMS.filter(param => kernel.sysctlExists(`security.jail.param.${param}`)),
  )
}

/**
 * Facts of this host and of the containers below `root`, if any. The mount table is taken once. Throws when a tool that is
 * asked cannot be run.
 */
export function hostFacts(host: Host, root?: string): HostFacts & Required<Pick<HostFacts, 'mounts'>> {
  const { kernel } = host
  let links: Map<string, string> | undefined
  let sets: number[] | undefined
  let mounts: readonly MountEntry[] | undefined
  const jails = new Map<string, ReturnType<HostFacts['jail']>>()
  return {
    jailParam(name) {
      const known = FREEBSD_15_PARAMS[name]
      if (kernel.sysctlExists(`security.jail.param.${name}`)) {
        return known ?? (name.startsWith('allow.') ? 'bool' : 'string')
      }
      return LOADED_BY_NAME.has(name) ? known : undefined
    },
    sysctl: name => kernel.sysctl(name),
    pathKind: kindOf,
    realPath(path) {
      try {
        return resolveLinks(path) || '/'
      } catch {
        return undefined
      }
    },
    mounts() {
      mounts ??= kernel.mounts()
      return mounts
    },
    pathOwner(path) {
      const facts = factsOf(path)
      return facts && { uid: facts.uid, gid: facts.gid, mode: facts.mode }
    },
    devLinks() {
      links ??= linkStatusOf('/dev') ? findDevLinks() : new Map()
      return links
    },
    rulesetExists: number => kernel.devfsRules(number).length > 0,
    rulesets() {
      sets ??= kernel.devfsRulesets()
      return sets
    },
    rulesetRules: number => kernel.devfsRules(number),
    interfaceAddresses: jail =>
      addressesByInterface(host.run('ifconfig', [...(jail === undefined ? [] : ['-j', jail]), '-a']).stdout),
    bridge: name => bridgeFacts(host.run('ifconfig', [name]).stdout),
    datasetJailed(name) {
      const { status, stdout } = host.run('zfs', ['get', '-H', '-o', 'value', 'jailed', name])
      return status !== 0 ? 'none' : stdout.trim() === 'on' ? 'on' : 'off'
    },
    etherAddresses: bridge => etherAddresses(host, root, bridge),
    moduleLoaded: name => kernel.moduleLoaded(name),
    jail(name) {
      if (!jails.has(name)) jails.set(name, jailFacts(kernel, name))
      return jails.get(name)
    },
    physicalMemory: () => BigInt(kernel.sysctl('hw.physmem') ?? '0'),
  }
}
