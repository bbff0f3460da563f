/** Completion scripts, generated from the table of commands. */
import { hasOwn } from '../../es2020.ts'
import { bash } from './bash.ts'
import { fish } from './fish.ts'
import { sh } from './sh.ts'
import { tcsh } from './tcsh.ts'
import { zsh } from './zsh.ts'

const makers: Readonly<Record<string, (program: string) => string>> = { sh, bash, zsh, fish, tcsh }

/** The shells that have a script. */
export const shells: readonly string[] = Object.keys(makers)

/** Returns the script for a shell, or undefined for an unknown shell. */
export function completionScript(shell: string, program: string): string | undefined {
  return hasOwn(makers, shell) ? makers[shell]!(program) : undefined
}
