/**
 * Numeric users and groups on the command line. Parsing is strict, because a misread --user would run the program as
 * another user (the class of CVE-2026-47766).
 */
import { HIGHEST_ID } from '../bundle/process-checks.ts'
import { usageError } from './usage.ts'

/** Parses a number. `whole` is the option's whole value, of which `text` may be a part. */
function number(text: string, option: string, form: string, whole = text): number {
  const value = Number(text)
  if (!/^\d{1,10}$/.test(text) || value > HIGHEST_ID) {
    throw usageError(
      `${option} must be ${form} with numbers from 0 to ${HIGHEST_ID}, not ${JSON.stringify(whole)}`,
      'exec',
    )
  }
  return value
}

/**
 * Parses `UID` or `UID:GID`.
 * @throws JailwrightError USAGE for any other text; no text is ever read as 0.
 */
export function parseUser(text: string): { uid: number; gid: number | undefined } {
  const [uid = '', gid, ...rest] = text.split(':')
  if (rest.length > 0) throw usageError(`--user must be UID or UID:GID, not ${JSON.stringify(text)}`, 'exec')
  return {
    uid: number(uid, '--user', 'UID or UID:GID', text),
    gid: gid === undefined ? undefined : number(gid, '--user', 'UID or UID:GID', text),
  }
}

/** Returns the group ids of repeated options. Each may be a comma list. */
export function parseGids(values: readonly string[]): number[] {
  return values.flatMap(value => value.split(',')).map(gid => number(gid, '--additional-gids', 'GID'))
}
