/**
 * The entry of the program. This module, with the most frequent commands (`state`, `start`, `kill`), is one part of the program,
 * and each file of `cli/parts/` is another one, which a command asks for when it needs it. Under Node each part is a bundle of
 * its own that contains all modules that it uses. Only plain values pass from this part to another one, because a class that two
 * bundles contain is two classes.
 */

import { runCommand } from './cli/cli.ts'
import kill from './cli/commands/kill.ts'
import start from './cli/commands/start.ts'
import state from './cli/commands/state.ts'
import type { AnyInvocation, CommandName } from './cli/commands.ts'
import { asksForVersion, fastParse, type Parsed } from './cli/fast-parse.ts'
import { print } from './cli/output.ts'
import { toInvocation } from './cli/values.ts'
import { versionText } from './cli/version.ts'
import { engine } from './host/engine/index.ts'
import { openEverydayHost } from './host/everyday.ts'
import { calledName, type Program } from './host/self.ts'

/** A part that contains commands. */
interface CommandPart {
  run(invocation: AnyInvocation, program: Program): number
}

/** The parts that contain no commands. */
type InitPart = typeof import('./cli/parts/init.ts')
type SlowPart = typeof import('./cli/parts/slow.ts')

const everyday: CommandPart = {
  run: (invocation, program) => runCommand(invocation, { state, start, kill }, program, openEverydayHost),
}

/** Gives the part that contains a command. */
function partOf(command: CommandName): CommandPart {
  switch (command) {
    case 'state':
    case 'start':
    case 'kill':
      return everyday
    case 'create':
    case 'delete':
    case 'exec':
    case 'run':
      return engine.part(command) as CommandPart
    default:
      return engine.part('other') as CommandPart
  }
}

/** Parses a command line. Gives the exit status instead when the command line is finished with, as after `--help`. */
function parse(argv: readonly string[], program: Program): Parsed | number {
  const parsed = fastParse(argv)
  if (parsed !== undefined && parsed.command !== 'help') return parsed
  if (parsed === undefined && asksForVersion(argv)) {
    try {
      print(versionText())
      return 0
    } catch {
      // The slow parser fails at the same place, and it can report the error.
    }
  }
  return (engine.part('slow') as SlowPart).parseSlowly(argv, program)
}

/** Runs the program with these arguments, and gives its exit status. */
function main(argv: readonly string[]): number {
  const program = calledName()
  if (argv[0] === 'init') return (engine.part('init') as InitPart).run(argv.slice(1), program)
  const parsed = parse(argv, program)
  if (typeof parsed === 'number') return parsed
  let invocation: AnyInvocation
  try {
    invocation = toInvocation(parsed.command, parsed.raw, parsed.words)
  } catch {
    // Under Node each part has error classes of its own, so the part repeats the check and reports its own error.
    return (engine.part('slow') as SlowPart).complainOf(parsed, program)
  }
  return partOf(parsed.command).run(invocation, program)
}

engine.exit(main(engine.argv.slice(1)))
