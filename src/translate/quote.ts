/** Quoting for the texts that `plan` prints; nothing of it is ever run by us. */

/** One word for sh(1): as it is when it means only itself, else in single quotes. */
export function shellWord(text: string): string {
  if (text !== '' && /^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** A path below the directory that a shell variable names: `"$root"/tmp`. */
export function wordBelow(variable: string, path: string): string {
  return `"$${variable}"${shellWord(path)}`
}

/** A word in which `%{name}` and `%{name:b}` stand for what an earlier command printed, as shell variables. */
export function shellWordWithVariables(text: string): string {
  if (!/%\{[a-z0-9_]+(:b)?\}/.test(text)) return shellWord(text)
  const inner = text
    .replaceAll(/[\\"$`]/g, character => `\\${character}`)
    .replaceAll(/%\{([a-z0-9_]+)(:b)?\}/g, (_, name: string, other?: string) =>
      other === undefined ? `\${${name}}` : `\${${name}%a}b`,
    )
  return `"${inner}"`
}

/**
 * A value for jail.conf(5): bare when every character may stand bare, else in single quotes, in which only the
 * backslash and the quote have to be escaped (jail.md section 6).
 */
export function jailConfValue(text: string): string {
  if (/^[A-Za-z0-9_.:/-]+$/.test(text)) return text
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
