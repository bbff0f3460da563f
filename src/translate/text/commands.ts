/** The steps of a plan as command lines, each with the commands that undo it. */

import type { MountOption } from '../../host/types.ts'
import * as posix from '../../paths.ts'
import type { MountPoint, MountStep, Plan, RunStep, Step, ToolCall } from '../core/plan.ts'
import { rulesetInput } from '../devices/ruleset-input.ts'
import { splitOptions } from '../mounts/tmpfs-late-options.ts'
import { shellWord, shellWordWithVariables, wordBelow } from './quote.ts'

/** One command with its undo. */
export interface Command {
  line: string
  /** A comment before the command. */
  note?: string
  undo?: string
}

/** Paths that the commands use. */
interface Places {
  /** The container's state directory. */
  state: string
  ruleset: string
  /** The mount in which the destination of a mount lies. */
  holders: ReadonlyMap<MountStep, MountStep>
}

/**
 * All steps as commands, in the order in which `create` does them; `state` is the container's state directory. `$root` is
 * the root of the jail; where that is read-only, `$base` is the writable directory in which mount points are made.
 */
export function planCommands(plan: Plan, state: string): Command[] {
  const ruleset = plan.steps.find(step => step.kind === 'ruleset')
  const places: Places = { state, ruleset: String(ruleset?.preferred ?? ''), holders: holders(plan) }
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
    case 'loopback': {
      const lo0 = `ifconfig -j ${shellWord(step.jail)} lo0`
      return [
        { line: `${lo0} inet 127.0.0.1/8 up` },
        ...(step.ipv6 ? [{ line: `${lo0} inet6 ::1/128` }] : []),
      ]
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
  const call = callText(step.call)
  const line = step.until ? `while ${call} | grep -q ${step.until.without}; do sleep 1; done` : call
  const undo = step.undo.map(call => callText(withName(plan, step, call))).join('; ')
  return {
    line: step.capture === undefined ? line : `${step.capture}=$(${line})`,
    ...(undo === '' ? {} : { undo }),
  }
}

/** An undo that finds the interface by its description, written with the name that a later step gives the interface. */
function withName(plan: Plan, step: RunStep, call: ToolCall): ToolCall {
  if (call.forDescription === undefined) return call
  const rename = plan.steps.find(
    other =>
      other.kind === 'run' && other.call.args[0] === `%{${step.capture}}` && other.call.args[1] === 'name',
  )
  const name = (rename?.kind === 'run' ? rename.call.args[2] : undefined) ?? `%{${step.capture}}`
  return { ...call, args: call.args.map(arg => arg.replace('%{interface}', name)) }
}

/** The mount that holds the destination of each mount, the newest of several; none for the root. */
function holders(plan: Plan): Map<MountStep, MountStep> {
  const found = new Map<MountStep, MountStep>()
  const earlier = new Map<string, { step: MountStep; at: number }>()
  plan.steps.forEach((step, at) => {
    if (step.kind !== 'mount') return
    const { destination } = step
    let newest: { step: MountStep; at: number } | undefined
    for (let end = destination.lastIndexOf('/'); end >= 0; end = destination.lastIndexOf('/', end - 1)) {
      const other = earlier.get(destination.slice(0, end))
      if (other && (newest === undefined || other.at > newest.at)) newest = other
      if (end === 0) break
    }
    if (newest) found.set(step, newest.step)
    earlier.set(destination, { step, at })
  })
  return found
}

function mountCommands(plan: Plan, step: MountStep, places: Places): Command[] {
  const target = wordBelow('root', step.destination)
  const empty = shellWord(`${places.state}/empty`)
  const source = step.source === '%{empty}' ? empty : shellWord(step.source)
  const mount = (from: string, to: string, fstype = step.fstype, options = step.options) => {
    const words = optionWords(options).replaceAll('%{ruleset}', places.ruleset)
    return ['mount', '-t', fstype, ...(words === '' ? [] : ['-o', shellWord(words)]), from, to].join(' ')
  }
  const undo = `umount ${target}`
  if (step.mask) {
    const file = mount(empty, target, 'nullfs')
    const line = `if [ -d ${target} ]; then ${mount(source, target)}; elif [ -e ${target} ]; then ${file}; fi`
    return [{ line, undo: `${undo}  # if mounted` }]
  }
  if (step.readonlyCopy) {
    const copy = shellWord(`${places.state}/read-only-${copyNumber(plan, step)}`)
    const file = `cp -p ${target} ${copy}; ${mount(copy, target, 'nullfs')}`
    const ofDirectory = filledCommands(plan, step, mount, places).map(({ line, note }) => ({
      line: `[ ! -d ${target} ] || { ${line}; }`,
      ...(note === undefined ? {} : { note }),
    }))
    return [
      { line: `if [ ! -d ${target} ] && [ -e ${target} ]; then ${file}; fi`, undo: `${undo}  # if mounted` },
      ...ofDirectory,
    ]
  }
  if (step.via) return socketCommands(step, step.via, mount)
  const there = step.below !== undefined
  const commands: Command[] = there ? [] : pointCommands(plan, step, places.holders.get(step))
  if (step.copyUp || step.inside) commands.push(...filledCommands(plan, step, mount, places))
  else commands.push({ line: mount(source, target), undo })
  return commands
}

/** The number of a read-only path's copy, as `create` counts them when each path is a file. */
function copyNumber(plan: Plan, step: MountStep): number {
  return 1 + plan.steps.filter(each => each.kind === 'mount' && each.readonlyCopy).indexOf(step)
}

function optionWords(options: readonly MountOption[]): string {
  return options.map(([name, value]) => (value === undefined ? name : `${name}=${value}`)).join(',')
}

/** Commands of a tmpfs that is filled, or gets mount points, before it becomes read-only. */
function filledCommands(
  plan: Plan,
  step: MountStep,
  mount: (from: string, to: string, fstype: string, options: MountStep['options']) => string,
  { state }: Places,
): Command[] {
  const target = wordBelow('root', step.destination)
  const archive = shellWord(`${state}/copy-up.tar`)
  const { early, mode, uid, gid, update } = splitOptions(step.options)
  const set = (tool: string, value: string | undefined) =>
    value === undefined ? [] : [{ line: `${tool} ${value} ${target}` }]
  return [
    ...(step.copyUp
      ? [{ line: `tar -cf ${archive} -C ${target} .`, note: 'what is there goes into the new tmpfs' }]
      : []),
    { line: mount(shellWord(step.source), target, step.fstype, early), undo: `umount ${target}` },
    ...(step.copyUp ? [{ line: `tar -xpf ${archive} -C ${target}` }] : []),
    ...set('chown', uid === undefined && gid === undefined ? undefined : `${uid ?? ''}:${gid ?? ''}`),
    ...set('chmod', mode?.toString(8)),
    ...(step.inside ?? []).flatMap(point => pointCommands(plan, point, step)),
    ...(update ? [{ line: `mount -u -o ${optionWords(update.slice(1))} ${target}` }] : []),
  ]
}

/** Commands that make a mount point, or the link of a socket, in the mount that holds it. */
function pointCommands(plan: Plan, point: MountPoint, inside: MountStep | undefined): Command[] {
  // Nothing can be made in a devfs, and a path that is covered only where it exists needs no mount point.
  if (inside?.fstype === 'devfs' || point.onlyIfExists) return []
  const { destination, via } = point
  if (via) {
    const directory = wordBelow('root', via.mountPoint)
    return [{ line: `mkdir -p ${directory}`, undo: `rmdir ${directory}` }, socketLink(destination, via)]
  }
  const target = wordBelow('root', destination)
  const where = plan.readonlyRoot && !inside ? wordBelow('base', destination) : target
  return [mountPoint(point, target, where)]
}

/** The command that makes a mount point; `where` is the writable path of the same place as `target`. */
function mountPoint(step: MountPoint, target: string, where: string): Command {
  if (step.target === 'file') {
    const line = `[ -e ${target} ] || { mkdir -p ${dirname(where)}; install -m 644 /dev/null ${where}; }`
    return { line, undo: `rm ${where}  # if made here` }
  }
  const mode = step.createMode === undefined ? '' : ` -m ${step.createMode}`
  return { line: `[ -d ${target} ] || mkdir -p${mode} ${where}`, undo: `rmdir ${where}  # if made here` }
}

/** The directory part of a quoted path below a variable. */
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
  return [
    { line: `mkdir -m 711 ${shellWord(own)}`, undo: `rmdir ${shellWord(own)}` },
    { line: `ln ${shellWord(step.source)} ${name}`, undo: `rm ${name}` },
    { line: `mkdir -p ${point}`, undo: `rmdir ${point}` },
    { line: mount(shellWord(own), point), undo: `umount ${point}` },
    socketLink(step.destination, via),
  ]
}

/** The command that makes the link at a socket's destination, in the place of the object that is there. */
function socketLink(destination: string, { link }: NonNullable<MountStep['via']>): Command {
  const target = wordBelow('root', destination)
  const name = `.${posix.basename(destination)}.jailwright-aside`
  const aside = wordBelow('root', posix.join(posix.dirname(destination), name))
  return {
    line: `[ -L ${target} ] || { [ ! -e ${target} ] || mv ${target} ${aside}; ln -s ${shellWord(link)} ${target}; }`,
    undo: `rm ${target}; [ ! -e ${aside} ] || mv ${aside} ${target}`,
  }
}
