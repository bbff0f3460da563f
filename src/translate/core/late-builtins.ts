/**
 * Built-in modules that a translation needs only now and then, loaded at that moment: what a command does not use it
 * does not pay for (docs/architecture.md, "Engines").
 */

/** 4, 6 or 0, as `net.isIP`. */
export function ipVersion(text: string): 0 | 4 | 6 {
  // node:net accepts a zone (`fe80::1%em0`), which no jail parameter does.
  if (text.includes('%')) return 0
  return process.getBuiltinModule('node:net').isIP(text) as 0 | 4 | 6
}

/** SHA-256 of a text, hexadecimal. */
export function sha256(text: string): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest('hex')
}
