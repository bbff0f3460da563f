/** The completion script for fish. */
import { type CommandRow, commandRows, globalRows, type OptionRow, shellNames, wordsFor } from './model.ts'

function quoted(value: string): string {
  return `'${value.replace(/[\\']/g, '\\$&')}'`
}

function optionLine(program: string, condition: string, option: OptionRow): string {
  const parts = [`complete -c ${program}`, condition && `-n ${quoted(condition)}`, `-l ${option.name}`]
  if (option.alias) parts.push(`-s ${option.alias}`)
  if (option.choices.length > 0) parts.push(`-x -a ${quoted(option.choices.join(' '))}`)
  else if (option.complete === 'directory') parts.push("-x -a '(__fish_complete_directories)'")
  else if (option.complete === 'file') parts.push('-r -F')
  else if (option.takesValue) parts.push('-x')
  parts.push(`-d ${quoted(option.describe)}`)
  return parts.filter(Boolean).join(' ')
}

function wordLines(program: string, { name, positionals, passThrough }: CommandRow): string[] {
  return positionals.flatMap(({ complete, variadic }, index) => {
    const words = wordsFor(complete, shellNames)
    const source =
      complete === 'container'
        ? `(${program} list -q 2>/dev/null)`
        : complete === 'directory'
          ? '(__fish_complete_directories)'
          : words?.join(' ')
    const condition = `__${program}_word ${name} ${index}${variadic ? ' or more' : ''}`
    if (source !== undefined) return [`complete -c ${program} -n ${quoted(condition)} -a ${quoted(source)}`]
    return passThrough ? [`complete -c ${program} -n ${quoted(condition)} -F`] : []
  })
}

/** Returns a script for fish 3 and later. */
export function fish(program: string): string {
  const valued = [...globalRows, ...commandRows.flatMap(({ options }) => options)].filter(
    ({ takesValue }) => takesValue,
  )
  const spellings = [
    ...new Set(valued.flatMap(({ name, alias }) => (alias ? [`--${name}`, `-${alias}`] : [`--${name}`]))),
  ]
  const lines = [
    `# fish completion for ${program}, made by "${program} completion fish"`,
    `function __${program}_words -d 'Words before the cursor that are neither options nor their values'`,
    '    set -l skip',
    '    for word in (commandline -opc)[2..-1]',
    '        if test -n "$skip"',
    '            set skip',
    `        else if contains -- $word ${spellings.join(' ')}`,
    '            set skip 1',
    "        else if not string match -q -- '-*' $word",
    '            echo $word',
    '        end',
    '    end',
    'end',
    `function __${program}_command`,
    `    set -l words (__${program}_words)`,
    '    if test (count $argv) -eq 0',
    '        test (count $words) -eq 0',
    '    else',
    '        test (count $words) -gt 0; and test $words[1] = $argv[1]',
    '    end',
    'end',
    `function __${program}_word -a command index`,
    `    set -l words (__${program}_words)`,
    '    test (count $words) -gt 0; and test $words[1] = $command; or return 1',
    '    set -l at (math (count $words) - 1)',
    '    test $at -eq $index; or begin; test (count $argv) -gt 2; and test $at -gt $index; end',
    'end',
    `complete -c ${program} -f`,
    ...globalRows.map(option => optionLine(program, '', option)),
    ...commandRows.flatMap(command => [
      `complete -c ${program} -n __${program}_command -a ${command.name} -d ${quoted(command.purpose)}`,
      ...command.options.map(option => optionLine(program, `__${program}_command ${command.name}`, option)),
      ...wordLines(program, command),
    ]),
  ]
  return `${lines.join('\n')}\n`
}
