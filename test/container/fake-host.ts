/** A host that remembers what was asked of it, with a jail table and a mount table simple enough to check by eye. */
import { SyscallError } from '../../src/errors.ts'
import { openHost } from '../../src/host/index.ts'
import type { Host, ProcessInfo, Tool, ToolResult } from '../../src/host/types.ts'

export interface FakeMount {
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
}

export function fakeHost(): FakeHost {
  const real = openHost()
  const calls: string[] = []
  const jails = new Map<string, number>()
  const mounts: FakeMount[] = []
  const processes = new Map<number, ProcessInfo>()
  const answers = new Map<string, ToolResult>()
  return {
    ...real,
    name: 'simulated',
    calls,
    jails,
    mounts,
    processes,
    answers,
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
    },
    run: (tool: Tool, args, options = {}) => {
      const line = [tool, ...args].join(' ')
      calls.push(options.stdin === undefined ? line : `${line} <<< ${JSON.stringify(options.stdin)}`)
      return answers.get(line) ?? { status: 0, stdout: '', stderr: '' }
    },
  }
}
