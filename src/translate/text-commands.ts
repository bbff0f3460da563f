/** The steps of a plan as command lines, each with its undo. */
import { posix } from 'node:path'
import type { MountStep, Plan, RunStep, Step, ToolCall } from './plan.ts'
import { shellWord, shellWordWithVariables, wordBelow } from './quote.ts'

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

/** All steps as commands, in the order in which `create` does them; `state` is the container's state directory. */
export function planCommands(plan: Plan, state: string): Command[] {
  const ruleset = plan.steps.find(step => step.kind === 'ruleset')
  const places: Places = { state, ruleset: String(ruleset?.preferred ?? '') }
  const root = plan.readonlyRoot ? `${state}/root` : plan.rootPath
  const commands = [
    { line: `root=${shellWord(root)}` },
    ...plan.steps.flatMap(step => stepCommands(plan, step, places)),
  ]
  const needed = plan.steps.some(step => step.kind === 'mount' && (step.mask || step.source === '%{empty}'))
  if (!needed) return commands
  return [
    {
      line: `install -m 444 /dev/null ${shellWord(`${state}/empty`)}`,
      undo: `rm ${shellWord(`${state}/empty`)}`,
    },
    ...commands,
  ]
}

function stepCommands(plan: Plan, step: Step, places: Places): Command[] {
  switch (step.kind) {
    case 'ruleset':
      return [
        {
          line: [`devfs rule -s ${step.preferred} add - <<'END'`, ...step.rules, 'END'].join('\n'),
          undo: `devfs rule -s ${step.preferred} delset`,
        },
      ]
    case 'readonly-root': {
      return [
        { line: 'mkdir -p "$root"', undo: 'rmdir "$root"' },
        { line: `mount -t nullfs -o ro ${shellWord(plan.rootPath)} "$root"`, undo: 'umount "$root"' },
      ]
    }
    case 'mount':
      return mountCommands(step, places, isInDevfs(plan, step))
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

/** devfs brings its own directories; nothing can be made in it. */
function isInDevfs(plan: Plan, step: MountStep): boolean {
  return plan.steps.some(
    other =>
      other.kind === 'mount' &&
      other.fstype === 'devfs' &&
      step.destination.startsWith(`${other.destination}/`),
  )
}

function mountCommands(step: MountStep, places: Places, inDevfs: boolean): Command[] {
  const target = wordBelow('root', step.destination)
  const empty = shellWord(`${places.state}/empty`)
  const source =
    step.source === '%{target}' ? target : step.source === '%{empty}' ? empty : shellWord(step.source)
  const options = step.options
    .map(([name, value]) => (value === undefined ? name : `${name}=${value}`))
    .join(',')
  const filled = options.replaceAll('%{ruleset}', places.ruleset)
  const mount = (from: string, to: string, fstype = step.fstype) =>
    ['mount', '-t', fstype, ...(filled === '' ? [] : ['-o', shellWord(filled)]), shellWord(from), to].join(
      ' ',
    )
  const undo = `umount ${target}`
  if (step.mask) {
    const file = mount(empty, target, 'nullfs')
    const line = `if [ -d ${target} ]; then ${mount(source, target)}; elif [ -e ${target} ]; then ${file}; fi`
    return [{ line, undo: `${undo}  # if mounted` }]
  }
  if (step.onlyIfExists) {
    return [{ line: `[ ! -e ${target} ] || ${mount(source, target)}`, undo: `${undo}  # if mounted` }]
  }
  if (step.via) return socketCommands(step, step.via, places, mount)
  const commands: Command[] = []
  if (!inDevfs) commands.push(mountPoint(step, target))
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

function mountPoint(step: MountStep, target: string): Command {
  if (step.target === 'file') {
    return {
      line: `[ -e ${target} ] || install -m 644 /dev/null ${target}`,
      undo: `rm ${target}  # if made here`,
    }
  }
  const mode = step.createMode === undefined ? '' : ` -m ${step.createMode}`
  return { line: `[ -d ${target} ] || mkdir -p${mode} ${target}`, undo: `rmdir ${target}  # if made here` }
}

function socketCommands(
  step: MountStep,
  via: NonNullable<MountStep['via']>,
  places: Places,
  mount: (from: string, to: string) => string,
): Command[] {
  const own = posix.join(via.beside, `.jailwright-${posix.basename(places.state)}`)
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
