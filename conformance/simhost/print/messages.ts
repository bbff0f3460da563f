/** Turns error messages of GNU's small tools into those of FreeBSD's tools. */

const STRERROR: readonly (readonly [string, string])[] = [
  ['Device or resource busy', 'Device busy'],
  ['Invalid cross-device link', 'Cross-device link'],
  ['Numerical result out of range', 'Result too large'],
  ['No such device or address', 'Device not configured'],
  ['No such device', 'Operation not supported by device'],
  ['Disk quota exceeded', 'Disc quota exceeded'],
  ['Cannot assign requested address', "Can't assign requested address"],
]

const QUOTED = `(?:'([^']*)'|‘([^’]*)’|"([^"]*)")`

/** Words that GNU puts before `'NAME': REASON`, where FreeBSD says only `NAME: REASON`. */
const PLAIN = [
  'cannot create directory',
  'failed to remove',
  'failed to remove directory',
  'cannot remove',
  'cannot touch',
  'cannot stat',
  'cannot create regular file',
  'cannot create directory',
  'cannot access',
  'cannot open',
  'error reading',
  'changing permissions of',
  'changing ownership of',
  'changing group of',
  'failed to create symbolic link',
  'failed to create hard link',
  'failed to access',
  'setting times of',
]
const PLAIN_LINE = new RegExp(`^(\\S+): (?:${PLAIN.join('|')}) ${QUOTED}(?: for reading)?: (.*)$`)
const MOVE_LINE = new RegExp(`^mv: cannot move ${QUOTED} to ${QUOTED}: (.*)$`)
const SIMPLE: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`^chmod: invalid mode: ${QUOTED}.*$`), 'chmod: invalid file mode: $1$2$3'],
  [new RegExp(`^chown: invalid user: ${QUOTED}.*$`), 'chown: $1$2$3: illegal user name'],
  [new RegExp(`^(chown|chgrp): invalid group: ${QUOTED}.*$`), '$1: $2$3$4: illegal group name'],
  [
    new RegExp(`^cp: -r not specified; omitting directory ${QUOTED}$`),
    'cp: $1$2$3 is a directory (not copied).',
  ],
]

function dirname(name: string): string {
  const slash = name.replace(/\/+$/, '').lastIndexOf('/')
  return slash < 0 ? '.' : slash === 0 ? '/' : name.slice(0, slash)
}

function plain(tool: string, name: string, reason: string, words: readonly string[]): string {
  if (tool === 'mkdir' && reason === 'No such file or directory') return `mkdir: ${dirname(name)}: ${reason}`
  if (tool === 'rm' && reason === 'Is a directory') return `rm: ${name}: is a directory`
  if (tool === 'mv') return `mv: rename ${name} to ${words.at(-1)}: ${reason}`
  return `${tool}: ${name}: ${reason}`
}

/** The line of standard error as FreeBSD says it; `words` are the tool's arguments. Other lines stay as they are. */
export function freebsdMessage(line: string, words: readonly string[]): string {
  let text = line
  for (const [gnu, own] of STRERROR)
    text = text.endsWith(`: ${gnu}`) ? text.slice(0, -gnu.length) + own : text
  const found = PLAIN_LINE.exec(text)
  if (found !== null) {
    const [, tool, a, b, c, reason] = found
    return plain(tool!, a ?? b ?? c ?? '', reason!, words)
  }
  const moved = MOVE_LINE.exec(text)
  if (moved !== null) {
    const [, a, b, c, d, e, f, reason] = moved
    return `mv: rename ${a ?? b ?? c} to ${d ?? e ?? f}: ${reason}`
  }
  for (const [pattern, own] of SIMPLE) if (pattern.test(text)) return text.replace(pattern, own)
  return text
}
