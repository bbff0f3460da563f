/** Numeric users and groups on the command line. Strict: a misread -u runs as somebody else (CVE-2026-47766's class). */
import { usageError } from './usage.ts'

/** Highest uid and gid of FreeBSD (uid_t is 32 bits; all ones means "no change"). */
const highest = 0xfffffffe

/** `whole` is what was given, of which `text` may be a part. */
function number(text: string, option: string, form: string, whole = text): number {
  const value = Number(text)
  if (!/^\d{1,10}$/.test(text) || value > highest) {
    throw usageError(
      `${option} must be ${form} with numbers from 0 to ${highest}, not ${JSON.stringify(whole)}`,
      'exec',
    )
  }
  return value
}

/** `UID` or `UID:GID`. Throws USAGE for anything else; nothing is ever taken for 0. */
export function parseUser(text: string): { uid: number; gid: number | undefined } {
  const [uid = '', gid, ...rest] = text.split(':')
  if (rest.length > 0) throw usageError(`--user must be UID or UID:GID, not ${JSON.stringify(text)}`, 'exec')
  return {
    uid: number(uid, '--user', 'UID or UID:GID', text),
    gid: gid === undefined ? undefined : number(gid, '--user', 'UID or UID:GID', text),
  }
}

/** Group ids of repeated options, each of which may be a comma list. */
export function parseGids(values: readonly string[]): number[] {
  return values.flatMap(value => value.split(',')).map(gid => number(gid, '--additional-gids', 'GID'))
}
