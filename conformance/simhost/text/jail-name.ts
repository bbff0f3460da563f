/** The message of jail_get(2) about a missing jail: a number is a jid, anything else a name. */
export function jailNotFound(key: string): string {
  return /^[0-9]+$/.test(key) ? `jail ${key} not found` : `jail "${key}" not found`
}
