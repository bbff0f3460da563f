/**
 * Entry of the program, called by bin/jailwright and by the compiled executable. What callers run all day (`state`,
 * `start`, `kill`) is in the first file that is loaded. The executable has every other part of the program in a file of
 * its own, each complete in itself (scripts/bundle.mjs): one file more takes less than the small ones that parts would
 * share. So nothing but plain values may pass from here to a part.
 */

import { runCommand } from './cli/cli.ts'
import kill from './cli/commands/kill.ts'
import start from './cli/commands/start.ts'
import state from './cli/commands/state.ts'
import type { AnyInvocation, CommandName } from './cli/commands.ts'
import { asksForVersion, fastParse } from './cli/fast-parse.ts'
import { print, writeAll } from './cli/output.ts'
import { toInvocation } from './cli/values.ts'
import { versionText } from './cli/version.ts'
import { openEverydayHost } from './host/everyday.ts'
import { calledName, type Program } from './host/self.ts'

type Part = { run(invocation: AnyInvocation, program: Program): Promise<number> }

const everyday: Part = {
  run: (invocation, program) => runCommand(invocation, { state, start, kill }, program, openEverydayHost),
}

/** The part that has a command. */
async function partOf(command: CommandName): Promise<Part> {
  switch (command) {
    case 'state':
    case 'start':
    case 'kill':
      return everyday
    case 'create':
      return import('./cli/parts/create.ts')
    case 'delete':
      return import('./cli/parts/delete.ts')
    case 'exec':
      return import('./cli/parts/exec.ts')
    case 'run':
      return import('./cli/parts/run.ts')
    default:
      return import('./cli/parts/other.ts')
  }
}

/** Gives the exit status. */
async function main(argv: readonly string[]): Promise<number> {
  const program = calledName()
  if (argv[0] === 'init') {
    const { initMain } = await import('./container/init/main.ts')
    try {
      return await initMain(argv.slice(1))
    } catch (error) {
      // By hand it has no descriptors of a `create`; in earnest whoever started it may be gone.
      writeAll(2, `${program}: init, which only create and exec can start: ${(error as Error).message}\n`)
      return 1
    }
  }
  let parsed = fastParse(argv)
  if (parsed === undefined && asksForVersion(argv)) {
    try {
      print(versionText())
      return 0
    } catch {
      // The slow way fails at the same place, and can report it.
    }
  }
  if (parsed === undefined || parsed.command === 'help') {
    const { parseSlowly } = await import('./cli/parts/slow.ts')
    const outcome = await parseSlowly(argv, program)
    if (typeof outcome === 'number') return outcome
    parsed = outcome
  }
  let invocation: AnyInvocation
  try {
    invocation = toInvocation(parsed.command, parsed.raw, parsed.words)
  } catch {
    // An error is of a class, and cannot pass to a part: it is made there once more.
    const { complainOf } = await import('./cli/parts/slow.ts')
    return complainOf(parsed, program)
  }
  const part = await partOf(parsed.command)
  return part.run(invocation, program)
}

// Not exitCode: an open handle (a socket, a child's pipe) must not keep a finished command alive.
process.exit(await main(process.argv.slice(2)))
