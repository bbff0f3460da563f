/**
 * The facts of the running host that the translation needs. Each is read only when the translation asks for it, and
 * once.
 */
import { errnoOf } from '../../errors.ts'
import { directoryEntries, type FileStatus, linkStatusOf, readLink, statusOf } from '../../host/files.ts'
import { runTool } from '../../host/run-tool.ts'
import type { Host, MountEntry } from '../../host/types.ts'
import { dirname, join } from '../../paths.ts'
import type { HostFacts } from '../../translate/core/plan.ts'
import { FREEBSD_15_PARAMS, LOADED_BY_NAME } from '../../translate/jail/parameters.ts'
import { addressesOnBridge } from './bridge-addresses.ts'
import { addressesByInterface, bridgeFacts } from './ifconfig-output.ts'
import { listInterfaces, showInterface } from './interface-listing.ts'
import { readParameters } from './read-parameters.ts'

/** Parameters of a parent jail that the translation needs, because a parent cannot grant what it lacks itself. */
const PARENT_PARAMS = [
  'path',
  'vnet',
  'children.max',
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

/**
 * stat(2). Returns undefined for a missing path and for a path that cannot lead anywhere (too long, links in a circle).
 */
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

/** MAXSYMLINKS of sys/param.h: namei(9) follows that many links. */
const MAX_LINKS = 32

/**
 * Resolves a path as realpath(3) does, but by lstat(2) and readlink(2) only, because opening a device may have effects.
 */
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

/** Returns the symbolic links below /dev and their targets; both are paths relative to /dev. */
function findDevLinks(): Map<string, string> {
  const links = new Map<string, string>()
  const visit = (dir: string) => {
    for (const entry of directoryEntries(join('/dev', dir))) {
      const name = dir === '' ? entry.name : `${dir}/${entry.name}`
      // fdescfs and shm contain objects of processes, not devices.
      if (entry.kind === 'dir' && name !== 'fd' && name !== 'shm') visit(name)
      if (entry.kind !== 'link') continue
      try {
        const target = resolveLinks(join('/dev', name))
        if (target.startsWith('/dev/')) links.set(name, target.slice(5))
      } catch {
        // A link that leads nowhere gives no access to a device.
      }
    }
  }
  visit('')
  return links
}

function jailFacts(kernel: Host['kernel'], name: string): ReturnType<HostFacts['jail']> {
  const jid = kernel.jailId(name)
  return jid === undefined ? undefined : readParameters(kernel, jid, PARENT_PARAMS)
}

/**
 * Returns the facts of this host and of the containers below `root`, if `root` is given. The mount table is read once.
 * @throws ToolError or SyscallError when a tool that is asked cannot be run.
 */
export function hostFacts(host: Host, root?: string): HostFacts & Required<Pick<HostFacts, 'mounts'>> {
  const { kernel } = host
  let links: Map<string, string> | undefined
  let sets: number[] | undefined
  let mounts: readonly MountEntry[] | undefined
  const jails = new Map<string, ReturnType<HostFacts['jail']>>()
  const shown = new Map<string, string>()
  const show = (name: string): string => {
    const listing = shown.get(name) ?? showInterface(host, name)
    shown.set(name, listing)
    return listing
  }
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
    interfaceAddresses: jail => addressesByInterface(listInterfaces(host, jail)),
    bridge: name => bridgeFacts(show(name)),
    datasetJailed(name) {
      const args = ['get', '-H', '-o', 'value', 'jailed', name]
      const value = runTool(host, { tool: 'zfs', args, ignore: ['dataset does not exist'] }).trim()
      return value === '' ? 'none' : value === '-' ? 'volume' : value === 'on' ? 'on' : 'off'
    },
    addressesOnBridge: (bridge, wanted, vlan) => addressesOnBridge(root, bridge, show(bridge), wanted, vlan),
    moduleLoaded: name => kernel.moduleLoaded(name),
    jail(name) {
      if (!jails.has(name)) jails.set(name, jailFacts(kernel, name))
      return jails.get(name)
    },
    physicalMemory: () => BigInt(kernel.sysctl('hw.physmem') ?? '0'),
  }
}
