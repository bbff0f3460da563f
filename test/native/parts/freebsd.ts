/** What FreeBSD's half of src/host/ makes of libc's calls, in the product's engine. */

import { listDirectory, statusOf } from '../../../src/host/files.ts'
import { freebsdKernel as kernel } from '../../../src/host/kernel-freebsd.ts'
import { processCalls } from '../../../src/host/process.ts'
import { blockSignals, nextSignal, poll, startProcess, waitForEnd } from '../../../src/host/processes.ts'
import { becomeFreebsd, called } from '../freebsd-libc.ts'

const ACTIONS: Readonly<Record<string, () => unknown>> = {
  jailSet: () =>
    kernel.jailSet(
      [
        ['path', '/jails/x'],
        ['persist', true],
        ['vnet', 'new'],
        ['host', 'inherit'],
        ['allow.mount', 'true'],
        ['allow.nomount', true],
        ['ip4.addr', '10.0.0.1,10.0.0.2'],
        ['host.hostid', '18446744073709551615'],
        ['meta.a', 'b'],
      ],
      'create',
    ),
  'unknown parameter': () => kernel.jailSet([['nosuch', 'x']], 'create'),
  jailParams: () => kernel.jailParams(7, ['jid', 'path', 'allow.mount', 'host', 'ip4.addr', 'host.hostid']),
  processes: () => [kernel.processInfo(42), kernel.processInfo(43), kernel.jailProcesses(7)],
  sysctl: () => kernel.sysctl('kern.ostype'),
  mounts: () => kernel.mounts(),
  unmount: () => kernel.unmount('/x', { force: true, fsid: '0102030405060780' }),
  nmount: () =>
    kernel.nmount([
      ['fstype', 'tmpfs'],
      ['fspath', '.'],
      ['ro', undefined],
    ]),
  devfs: () => {
    kernel.devfsAddRule(9, '100 path pts/* unhide mode 0660 user 5')
    kernel.devfsApplyRule('/j/dev', 'path null unhide')
    const found = kernel.devfsRules(9)
    kernel.devfsDeleteRuleset(9)
    return [found, kernel.devfsRules(9)]
  },
  rctl: () => [kernel.rctlAddRule('jail:x:maxproc:deny=3'), kernel.rctlUsage('jail:x')],
  modules: () => [kernel.kldLoad('x'), kernel.moduleLoaded('x')],
  cpuset: () => kernel.cpusetJail(7, [0, 9]),
  loopback: () => kernel.loopbackUp(),
  signals: () => {
    const restore = blockSignals(['HUP', 'USR1', 'CHLD'])
    const found = [nextSignal(['CHLD'], 0), nextSignal(['CHLD'], 0)]
    restore()
    return found
  },
  poll: () => poll([{ fd: 3, read: true }], 5),
  spawn: () =>
    startProcess({
      path: '/bin/x',
      argv: ['x', 'y'],
      env: { A: 'b' },
      cwd: '/',
      descriptors: [7, 8, 9],
      group: true,
    }),
  wait: () => waitForEnd(5),
  tracing: () => processCalls.disableTracing(),
  credentials: () => processCalls.setCredentials(1000, 1001, [1001, 5]),
  rlimit: () => processCalls.setrlimit('NOFILE', 10n, -1n),
  directory: () => listDirectory('/x'),
  stat: () => statusOf('/x'),
}

/** What one action gives, or its error, and what it has called. */
export function run(what: string): unknown {
  becomeFreebsd()
  called.length = 0
  try {
    const gives = ACTIONS[what]!()
    return { gives: JSON.parse(JSON.stringify(gives ?? null, plain)), called }
  } catch (error) {
    return { fails: (error as Error).message, called }
  }
}

const plain = (_key: string, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)
