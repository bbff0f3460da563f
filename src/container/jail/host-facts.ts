/** The running host's facts for translation; each is asked for only when translation needs it, and once. */
import { lstatSync, readdirSync, readlinkSync, type Stats, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ToolError } from '../../errors.ts'
import type { Host } from '../../host/types.ts'
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
function factsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENAMETOOLONG' || code === 'ELOOP') return undefined
    throw error
  }
}

function kindOf(path: string): ReturnType<HostFacts['pathKind']> {
  const facts = factsOf(path)
  if (!facts) return undefined
  if (facts.isDirectory()) return 'dir'
  if (facts.isFile()) return 'file'
  if (facts.isSocket()) return 'socket'
  if (facts.isFIFO()) return 'fifo'
  if (facts.isCharacterDevice() || facts.isBlockDevice()) return 'device'
  return 'other'
}

/** As many as FreeBSD's own namei(9) follows (MAXSYMLINKS). */
const MAX_LINKS = 32

/**
 * realpath(3) by lstat(2) and readlink(2) alone. Bun's own opens what it resolves (fcntl F_KINFO on FreeBSD), and to
 * open a device may wait for ever or do something to it.
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
    if (!lstatSync(next).isSymbolicLink()) {
      done = next
      continue
    }
    links += 1
    if (links > MAX_LINKS) throw new Error(`${path}: too many levels of symbolic links`)
    const target = readlinkSync(next)
    if (target.startsWith('/')) done = ''
    todo.unshift(...target.split('/'))
  }
  return done
}

/** Symbolic links below /dev, by name below /dev, with the name they resolve to. */
function findDevLinks(): Map<string, string> {
  const links = new Map<string, string>()
  const visit = (dir: string) => {
    for (const entry of readdirSync(join('/dev', dir), { withFileTypes: true })) {
      const name = dir === '' ? entry.name : `${dir}/${entry.name}`
      // fdescfs and shm hold what processes put there, not devices.
      if (entry.isDirectory() && name !== 'fd' && name !== 'shm') visit(name)
      if (!entry.isSymbolicLink()) continue
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

/**
 * The rules of a ruleset as devfs(8) shows them, none for one that is not there. Throws when devfs(8) fails, as for
 * others than root and in a jail: a ruleset that may not be seen would seem to be missing.
 */
export function devfsRules(host: Host, number: number): string[] {
  const args = ['rule', '-s', String(number), 'show']
  const { status, stdout, stderr } = host.run('devfs', args)
  if (status !== 0) throw new ToolError(['devfs', ...args], status, stderr, stdout)
  return stdout.split('\n').filter(line => line.trim() !== '')
}

function jailFacts(kernel: Host['kernel'], name: string): ReturnType<HostFacts['jail']> {
  const jid = kernel.jailId(name)
  if (jid === undefined) return undefined
  return kernel.jailParams(
    jid,
    PARENT_PARAMS.filter(param => kernel.sysctlExists(`security.jail.param.${param}`)),
  )
}

/** Facts of this host and of the containers below `root`, if any. Throws when a tool that is asked cannot be run. */
export function hostFacts(host: Host, root?: string): HostFacts {
  const { kernel } = host
  let links: Map<string, string> | undefined
  let sets: number[] | undefined
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
    pathOwner(path) {
      const facts = factsOf(path)
      return facts && { uid: facts.uid, gid: facts.gid, mode: facts.mode & 0o7777 }
    },
    devLinks() {
      links ??= lstatSync('/dev', { throwIfNoEntry: false }) ? findDevLinks() : new Map()
      return links
    },
    rulesetExists: number => devfsRules(host, number).length > 0,
    rulesets() {
      sets ??= host.run('devfs', ['rule', 'showsets']).stdout.split('\n').filter(Boolean).map(Number)
      return sets
    },
    rulesetRules: number => devfsRules(host, number).map(line => line.replace(/^\d+ /, '')),
    interfaceAddresses: jail =>
      addressesByInterface(host.run('ifconfig', [...(jail === undefined ? [] : ['-j', jail]), '-a']).stdout),
    bridge: name => bridgeFacts(host.run('ifconfig', [name]).stdout),
    etherAddresses: bridge => etherAddresses(host, root, bridge),
    moduleLoaded: name => host.run('kldstat', ['-q', '-m', name]).status === 0,
    jail(name) {
      if (!jails.has(name)) jails.set(name, jailFacts(kernel, name))
      return jails.get(name)
    },
    physicalMemory: () => BigInt(kernel.sysctl('hw.physmem') ?? '0'),
  }
}
