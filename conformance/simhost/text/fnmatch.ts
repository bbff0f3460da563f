/** Translates one bracket expression at `at` (after `[`): the class and where it ends, or undefined when not closed. */
function bracket(pattern: string, at: number): { source: string; next: number } | undefined {
  let i = at
  let source = '['
  if (pattern[i] === '!' || pattern[i] === '^') {
    source += '^/'
    i += 1
  }
  for (let first = true; ; first = false) {
    const char = pattern[i]
    if (char === undefined) return undefined
    if (char === ']' && !first) return { source: `${source}]`, next: i + 1 }
    if (char === '\\' && pattern[i + 1] !== undefined) i += 1
    const literal = pattern[i]!
    source +=
      literal === '-' && !first && pattern[i + 1] !== ']' && char !== '\\'
        ? '-'
        : literal.replace(/[\\\]^[-]/, '\\$&')
    i += 1
  }
}

/**
 * fnmatch(3) with FNM_PATHNAME, the matching of devfs rules: `*`, `?` and brackets never match
 * a slash; a backslash takes the next character as it is.
 */
export function fnmatch(pattern: string, text: string): boolean {
  let source = ''
  for (let i = 0; i < pattern.length; ) {
    const char = pattern[i]!
    i += 1
    if (char === '*') source += '[^/]*'
    else if (char === '?') source += '[^/]'
    else if (char === '[') {
      const found = bracket(pattern, i)
      source += found === undefined ? '\\[' : `(?!/)${found.source}`
      if (found !== undefined) i = found.next
    } else if (char === '\\' && pattern[i] !== undefined) {
      source += pattern[i]!.replace(/[^A-Za-z0-9_]/, '\\$&')
      i += 1
    } else source += char.replace(/[^A-Za-z0-9_]/, '\\$&')
  }
  try {
    return new RegExp(`^(?:${source})$`, 's').test(text)
  } catch {
    return false
  }
}
