/**
 * Cases made from config.json files that podman wrote on FreeBSD. Each config runs as it is, with root and sources in
 * place, and a second time with a program that looks at what the config promises.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import {
  config,
  create,
  defineCase,
  gone,
  kill,
  remove,
  start,
  state,
  tool,
  wait,
  waitText,
} from '../../harness/define.ts'
import type { Case, FileSpec, Json, JsonObject, Need, Step, TextMatcher } from '../../harness/types.ts'

interface Mount {
  destination: string
  type: string
  source: string
  options?: string[]
}

interface PodmanConfig {
  process: {
    user: { uid: number; gid: number; umask: number; additionalGids?: number[] }
    args: string[]
    env: string[]
    cwd: string
    terminal?: boolean
    rlimits?: { type: string; soft: number; hard: number }[]
  }
  root: { path: string; readonly?: boolean }
  hostname: string
  mounts: Mount[]
  annotations: Record<string, string>
}

/** podman's --init: a program that runs another one. */
const initScript = '#!/bin/sh\nif [ "$1" = -- ]; then shift; fi\nexec "$@"\n'

function isFile(mount: Mount): boolean {
  return /^(\.containerenv|hosts|resolv\.conf|catatonit|file|s\d+)$/.test(basename(mount.source))
}

/** One promise of a config: a line of shell that checks it, and what the line must print. */
interface Probe {
  look: string
  expected: TextMatcher
}

const writable = (path: string) =>
  `if (echo x >${path}) 2>/dev/null; then echo "${path} rw"; else echo "${path} ro"; fi`

function probesOfMount(mount: Mount, index: number, root: boolean, all: readonly Mount[]): Probe[] {
  const { destination, type } = mount
  const readonly = mount.options?.includes('ro') ?? false
  const covered = all.some(other => other !== mount && other.destination.startsWith(`${destination}/`))
  if (type === 'nullfs') {
    const file = isFile(mount)
    if (basename(mount.source) === 'catatonit')
      return [{ look: `test -x ${destination} && echo "init there"`, expected: /^init there$/m }]
    const seen: Probe = {
      look: `cat ${destination}${file ? '' : '/probe'}; echo`,
      expected: new RegExp(`^source ${index}$`, 'm'),
    }
    const target = file ? destination : `${destination}/written`
    const mode: Probe = {
      look: writable(target),
      expected: new RegExp(`^${target} ${readonly ? 'ro' : 'rw'}$`, 'm'),
    }
    return root ? [seen, mode] : [seen]
  }
  if (type === 'tmpfs') {
    const name = `${destination}/written`
    const mode = mount.options?.find(one => one.startsWith('mode='))
    const probes: Probe[] =
      root || mode === 'mode=1777'
        ? [{ look: writable(name), expected: new RegExp(`^${name} rw$`, 'm') }]
        : []
    if (mode === 'mode=1777') {
      probes.push({
        look: `ls -ld ${destination}`,
        expected: new RegExp(`^drwxrwxrwt.* ${destination}$`, 'm'),
      })
    }
    const size = mount.options?.find(one => one === 'size=65536')
    if (size !== undefined && !covered) {
      probes.push({
        look: `if dd if=/dev/zero of=${destination}/big bs=65536 count=4 2>/dev/null; then echo "no limit"; else echo "size holds"; fi`,
        expected: /^size holds$/m,
      })
    }
    return probes
  }
  if (type === 'linprocfs') {
    return [{ look: 'test -e /proc/meminfo && echo "linprocfs there"', expected: /^linprocfs there$/m }]
  }
  if (type !== 'devfs') return []
  const devices = (mount.options ?? [])
    .map(one => /^rule=path (\S+) unhide/.exec(one)?.[1])
    .filter(one => one !== undefined)
  const privileged = mount.options?.includes('ruleset=0') ?? false
  return [
    { look: 'test -c /dev/null && echo "null there"', expected: /^null there$/m },
    {
      look: 'if test -e /dev/mem; then echo "mem there"; else echo "mem hidden"; fi',
      expected: privileged ? /^mem there$/m : /^mem hidden$/m,
    },
    ...devices.map(name => ({
      look: `test -e /dev/${name} && echo "${name} shown"`,
      expected: new RegExp(`^${name} shown$`, 'm'),
    })),
  ]
}

/** Everything that the program checks inside the container. */
function probes(podman: PodmanConfig): Probe[] {
  const { user, env, cwd, rlimits } = podman.process
  const limit = (type: string) => rlimits?.find(one => one.type === type)
  const files = limit('RLIMIT_NOFILE')
  const found: Probe[] = [
    { look: 'echo "ids $(id -u) $(id -g)"', expected: new RegExp(`^ids ${user.uid} ${user.gid}$`, 'm') },
    ...(user.additionalGids ?? []).map(gid => ({
      look: 'echo "groups $(id -G) end"',
      expected: new RegExp(`^groups .*\\b${gid}\\b`, 'm'),
    })),
    {
      look: 'echo "umask $(umask)"',
      expected: new RegExp(`^umask 0?0?${user.umask.toString(8).padStart(2, '0')}$`, 'm'),
    },
    { look: 'echo "cwd $(pwd)"', expected: new RegExp(`^cwd ${cwd}$`, 'm') },
    { look: 'echo "host $(hostname)"', expected: new RegExp(`^host ${podman.hostname}$`, 'm') },
    ...env.map(one => {
      const [name = '', ...value] = one.split('=')
      return { look: `echo "env $${name}"`, expected: new RegExp(`^env ${value.join('=')}$`, 'm') }
    }),
    ...podman.mounts.flatMap((mount, index) => probesOfMount(mount, index, user.uid === 0, podman.mounts)),
  ]
  if (user.uid === 0) {
    const expected = podman.root.readonly === true ? /^\/written ro$/m : /^\/written rw$/m
    found.push({ look: writable('/written'), expected })
  }
  if (files !== undefined && files.hard <= 65536) {
    found.push({
      look: 'echo "nofile $(ulimit -Sn) $(ulimit -Hn)"',
      expected: new RegExp(`^nofile ${files.soft} ${files.hard}$`, 'm'),
    })
  }
  const core = limit('RLIMIT_CORE')
  if (core !== undefined)
    found.push({ look: 'echo "core $(ulimit -Hc)"', expected: new RegExp(`^core ${core.hard}$`, 'm') })
  if (podman.process.terminal === true)
    found.push({ look: 'test -t 0 && echo "a terminal"', expected: /^a terminal$/m })
  return found
}

/** What jls(8) must say. */
function jailChecks(podman: PodmanConfig, jail: string): Step[] {
  const ask = (name: string, expected: TextMatcher) =>
    tool(['jls', '-j', jail, '-n', name], { stdout: expected })
  const { annotations } = podman
  return [
    ask('vnet', annotations['org.freebsd.jail.vnet'] === 'new' ? 'vnet=new' : 'vnet=inherit'),
    ask('host.hostname', `host.hostname=${podman.hostname}`),
    ...(annotations['org.freebsd.jail.allow.mlock'] === 'true' ? [ask('allow.mlock', 'allow.mlock')] : []),
    ...(annotations['org.freebsd.jail.sysvshm'] === 'new' ? [ask('sysvshm', 'sysvshm=new')] : []),
  ]
}

/** What the program of the bundle itself prints. */
function expectedOutput(args: readonly string[]): TextMatcher {
  if (args.join(' ') === '/bin/echo hi') return /^hi\r?$/m
  if (args.at(-1) === 'echo "a b"') return /^a b$/m
  if (args.at(-1) === '/bin/ls') return [/^bin$/m, /^etc$/m]
  if (args[0] === '/usr/bin/id') return /uid=1001.*gid=1002.*1003/
  return []
}

function stepsOf(podman: PodmanConfig): Step[] {
  const { args } = podman.process
  const lasts = args.join(' ') === '/bin/sleep 100' || args.join(' ') === '/bin/sh'
  const terminal = podman.process.terminal === true ? { console: true as const } : {}
  const all = probes(podman)
  const script = [...new Set(all.map(one => one.look)), 'echo "all done"'].join('\n')
  return [
    create(terminal),
    ...jailChecks(podman, '%{id}'),
    state({ status: 'created', annotations: podman.annotations }),
    start(),
    ...(lasts ? [state({ status: 'running' }), kill('KILL')] : []),
    wait('stopped'),
    // What a terminal has printed is read by the harness, which may come a moment later than the end of the program.
    waitText(lasts ? [] : expectedOutput(args)),
    remove(),
    gone(),
    config({ process: { args: ['/bin/sh', '-c', script] } }, 2),
    create({ ...terminal, n: 2 }),
    start({}, '%{id2}'),
    waitText(/^all done\r?$/m, 'out2'),
    {
      do: 'check',
      what: 'every promise of the config holds inside',
      run(context) {
        const said = context.read('out2').replaceAll('\r', '')
        for (const { look, expected } of all) {
          const patterns = Array.isArray(expected) ? expected : [expected]
          for (const pattern of patterns) {
            if (pattern instanceof RegExp && !pattern.test(said))
              context.fail(`${look}: expected ${pattern} in ${said}`)
          }
        }
      },
    },
    wait('stopped', '%{id2}'),
    remove({}, '%{id2}'),
    gone('%{id2}'),
  ]
}

/** The command that podman was given, from the README beside the bundles. */
function commands(directory: string): Map<string, string> {
  const readme = join(directory, '..', 'README.md')
  if (!existsSync(readme)) return new Map()
  const rows = readFileSync(readme, 'utf8').matchAll(/^\| (\S+) \| `(.*)` \|$/gm)
  return new Map([...rows].map(row => [row[1] ?? '', row[2] ?? '']))
}

/** The process with no limit above those of this machine, which may allow less than podman's machine did. */
function withinLimits(podman: PodmanConfig): PodmanConfig['process'] {
  const { rlimits } = podman.process
  const highest =
    Number(spawnSync('/bin/sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).stdout) || Number.MAX_SAFE_INTEGER
  const clip = (value: number) => Math.min(value, highest)
  return rlimits === undefined
    ? podman.process
    : {
        ...podman.process,
        rlimits: rlimits.map(one => ({ ...one, soft: clip(one.soft), hard: clip(one.hard) })),
      }
}

/** What a host must have for this config. */
function needsOf(podman: PodmanConfig): Need[] {
  const forLinux = podman.mounts.some(
    ({ type, destination }) => /^lin/.test(type) || destination === '/dev/shm',
  )
  return [
    ...(podman.process.terminal === true ? ['native' as const] : []),
    ...(forLinux ? ['linux' as const] : []),
  ]
}

function bundleCase(name: string, podman: PodmanConfig & JsonObject, command: string): Case {
  const files: Record<string, FileSpec> = {}
  const mounts: Json = podman.mounts.map((mount, index) => {
    if (mount.type !== 'nullfs') return { ...mount }
    const source = `sources/${index}`
    if (basename(mount.source) === 'catatonit') files[source] = { text: initScript, mode: 0o755 }
    else files[isFile(mount) ? source : `${source}/probe`] = `source ${index}`
    return { ...mount, source: `%{dir}/${source}` }
  })
  return defineCase({
    id: `podman.${name.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-')}`,
    title: `the config that podman wrote runs as asked: ${command}`,
    stands: `podman 5.5.2 on FreeBSD 15.1: \`${command}\``,
    mark: 'jails',
    needs: needsOf(podman),
    files,
    config: {
      ...podman,
      process: withinLimits(podman) as unknown as JsonObject,
      root: { ...podman.root, path: '%{root}' },
      mounts: { replace: mounts },
    },
    steps: stepsOf(podman),
  })
}

/** One case for each file of the directory. */
export function bundleCases(directory: string): Case[] {
  const command = commands(directory)
  return readdirSync(directory)
    .filter(name => name.endsWith('.json'))
    .sort()
    .map(name => {
      const key = basename(name, '.json')
      const podman = JSON.parse(readFileSync(join(directory, name), 'utf8')) as PodmanConfig & JsonObject
      return bundleCase(key, podman, command.get(key) ?? key)
    })
}
