/** Quoting for the texts that `plan` prints; the runtime itself never runs them. */
import { encode } from '../../bytes.ts'

/** Control characters, which a terminal would obey; a newline would begin another line. */
const CONTROL = /\p{Cc}/gu

const octal = (character: string): string =>
  character === '\n'
    ? '\\n'
    : [...encode(character)].map(byte => `\\${byte.toString(8).padStart(3, '0')}`).join('')

/**
 * One word for sh(1): bare when it has no special character, else in single quotes, with control characters in
 * `$'...'` (sh(1), "Dollar-Single Quotes").
 */
export function shellWord(text: string): string {
  if (text !== '' && /^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text
  if (/\p{Cc}/u.test(text)) return `$'${text.replaceAll(/[\\']/g, '\\$&').replaceAll(CONTROL, octal)}'`
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** A text for a comment: newlines, which would end the comment, are spelt out. */
export function commentText(text: string): string {
  return text.replaceAll(CONTROL, octal)
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
 * A value for jail.conf(5): bare when every character may stand bare, else in single quotes, in which only the backslash
 * and the quote have to be escaped (usr.sbin/jail/jaillex.l).
 */
export function jailConfValue(text: string): string {
  if (/^[A-Za-z0-9_.:/-]+$/.test(text)) return text
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll(CONTROL, octal)}'`
}
