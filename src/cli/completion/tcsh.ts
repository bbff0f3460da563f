/** The completion script for tcsh, which was root's shell up to FreeBSD 13. */
import { commandRows, globalRows, type OptionRow, shellNames, wordsFor } from './model.ts'

function long(options: readonly OptionRow[]): string {
  return options.map(({ name }) => name).join(' ')
}

/**
 * Returns a script for ~/.cshrc. It completes the first word after a command, because rules of tcsh cannot count words.
 */
export function tcsh(program: string): string {
  const globals = long(globalRows)
  const own = commandRows.flatMap(({ options }) => options)
  const everywhere = [...new Set([...globals.split(' '), ...own.map(({ name }) => name)])].sort()
  const words = commandRows.flatMap(({ name, positionals: [first] }) => {
    if (first?.complete === 'container') return [`  'n/${name}/\`${program} list -q\`/'`]
    const list = wordsFor(first?.complete, shellNames)
    return list ? [`  'n/${name}/(${list.join(' ')})/'`] : []
  })
  return `# tcsh completion for ${program}, made by "${program} completion tcsh"
complete ${program} \\
  'c/--/(${everywhere.join(' ')})/' \\
  'n/{-b,--bundle,--root,--cwd}/d/' \\
  'n/{-f,--format}/(table text json)/' \\
${words.join(' \\\n')} \\
  'p/1/(${commandRows.map(({ name }) => name).join(' ')})/' \\
  'n/*/f/'
`
}
