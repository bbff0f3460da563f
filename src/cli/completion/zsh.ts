/** The completion script for zsh. */
import { type CommandRow, commandRows, globalRows, type OptionRow, shellNames, wordsFor } from './model.ts'

/**
 * Quotes a text for a specification of _arguments, in which brackets and colons have a meaning and a single quote ends
 * the word.
 */
function text(value: string): string {
  return value.replace(/[[\]:\\]/g, '\\$&').replaceAll("'", "'\\''")
}

function values(option: OptionRow): string {
  if (!option.takesValue) return ''
  const action =
    option.choices.length > 0
      ? `(${option.choices.join(' ')})`
      : option.complete === 'directory'
        ? '_files -/'
        : option.complete === 'file'
          ? '_files'
          : ' '
  return `:${text(option.value)}:${action}`
}

function optionSpec(option: OptionRow): string {
  const star = option.repeats ? '*' : ''
  const rest = `[${text(option.describe)}]${values(option)}`
  const long = `--${option.name}${option.takesValue ? '=' : ''}`
  if (!option.alias) return `'${star}${long}${rest}'`
  const short = `-${option.alias}${option.takesValue ? '+' : ''}`
  const exclude = option.repeats ? star : `(-${option.alias} --${option.name})`
  return `'${exclude}'{${short},${long}}'${rest}'`
}

function wordSpecs(program: string, { positionals, passThrough }: CommandRow): string[] {
  return positionals.map(({ value, variadic, complete, required }, index) => {
    const words = wordsFor(complete, shellNames)
    const action = words
      ? `(${words.join(' ')})`
      : complete === 'container'
        ? `_${program}_containers`
        : complete === 'directory'
          ? '_files -/'
          : variadic && passThrough
            ? '_files'
            : ' '
    const place = variadic ? (passThrough ? '*::' : '*') : `${index + 1}${required ? '' : ':'}`
    return `'${place}:${text(value)}:${action}'`
  })
}

function commandCase(program: string, command: CommandRow): string {
  const specs = [...command.options.map(optionSpec), '$globals', ...wordSpecs(program, command)]
  return `        ${command.name})\n          _arguments -s ${specs.join(' \\\n            ')}\n          ;;`
}

/** Returns a script that is put into $fpath as _jailwright, or sourced after compinit. */
export function zsh(program: string): string {
  return `#compdef ${program}
# zsh completion for ${program}, made by "${program} completion zsh"
_${program}_containers() {
  local -a containers
  containers=(\${(f)"$(_call_program containers ${program} list -q 2>/dev/null)"})
  _describe container containers
}
_${program}() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  local -a commands globals
  globals=(
${globalRows.map(option => `    ${optionSpec(option)}`).join('\n')}
  )
  commands=(
${commandRows.map(({ name, purpose }) => `    '${name}:${purpose.replaceAll(':', '\\:').replaceAll("'", "'\\''")}'`).join('\n')}
  )
  _arguments -C -s $globals '1:command:->command' '*::argument:->argument' && return
  case $state in
    command) _describe command commands;;
    argument)
      curcontext=\${curcontext%:*:*}:${program}-$words[1]:
      case $words[1] in
${commandRows.map(command => commandCase(program, command)).join('\n')}
      esac
      ;;
  esac
}
if [ "$funcstack[1]" = _${program} ]; then _${program} "$@"; else compdef _${program} ${program}; fi
`
}
