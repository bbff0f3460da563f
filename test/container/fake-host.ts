/** A host that remembers what was asked of it, with a jail table and a mount table simple enough to check by eye. */
import { SyscallError } from '../../src/errors.ts'
import { openHost } from '../../src/host/index.ts'
import type { Host, ProcessInfo, Tool, ToolResult } from '../../src/host/types.ts'

interface FakeMount {
  fstype: string
  from: string
  fsid: string
  path: string
}

export interface FakeHost extends Host {
  calls: string[]
  jails: Map<string, number>
  mounts: FakeMount[]
  processes: Map<number, ProcessInfo>
  answers: Map<string, ToolResult>
  /** Rules of devfs by ruleset, or what the kernel says when it is asked. */
  rulesets: Map<number, readonly string[] | SyscallError>
  /** What the kernel says to a call, by its line in `calls`. */
  refusals: Map<string, SyscallError>
}

/** Makes a host that records its calls and answers from tables. */
export function fakeHost(): FakeHost {
  const real = openHost()
  const calls: string[] = []
  const jails = new Map<string, number>()
  const mounts: FakeMount[] = []
  const processes = new Map<number, ProcessInfo>()
  const answers = new Map<string, ToolResult>()
  const rulesets: FakeHost['rulesets'] = new Map()
  const refusals: FakeHost['refusals'] = new Map()
  const made = (line: string) => {
    calls.push(line)
    const refusal = refusals.get(line)
    if (refusal) throw refusal
  }
  return {
    ...real,
    // The calls stand in an object of their own, because tests replace them.
    process: { ...real.process },
    name: 'simulated',
    calls,
    jails,
    mounts,
    processes,
    answers,
    rulesets,
    refusals,
    kernel: {
      nmount: options => {
        calls.push(
          `nmount ${options.map(([name, value]) => (value === undefined ? name : `${name}=${value}`)).join(' ')}`,
        )
      },
      unmount: (path, options = {}) => {
        calls.push(`unmount ${path}${options.force ? ' force' : ''}`)
        const at = mounts.findLastIndex(mount =>
          options.fsid ? mount.fsid === options.fsid : mount.path === path,
        )
        if (at < 0) throw new SyscallError('unmount', 'EINVAL', 'Invalid argument', path)
        mounts.splice(at, 1)
      },
      jailAttach: jid => void calls.push(`jail_attach ${jid}`),
      jailRemove: jid => {
        calls.push(`jail_remove ${jid}`)
        for (const [name, id] of jails) if (id === jid) jails.delete(name)
      },
      jailId: name => jails.get(name),
      jailParams: jid =>
        [...jails.values()].includes(jid) ? { 'children.max': '3', path: '/r' } : undefined,
      processInfo: pid => processes.get(pid),
      processInfos: pids => new Map([...processes].filter(([pid]) => pids.includes(pid))),
      jailProcesses: jid => [...processes.values()].filter(p => p.jid === jid).map(p => p.pid),
      sysctl: () => undefined,
      sysctlExists: () => true,
      mounts: () => mounts.map(({ path, ...mount }) => ({ ...mount, on: path })),
      mountAt: path => mounts.findLast(mount => mount.path === path),
      jailSet: (parameters, mode) => {
        made(
          `jail_set ${mode} ${parameters.map(([name, value]) => (value === true ? name : `${name}=${value}`)).join(' ')}`,
        )
        const name = String(parameters.find(([parameter]) => parameter === 'name')?.[1])
        const jid = jails.get(name) ?? jails.size + 1
        jails.set(name, jid)
        return jid
      },
      devfsRulesets: () => [...rulesets.keys()],
      devfsRules: number => {
        const rules = rulesets.get(number) ?? []
        if (rules instanceof SyscallError) throw rules
        return [...rules]
      },
      devfsAddRule: (ruleset, rule) => made(`devfs rule -s ${ruleset} add ${rule}`),
      devfsDeleteRuleset: ruleset => void calls.push(`devfs rule -s ${ruleset} delset`),
      devfsApplyRule: (mountPoint, rule) => void calls.push(`devfs -m ${mountPoint} rule apply ${rule}`),
      rctlAddRule: rule => void calls.push(`rctl -a ${rule}`),
      rctlRemoveRule: filter => void calls.push(`rctl -r ${filter}`),
      rctlUsage: () => '',
      rctlRules: () => '',
      kldLoad: name => void calls.push(`kldload ${name}`),
      moduleLoaded: () => true,
      cpusetJail: (jid, cpus) => made(`cpuset -l ${cpus.join(',')} -j ${jid}`),
      loopbackUp: () => void calls.push('lo0 up'),
      setFib: fib => void calls.push(`setfib ${fib}`),
    },
    run: (tool: Tool, args, options = {}) => {
      const line = [tool, ...args].join(' ')
      calls.push(options.stdin === undefined ? line : `${line} <<< ${JSON.stringify(options.stdin)}`)
      return answers.get(line) ?? { status: 0, stdout: '', stderr: '' }
    },
  }
}
