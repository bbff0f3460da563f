/**
 * devfs(8)'s rules, by ioctl(2) on a mounted devfs. The kernel keeps all rulesets in one table, so any devfs gives access to
 * all.
 */

import { DEVFSIO, decodeRule, encodeRule, ruleAfter, ruleNumber } from '../abi/devfs-rule.ts'
import { abi } from '../abi/index.ts'
import { call, failure, lastErrno, lastError } from '../ffi/index.ts'
import { type Memory, memory } from '../ffi/memory.ts'
import { closeFile, openFile } from '../files.ts'
import { idsOfHost, namesOfHost } from './accounts.ts'

/** Opens a devfs for the time of `action`. */
function withDevfs<T>(path: string, action: (fd: number) => T): T {
  const fd = openFile(path, abi.open.DIRECTORY)
  try {
    return action(fd)
  } finally {
    closeFile(fd)
  }
}

/** Makes a request; SyscallError when it fails. */
function request(fd: number, name: keyof typeof DEVFSIO, data: Memory, subject: string): void {
  if (call('ioctl', fd, DEVFSIO[name], data) === -1) throw lastError(`ioctl DEVFSIO_${name}`, subject)
}

/** Asks for the next element of a list; false at the end of the list (ENOENT). */
function next(fd: number, name: 'RGETNEXT' | 'SGETNEXT', data: Memory, subject: string): boolean {
  if (call('ioctl', fd, DEVFSIO[name], data) !== -1) return true
  const errno = lastErrno()
  if (errno === 'ENOENT') return false
  throw failure(`ioctl DEVFSIO_${name}`, errno, subject)
}

/**
 * Gives the numbers of rulesets that have rules. The kernel also lists empty rulesets that a mount uses; those are left out.
 */
export function devfsRulesets(): number[] {
  return withDevfs('/dev', fd => {
    const found: number[] = []
    const number = memory(2)
    while (next(fd, 'SGETNEXT', number, 'devfs')) {
      const ruleset = number.readUInt16(0)
      if (next(fd, 'RGETNEXT', ruleAfter(ruleset, 0), `ruleset ${ruleset}`)) found.push(ruleset)
    }
    return found
  })
}

/** Gives the rules of a ruleset in order, in devfs(8)'s words without their numbers; none for a ruleset that does not exist. */
export function devfsRules(ruleset: number): string[] {
  return withDevfs('/dev', fd => {
    const found: string[] = []
    const names = namesOfHost()
    const rule = ruleAfter(ruleset, 0)
    while (next(fd, 'RGETNEXT', rule, `ruleset ${ruleset}`)) found.push(decodeRule(rule, names))
    return found
  })
}

/** Appends a rule in devfs(8)'s words to a ruleset. */
export function devfsAddRule(ruleset: number, rule: string): void {
  const encoded = encodeRule(ruleset, rule, idsOfHost())
  withDevfs('/dev', fd => request(fd, 'RADD', encoded, `ruleset ${ruleset}: ${rule}`))
}

/** Deletes every rule of a ruleset; it is no error when the ruleset does not exist. */
export function devfsDeleteRuleset(ruleset: number): void {
  withDevfs('/dev', fd => {
    const rule = ruleAfter(ruleset, 0)
    while (next(fd, 'RGETNEXT', rule, `ruleset ${ruleset}`)) {
      const id = memory(4)
      id.writeUInt32(ruleset * 0x1_0000 + ruleNumber(rule), 0)
      request(fd, 'RDEL', id, `ruleset ${ruleset}`)
    }
  })
}

/** Applies one rule to the devfs that is mounted at a directory, and stores it nowhere. ENOTTY for another file system. */
export function devfsApplyRule(mountPoint: string, rule: string): void {
  const encoded = encodeRule(0, rule, idsOfHost())
  withDevfs(mountPoint, fd => request(fd, 'RAPPLY', encoded, `${mountPoint}: ${rule}`))
}
