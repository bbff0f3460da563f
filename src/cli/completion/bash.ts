/** The completion script for bash. */
import { type CommandRow, commandRows, globalRows, type OptionRow, shellNames, wordsFor } from './model.ts'

function spellings({ name, alias }: OptionRow): string[] {
  return alias ? [`--${name}`, `-${alias}`] : [`--${name}`]
}

/** Returns the bash code that completes the value of an option by setting COMPREPLY. */
function valueCase(option: OptionRow): string {
  const pattern = spellings(option).join('|')
  if (option.choices.length > 0)
    return `${pattern}) COMPREPLY=($(compgen -W '${option.choices.join(' ')}' -- "$cur")); return;;`
  if (option.complete === 'directory') return `${pattern}) COMPREPLY=($(compgen -d -- "$cur")); return;;`
  if (option.complete === 'file') return `${pattern}) COMPREPLY=($(compgen -f -- "$cur")); return;;`
  return `${pattern}) return;;`
}

function wordCase(program: string, { positionals, passThrough }: CommandRow): string[] {
  const cases = positionals.map(({ complete, variadic }, index) => {
    const at = variadic ? '*' : String(index)
    if (complete === 'container')
      return `${at}) COMPREPLY=($(compgen -W "$(${program} list -q 2>/dev/null)" -- "$cur"));;`
    if (complete === 'directory') return `${at}) COMPREPLY=($(compgen -d -- "$cur"));;`
    const words = wordsFor(complete, shellNames)
    return words && `${at}) COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$cur"));;`
  })
  const lines = cases.filter(line => line !== undefined)
  // The words of a program are completed as file names.
  if (passThrough) lines.push('*) COMPREPLY=($(compgen -f -- "$cur"));;')
  return lines
}

function commandCase(program: string, command: CommandRow): string {
  const words = wordCase(program, command)
  return `    ${command.name})
      case $prev in
${command.options
  .filter(({ takesValue }) => takesValue)
  .map(option => `        ${valueCase(option)}`)
  .concat('        *) ;;')
  .join('\n')}
      esac
      options='${command.options.flatMap(spellings).join(' ')}'
      valued='${command.options
        .filter(({ takesValue }) => takesValue)
        .flatMap(spellings)
        .join(' ')}'
      _${program}_words
${words.length === 0 ? '' : `      [[ $cur == -* ]] || case $words in\n${words.map(line => `        ${line}`).join('\n')}\n      esac\n`}      ;;`
}

/** Returns a script for bash 4 and later. It does not need bash-completion. */
export function bash(program: string): string {
  const globals = globalRows.flatMap(spellings).join(' ')
  const valued = globalRows.filter(({ takesValue }) => takesValue)
  return `# bash completion for ${program}, made by "${program} completion bash"
_${program}_words() {
  # Number of words between the command and the cursor that are neither options nor their values.
  local at skip=
  words=0
  for ((at = start + 1; at < COMP_CWORD; at++)); do
    if [[ -n $skip ]]; then [[ \${COMP_WORDS[at]} == = ]] || skip=
    elif [[ \${COMP_WORDS[at]} == -* ]]; then
      [[ " $valued $global_valued " == *" \${COMP_WORDS[at]} "* ]] && skip=1
    else words=$((words + 1)); fi
  done
}
_${program}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  local command= start=0 at skip= options= valued= words=0
  local global_valued='${valued.flatMap(spellings).join(' ')}'
  COMPREPLY=()
  # bash takes --name=value apart at the equals sign.
  if [[ $cur == = ]]; then cur=
  elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((at = 1; at < COMP_CWORD; at++)); do
    if [[ -n $skip ]]; then [[ \${COMP_WORDS[at]} == = ]] || skip=
    elif [[ \${COMP_WORDS[at]} == -* ]]; then
      [[ " $global_valued " == *" \${COMP_WORDS[at]} "* ]] && skip=1
    else command=\${COMP_WORDS[at]} start=$at; break; fi
  done
  case $prev in
${valued.map(option => `    ${valueCase(option)}`).join('\n')}
    *) ;;
  esac
  case $command in
    '')
      [[ $cur == -* ]] || COMPREPLY=($(compgen -W '${commandRows.map(({ name }) => name).join(' ')}' -- "$cur"))
      ;;
${commandRows.map(command => commandCase(program, command)).join('\n')}
    *) ;;
  esac
  [[ $cur == -* ]] && COMPREPLY=($(compgen -W "$options ${globals}" -- "$cur"))
  return 0
}
complete -o filenames -F _${program} ${program}
`
}
