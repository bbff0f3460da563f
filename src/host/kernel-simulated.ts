/** `KernelCalls` on the simulated host: the calls that change something, and the table of mounts. */

import { fromBase64 } from '../bytes.ts'
import { SyscallError } from '../errors.ts'
import { errorText } from './abi/error-text.ts'
import { engine } from './engine/index.ts'
import { addressOf, call, check, cString, lastErrno, lastError } from './ffi/index.ts'
import { type Memory, memory, memoryOf } from './ffi/memory.ts'
import { changeDirectory, closeFile, openFile } from './files.ts'
import { directoryDescriptors } from './process/descriptors.ts'
import { prepareForJail } from './process/in-jail.ts'
import { ask, simulatedQueries } from './queries-simulated.ts'
import type { KernelCalls } from './types.ts'

const PR_CAPBSET_DROP = 24
/** seccomp(2)'s number on x86-64, powerpc64, and on the machines of asm-generic. */
const SYS_SECCOMP = engine.arch === 'x64' ? 317 : engine.arch === 'ppc64' ? 358 : 277
const SECCOMP_SET_MODE_FILTER = 1
const NEW_LISTENER = 8
/**
 * A flag that Linux has since version 5.19 (seccomp(2)). Without the flag, a signal interrupts the waiting process, which then
 * sends its question a second time.
 */
const WAIT_KILLABLE_RECV = 32

/** What the calling process does itself to be attached to a jail, because no other process can put it into namespaces. */
interface Attachment {
  root: string
  /** Paths of namespaces to enter (`/proc/PID/ns/net` or files they are bound to). */
  namespaces: Readonly<Partial<Record<'net' | 'ipc' | 'uts', string>>>
  /** Numbers of capabilities (linux/capability.h) to drop from the bounding set. */
  dropCapabilities: readonly number[]
  /**
   * A filter for seccomp(2), the base64 of a struct sock_filter[], which hands kill(2) to the simulated kernel; see `guard`.
   */
  seccomp?: string
}

function attach(jid: number): void {
  prepareForJail()
  if (directoryDescriptors().length > 0)
    throw new SyscallError('jail_attach', 'EPERM', errorText('EPERM'), `jail ${jid}`)
  const attachment = ask('jailAttach', [jid]) as Attachment
  // Namespaces and capabilities belong to one thread. The calling thread is the main one, and execve(2) keeps only that one.
  // The UTS namespace comes last, because the simulated kernel counts a process in the jail's UTS namespace as jailed.
  for (const name of ['net', 'ipc', 'uts'] as const) {
    const path = attachment.namespaces[name]
    if (path === undefined) continue
    const fd = openFile(path, 'read')
    check('setns', name, fd, 0)
    closeFile(fd)
  }
  check('chroot', attachment.root, cString(attachment.root))
  changeDirectory('/')
  if (attachment.seccomp !== undefined) guard(memoryOf(fromBase64(attachment.seccomp)))
  for (const capability of attachment.dropCapabilities)
    check('prctl', 'PR_CAPBSET_DROP', PR_CAPBSET_DROP, capability, 0, 0, 0)
}

/**
 * Sets a filter that leaves kill(2) to the simulated kernel (seccomp_unotify(2)), so that a process in a jail can signal only
 * processes of its own jail. The simulated kernel takes a copy of the descriptor on which the questions arrive. A process that
 * already has such a filter keeps it (EBUSY).
 */
function guard(program: Memory): void {
  const fprog = memory(16)
  fprog.writeUInt16(program.length / 8, 0)
  fprog.writeBigUInt64(BigInt(addressOf(program)), 8)
  for (const flags of [NEW_LISTENER | WAIT_KILLABLE_RECV, NEW_LISTENER]) {
    const listener = call('syscall', SYS_SECCOMP, SECCOMP_SET_MODE_FILTER, flags, fprog)
    if (listener >= 0) {
      ask('jailGuard', [listener])
      closeFile(listener)
      return
    }
    if (lastErrno() === 'EBUSY') return
  }
  throw lastError('seccomp')
}

/** The calls of `KernelCalls` as the simulated host answers them; UNSUPPORTED when there is none. */
export const simulatedKernel: KernelCalls = {
  ...simulatedQueries,
  nmount: options => {
    ask('nmount', [options.map(([name, value]) => [name, value ?? null])])
  },
  unmount: (path, options = {}) => {
    ask('unmount', [
      options.fsid === undefined ? path : `FSID:${options.fsid}`,
      { force: options.force ?? false },
    ])
  },
  jailAttach: attach,
  jailRemove: jid => {
    ask('jailRemove', [jid])
  },
  jailSet: (parameters, mode) => ask('jailSet', [parameters, mode]) as number,
  devfsRulesets: () => ask('devfsRulesets', []) as number[],
  devfsRules: ruleset => ask('devfsRules', [ruleset]) as string[],
  devfsAddRule: (ruleset, rule) => {
    ask('devfsAddRule', [ruleset, rule])
  },
  devfsDeleteRuleset: ruleset => {
    ask('devfsDeleteRuleset', [ruleset])
  },
  devfsApplyRule: (mountPoint, rule) => {
    ask('devfsApplyRule', [mountPoint, rule])
  },
  rctlAddRule: rule => {
    ask('rctlAddRule', [rule])
  },
  rctlRemoveRule: filter => {
    ask('rctlRemoveRule', [filter])
  },
  rctlUsage: filter => ask('rctlUsage', [filter]) as string,
  rctlRules: filter => ask('rctlRules', [filter]) as string,
  kldLoad: name => {
    ask('kldLoad', [name])
  },
  moduleLoaded: name => ask('moduleLoaded', [name]) === true,
  cpusetJail: (jid, cpus) => {
    ask('cpusetJail', [jid, cpus])
  },
  loopbackUp: () => {
    ask('loopbackUp', [])
  },
  setFib: fib => {
    ask('setfib', [fib])
  },
  mounts: () => ask('mounts', []) as ReturnType<KernelCalls['mounts']>,
  mountAt: path => ask('mountAt', [path]) as ReturnType<KernelCalls['mountAt']>,
}
