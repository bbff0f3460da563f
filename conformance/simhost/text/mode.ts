const WHO: Record<string, number> = { u: 0o4700, g: 0o2070, o: 0o1007, a: 0o7777 }

/** Bits of one permission word of a symbolic mode for the classes in `who`, given the mode so far (chmod(1)). */
function bitsOf(perms: string, who: number, mode: number, isDirectory: boolean): number | undefined {
  let bits = 0
  for (const letter of perms) {
    switch (letter) {
      case 'r':
        bits |= 0o444
        break
      case 'w':
        bits |= 0o222
        break
      case 'x':
        bits |= 0o111
        break
      case 'X':
        if (isDirectory || (mode & 0o111) !== 0) bits |= 0o111
        break
      case 's':
        bits |= 0o6000
        break
      case 't':
        bits |= 0o1000
        break
      case 'u':
        bits |= ((mode >> 6) & 7) * 0o111
        break
      case 'g':
        bits |= ((mode >> 3) & 7) * 0o111
        break
      case 'o':
        bits |= (mode & 7) * 0o111
        break
      default:
        return undefined
    }
  }
  // `s` belongs to user and group only, `t` to all; the class masks above say so.
  return bits & (who | (who === 0o7777 ? 0o1000 : 0))
}

/**
 * setmode(3) and getmode(3): an octal or symbolic chmod(1) mode applied to `base`; undefined when setmode refuses it.
 * The umask (0022 on a new host) counts where no class is named (chmod(1)).
 */
export function applyMode(text: string, base: number, isDirectory = false): number | undefined {
  if (text === '') return undefined
  if (/^[0-9]/.test(text)) {
    return /^[0-7]+$/.test(text) && Number.parseInt(text, 8) <= 0o7777 ? Number.parseInt(text, 8) : undefined
  }
  let mode = base
  for (const clause of text.split(',')) {
    const found = /^([ugoa]*)((?:[-+=][rwxXstugo]*)+)$/.exec(clause)
    if (found === null) return undefined
    const named = found[1]!
    const who = named === '' ? 0o7777 : [...named].reduce((mask, letter) => mask | WHO[letter]!, 0)
    const kept = named === '' ? ~0o022 : ~0
    for (const step of found[2]!.match(/[-+=][^-+=]*/g) ?? []) {
      const bits = bitsOf(step.slice(1), who, mode, isDirectory)
      if (bits === undefined) return undefined
      if (step[0] === '+') mode |= bits & kept
      else if (step[0] === '-') mode &= ~(bits & kept)
      else mode = (mode & ~(who & 0o7777)) | (bits & kept)
    }
  }
  return mode & 0o7777
}

/** The first column of `ls -l` for a kind letter and permission bits (strmode(3)). */
export function modeString(kind: string, mode: number): string {
  const triplet = (bits: number, special: boolean, mark: string): string => {
    const execute = (bits & 1) !== 0
    return (
      (bits & 4 ? 'r' : '-') +
      (bits & 2 ? 'w' : '-') +
      (special ? (execute ? mark : mark.toUpperCase()) : execute ? 'x' : '-')
    )
  }
  return (
    kind +
    triplet(mode >> 6, (mode & 0o4000) !== 0, 's') +
    triplet(mode >> 3, (mode & 0o2000) !== 0, 's') +
    triplet(mode, (mode & 0o1000) !== 0, 't')
  )
}
