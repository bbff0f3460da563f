/**
 * The black-box conformance harness: drives any OCI runtime by its command line. Uses nothing of the runtime's own
 * source. Runs on Bun, on Node (bundled), and as one executable on FreeBSD.
 */
import { accessSync, constants, existsSync, mkdtempSync, realpathSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import yargs from 'yargs'
import { allCases } from './cases/index.ts'
import { bundleCases } from './cases/podman/bundles.ts'
import { detectPlatform } from './harness/host/platform.ts'
import { reapCommand } from './harness/host/reaper.ts'
import { humanLine, summary, tapLine } from './harness/report/lines.ts'
import { removeTree } from './harness/run/leftovers.ts'
import { runCases } from './harness/run/runner.ts'
import { closeSession, openSession } from './harness/run/session.ts'
import type { Case } from './harness/types.ts'

/** The whole line, also to a pipe that does not block and whose reader is slow. */
function print(text: string): void {
  let rest = Buffer.from(`${text}\n`)
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest))
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
  }
}

function findRuntime(name: string): string {
  const candidates = name.includes('/')
    ? [resolve(name)]
    : (process.env.PATH ?? '').split(delimiter).map(directory => join(directory, name))
  for (const path of candidates) {
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // The next one.
    }
  }
  throw new Error(`no executable runtime ${name}`)
}

async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'internal-reap') return reapCommand(argv.slice(1))
  const options = await yargs([...argv])
    .scriptName('conformance')
    .usage('$0 --runtime PATH [options]\n\nRuns the conformance cases against an OCI runtime, as root.')
    .option('runtime', {
      type: 'string',
      describe: 'the runtime: a path, or a name in PATH',
      requiresArg: true,
    })
    .option('filter', {
      type: 'string',
      describe: 'only cases whose id matches this pattern',
      requiresArg: true,
    })
    .option('list', { type: 'boolean', default: false, describe: 'print the cases and what each stands for' })
    .option('tap', { type: 'boolean', default: false, describe: 'output as TAP version 13' })
    .option('jobs', {
      type: 'number',
      default: 1,
      describe: 'cases at a time (more than 1: interfaces and rulesets are not compared)',
    })
    .option('keep', { type: 'boolean', default: false, describe: 'keep the directories of failed cases' })
    .option('bundles', {
      type: 'string',
      describe: 'directory of config.json files that podman wrote on FreeBSD',
      requiresArg: true,
    })
    .option('work', {
      type: 'string',
      describe: 'where to make the working directory',
      default: tmpdir(),
      requiresArg: true,
    })
    .example('$0 --runtime /usr/local/bin/ocijail --filter "^(state|kill)\\."', 'two groups against ocijail')
    .strict()
    .help()
    .version(false)
    .parseAsync()
  const bundles = options.bundles ?? '../shared/podman-freebsd/bundles'
  const all: Case[] = [...allCases, ...(existsSync(bundles) ? bundleCases(bundles) : [])]
  const pattern = new RegExp(options.filter ?? '')
  const cases = all.filter(one => pattern.test(one.id))
  if (cases.length === 0) throw new Error(`--filter: no case is called like ${options.filter}`)
  if (!Number.isInteger(options.jobs) || options.jobs < 1)
    throw new Error('--jobs: a whole number above 0 is allowed')
  if (options.list) {
    for (const one of cases) print(`${one.id} [${one.mark}] ${one.title}\n    ${one.stands}`)
    return 0
  }
  if (options.runtime === undefined) throw new Error('--runtime is missing; --help tells more')
  if (process.getuid?.() !== 0)
    throw new Error('the conformance harness must run as root: it makes containers')
  const runtime = findRuntime(options.runtime)
  // An administrator's 077 would close the roots to the users of the cases.
  process.umask(0o022)
  const work = realpathSync(mkdtempSync(join(options.work, 'cf-')))
  const session = await openSession(runtime, work, detectPlatform()).catch((error: unknown) => {
    removeTree(work)
    throw error
  })
  const about = `${session.runtimeName} (${session.runtime}) on ${session.platform.name}, root from ${session.root}`
  print(options.tap ? `TAP version 13\n1..${cases.length}\n# ${about}` : about)
  // An interrupted run finishes its case, so that nothing is left of it.
  let interrupted = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (interrupted = true))
  let number = 0
  const results = await runCases(session, cases, {
    stopped: () => interrupted,
    keep: options.keep,
    jobs: options.jobs,
    onResult(result) {
      number += 1
      print(options.tap ? tapLine(result, number) : humanLine(result))
    },
  })
  await closeSession(session, results)
  print(options.tap ? `# ${summary(results)}` : '')
  print(summary(results))
  if (interrupted) return 130
  return results.some(result => result.outcome === 'failed') ? 1 : 0
}

main(process.argv.slice(2)).then(
  status => process.exit(status),
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error)
    if (process.argv.includes('--tap')) print(`Bail out! ${message.split('\n')[0]}`)
    process.stderr.write(`conformance: ${message}\n`)
    process.exit(2)
  },
)
