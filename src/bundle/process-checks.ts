/**
 * Checks that the schema of a process cannot express (config.md, Process), for config.json and for `exec --process`.
 */
import type { JailwrightError } from '../errors.ts'
import type { Process } from './generated/config.ts'
import { limitValue } from './limits.ts'
import { configError, describeValue } from './messages.ts'
import { childPath } from './property-path.ts'

/** The result of a check. Each warning is a whole line. */
export interface Findings {
  errors: JailwrightError[]
  warnings: string[]
}

/**
 * Checks that each entry of an environment is NAME=value (environ(7)). No program could look up an entry without `=`.
 */
export function checkEnvironment(env: readonly string[] | undefined, path: string, found: Findings): void {
  env?.forEach((entry, index) => {
    if (entry.indexOf('=') > 0) return
    found.errors.push(
      configError(childPath(path, index), `must have the form NAME=value, got ${describeValue(entry)}`),
    )
  })
}

/** Highest uid and gid of FreeBSD (sys/types.h, 32 bits): a number of all ones means "no change" to chown(2) and others. */
export const HIGHEST_ID = 0xfffffffe

function checkIdentity(user: Partial<Process>['user'], path: string, found: Findings): void {
  const check = (id: number | undefined, at: string) => {
    if (id === undefined || id <= HIGHEST_ID) return
    found.errors.push(configError(at, `must be ${HIGHEST_ID} or less, got ${id}`))
  }
  check(user?.uid, childPath(path, 'uid'))
  check(user?.gid, childPath(path, 'gid'))
  user?.additionalGids?.forEach((gid, index) => {
    check(gid, childPath(childPath(path, 'additionalGids'), index))
  })
}

/** Checks a process object of which wrong properties have been removed. */
export function checkProcess(process: Partial<Process>, path: string, found: Findings): void {
  if (process.cwd !== undefined && !process.cwd.startsWith('/')) {
    found.errors.push(
      configError(childPath(path, 'cwd'), `must be absolute, got ${describeValue(process.cwd)}`),
    )
  }
  checkEnvironment(process.env, childPath(path, 'env'), found)
  checkIdentity(process.user, childPath(path, 'user'), found)

  const first = new Map<string, number>()
  process.rlimits?.forEach((limit, index) => {
    const at = childPath(childPath(path, 'rlimits'), index)
    if (limit.type === undefined) return
    const other = first.get(limit.type)
    // config.md: the runtime MUST generate an error for duplicated entries of one type.
    if (other !== undefined) {
      const where = childPath(childPath(path, 'rlimits'), other)
      found.errors.push(
        configError(childPath(at, 'type'), `must be given once, but ${limit.type} is in ${where} too`),
      )
    } else first.set(limit.type, index)
    if (limit.soft === undefined || limit.hard === undefined) return
    const soft = limitValue(limit.soft)
    const hard = limitValue(limit.hard)
    // POSIX and Linux refuse a soft limit above the hard one. setrlimit(2) of FreeBSD would lower it silently.
    if (hard !== -1n && (soft === -1n || soft > hard)) {
      found.errors.push(
        configError(`${at}.soft`, `must not be above the hard limit ${hard}, got ${limit.soft}`),
      )
    }
  })
}
