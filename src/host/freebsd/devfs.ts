/** Rules of devfs(5) by ioctl(2) on a mounted devfs. Rulesets belong to the kernel: any devfs leads to all of them. */

import { DEVFSIO, decodeRule, encodeRule, ruleAfter, ruleNumber } from '../abi/devfs-rule.ts'
import { abi } from '../abi/index.ts'
import { call, failure, lastErrno, lastError } from '../ffi/index.ts'
import { type Memory, memory } from '../ffi/memory.ts'
import { closeFile, openFile } from '../files.ts'
import { idsOfHost, namesOfHost } from './accounts.ts'

/** Does something with an open devfs. */
function withDevfs<T>(path: string, action: (fd: number) => T): T {
  const fd = openFile(path, abi.open.DIRECTORY)
  try {
    return action(fd)
  } finally {
    closeFile(fd)
  }
}

/** One request that has to succeed. */
function request(fd: number, name: keyof typeof DEVFSIO, data: Memory, subject: string): void {
  if (call('ioctl', fd, DEVFSIO[name], data) === -1) throw lastError(`ioctl DEVFSIO_${name}`, subject)
}

/** Asks for the next of a list; false when there is none. */
function next(fd: number, name: 'RGETNEXT' | 'SGETNEXT', data: Memory, subject: string): boolean {
  if (call('ioctl', fd, DEVFSIO[name], data) !== -1) return true
  const errno = lastErrno()
  if (errno === 'ENOENT') return false
  throw failure(`ioctl DEVFSIO_${name}`, errno, subject)
}

/** Numbers of rulesets that have rules (an empty one can be there because a mount names it). */
export function devfsRulesets(): number[] {
  return withDevfs('/dev', fd => {
    const found: number[] = []
    const number = memory(2)
    while (next(fd, 'SGETNEXT', number, 'devfs')) {
      const ruleset = number.readUInt16LE(0)
      if (next(fd, 'RGETNEXT', ruleAfter(ruleset, 0), `ruleset ${ruleset}`)) found.push(ruleset)
    }
    return found
  })
}

/** Rules of a set in order, in devfs(8)'s words without their numbers; none for a set that is not there. */
export function devfsRules(ruleset: number): string[] {
  return withDevfs('/dev', fd => {
    const found: string[] = []
    const names = namesOfHost()
    const rule = ruleAfter(ruleset, 0)
    while (next(fd, 'RGETNEXT', rule, `ruleset ${ruleset}`)) found.push(decodeRule(rule, names))
    return found
  })
}

/** Appends a rule in devfs(8)'s words. */
export function devfsAddRule(ruleset: number, rule: string): void {
  const encoded = encodeRule(ruleset, rule, idsOfHost())
  withDevfs('/dev', fd => request(fd, 'RADD', encoded, `ruleset ${ruleset}: ${rule}`))
}

/** Deletes every rule of a set; a set that is not there is no error. */
export function devfsDeleteRuleset(ruleset: number): void {
  withDevfs('/dev', fd => {
    const rule = ruleAfter(ruleset, 0)
    while (next(fd, 'RGETNEXT', rule, `ruleset ${ruleset}`)) {
      const id = memory(4)
      id.writeUInt32LE(ruleset * 0x1_0000 + ruleNumber(rule), 0)
      request(fd, 'RDEL', id, `ruleset ${ruleset}`)
    }
  })
}

/** Applies one rule to the devfs mounted at a directory, without keeping it. ENOTTY for another file system. */
export function devfsApplyRule(mountPoint: string, rule: string): void {
  const encoded = encodeRule(0, rule, idsOfHost())
  withDevfs(mountPoint, fd => request(fd, 'RAPPLY', encoded, `${mountPoint}: ${rule}`))
}
