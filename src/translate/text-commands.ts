/** The steps of a plan as command lines, each with its undo. */
import { posix } from 'node:path'
import type { MountStep, Plan, RunStep, Step, ToolCall } from './plan.ts'
import { shellWord, shellWordWithVariables, wordBelow } from './quote.ts'
import { rulesetInput } from './ruleset-input.ts'

/** One command with what takes it back. */
export interface Command {
  line: string
  /** Comment before the line. */
  note?: string
  undo?: string
}

/** Where the commands find things. */
interface Places {
  /** The container's state directory. */
  state: string
  ruleset: string
}

/**
 * All steps as commands, in the order in which `create` does them; `state` is the container's state directory. `$root`
 * is what the jail sees as its root; below a read-only one `$base` is where mount points are made.
 */
export function planCommands(plan: Plan, state: string): Command[] {
  const ruleset = plan.steps.find(step => step.kind === 'ruleset')
  const places: Places = { state, ruleset: String(ruleset?.preferred ?? '') }
  const commands: Command[] = plan.readonlyRoot
    ? [{ line: `base=${shellWord(plan.rootPath)}` }, { line: `root=${shellWord(`${state}/root`)}` }]
    : [{ line: `root=${shellWord(plan.rootPath)}` }]
  const steps = plan.steps.flatMap(step => stepCommands(plan, step, places))
  if (plan.readonlyRoot || steps.some(({ line }) => line.includes(shellWord(state)))) {
    commands.push({ line: `mkdir -p ${shellWord(state)}`, undo: `rm -rx ${shellWord(state)}` })
  }
  if (plan.steps.some(step => step.kind === 'mount' && (step.mask || step.source === '%{empty}'))) {
    commands.push({ line: `install -m 444 /dev/null ${shellWord(`${state}/empty`)}` })
  }
  return [...commands, ...steps]
}

function stepCommands(plan: Plan, step: Step, places: Places): Command[] {
  switch (step.kind) {
    case 'ruleset':
      return [
        {
          line: `devfs rule -s ${step.preferred} add - <<'END'\n${rulesetInput(plan.jailName, step.rules)}END`,
          undo: `devfs rule -s ${step.preferred} delset`,
        },
      ]
    case 'readonly-root': {
      return [
        { line: 'mkdir -p "$root"', undo: 'rmdir "$root"' },
        { line: 'mount -t nullfs -o ro "$base" "$root"', undo: 'umount "$root"' },
      ]
    }
    case 'mount':
      return mountCommands(plan, step, places)
    case 'jail': {
      const parameters = step.parameters.map(([name, value]) =>
        shellWord(value === true ? name : `${name}=${value}`),
      )
      const line = ['jail -c', shellWord(`name=${step.name}`), 'path="$root"', ...parameters].join(' ')
      return [{ line, undo: `jail -R ${shellWord(step.name)}` }]
    }
    case 'raise-children': {
      const parent = shellWord(step.parent)
      const set = (sign: string) =>
        `jail -m name=${parent} children.max=$(($(jls -j ${parent} children.max) ${sign} 1))`
      return [{ line: set('+'), undo: set('-') }]
    }
    case 'move-interface': {
      const words = [step.interface, step.jail].map(shellWord)
      return [{ line: `ifconfig ${words.join(' vnet ')}`, undo: `ifconfig ${words.join(' -vnet ')}` }]
    }
    case 'run':
      return [runCommand(plan, step)]
  }
}

function callText(call: ToolCall): string {
  return [call.tool, ...call.args.map(shellWordWithVariables)].join(' ')
}

function runCommand(plan: Plan, step: RunStep): Command {
  const line = callText(step.call)
  const undo = step.undo.map(call => callText(withName(plan, step, call))).join('; ')
  return {
    line: step.capture === undefined ? line : `${step.capture}=$(${line})`,
    ...(undo === '' ? {} : { undo }),
  }
}

/** An undo that goes by description, with the name that a later step gives the interface. */
function withName(plan: Plan, step: RunStep, call: ToolCall): ToolCall {
  if (call.forDescription === undefined) return call
  const rename = plan.steps.find(
    other =>
      other.kind === 'run' && other.call.args[0] === `%{${step.capture}}` && other.call.args[1] === 'name',
  )
  const name = (rename?.kind === 'run' ? rename.call.args[2] : undefined) ?? `%{${step.capture}}`
  return { ...call, args: call.args.map(arg => arg.replace('%{interface}', name)) }
}

/** What holds a destination: the mount it lies in, if any. */
function holder(plan: Plan, step: MountStep): MountStep | undefined {
  const before = plan.steps.slice(0, plan.steps.indexOf(step)).filter(other => other.kind === 'mount')
  return before.findLast(other => step.destination.startsWith(`${other.destination}/`))
}

function mountCommands(plan: Plan, step: MountStep, places: Places): Command[] {
  const target = wordBelow('root', step.destination)
  const empty = shellWord(`${places.state}/empty`)
  const source =
    step.source === '%{target}' ? target : step.source === '%{empty}' ? empty : shellWord(step.source)
  const options = step.options
    .map(([name, value]) => (value === undefined ? name : `${name}=${value}`))
    .join(',')
  const filled = options.replaceAll('%{ruleset}', places.ruleset)
  const mount = (from: string, to: string, fstype = step.fstype) =>
    ['mount', '-t', fstype, ...(filled === '' ? [] : ['-o', shellWord(filled)]), from, to].join(' ')
  const undo = `umount ${target}`
  if (step.mask) {
    const file = mount(empty, target, 'nullfs')
    const line = `if [ -d ${target} ]; then ${mount(source, target)}; elif [ -e ${target} ]; then ${file}; fi`
    return [{ line, undo: `${undo}  # if mounted` }]
  }
  if (step.onlyIfExists) {
    return [{ line: `[ ! -e ${target} ] || ${mount(source, target)}`, undo: `${undo}  # if mounted` }]
  }
  if (step.via) return socketCommands(step, step.via, mount)
  const commands: Command[] = []
  const inside = holder(plan, step)
  // devfs brings its own directories; nothing can be made in it.
  if (inside?.fstype !== 'devfs') {
    const where = plan.readonlyRoot && !inside ? wordBelow('base', step.destination) : target
    commands.push(mountPoint(step, target, where))
  }
  if (step.copyUp) {
    const archive = shellWord(`${places.state}/copy-up.tar`)
    commands.push({
      line: `tar -cf ${archive} -C ${target} .`,
      note: 'what is there goes into the new tmpfs',
    })
    commands.push({ line: mount(source, target), undo })
    commands.push({ line: `tar -xpf ${archive} -C ${target}` })
    return commands
  }
  commands.push({ line: mount(source, target), undo })
  return commands
}

/** `where` is the same place as `target`, and writable. */
function mountPoint(step: MountStep, target: string, where: string): Command {
  if (step.target === 'file') {
    const line = `[ -e ${target} ] || { mkdir -p ${dirname(where)}; install -m 644 /dev/null ${where}; }`
    return { line, undo: `rm ${where}  # if made here` }
  }
  const mode = step.createMode === undefined ? '' : ` -m ${step.createMode}`
  return { line: `[ -d ${target} ] || mkdir -p${mode} ${where}`, undo: `rmdir ${where}  # if made here` }
}

/** The directory of a quoted word below a variable. */
function dirname(word: string): string {
  const end = word.lastIndexOf('/')
  const cut = word.slice(0, end)
  return word.endsWith("'") ? `${cut}'` : cut
}

function socketCommands(
  step: MountStep,
  via: NonNullable<MountStep['via']>,
  mount: (from: string, to: string) => string,
): Command[] {
  const own = via.directory
  const name = shellWord(posix.join(own, posix.basename(step.destination)))
  const point = wordBelow('root', via.mountPoint)
  const target = wordBelow('root', step.destination)
  return [
    { line: `mkdir -m 711 ${shellWord(own)}`, undo: `rmdir ${shellWord(own)}` },
    { line: `ln ${shellWord(step.source)} ${name}`, undo: `rm ${name}` },
    { line: `mkdir -p ${point}`, undo: `rmdir ${point}` },
    { line: mount(shellWord(own), point), undo: `umount ${point}` },
    { line: `ln -s ${shellWord(via.link)} ${target}`, undo: `rm ${target}` },
  ]
}
