/** Makes text of a runtime or of a container's program safe for a page: it may hold anything and must stay text. */

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Control characters except newline and tab, characters that turn the direction or break lines, lone surrogates. */
const invisible =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]/gu

/**
 * Text as HTML, also for attributes in quotes. An invisible character is shown as `<U+001B>`, so that it cannot change
 * how the text around it looks.
 */
export function escapeHtml(text: string): string {
  return text
    .replace(invisible, sign => {
      const code = sign.codePointAt(0) ?? 0
      return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`
    })
    .replace(/[&<>"']/g, sign => entities[sign] ?? '')
}
