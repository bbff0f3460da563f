/**
 * The black-box conformance harness: it drives any OCI runtime by its command line, and uses nothing of the runtime's
 * source. It runs on Bun, on Node (bundled), and as one executable on FreeBSD.
 */
import { accessSync, constants, existsSync, mkdtempSync, realpathSync, writeSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { allCases } from './cases/index.ts'
import { bundleCases } from './cases/podman/bundles.ts'
import { detectPlatform } from './harness/host/platform.ts'
import { reapCommand, reapExecCommand } from './harness/host/reaper.ts'
import { humanLine, summary, tapLine } from './harness/report/lines.ts'
import { readResults, resultFile, writeResults } from './harness/report/results.ts'
import { readVerdicts } from './harness/report/verdicts.ts'
import { writeFeatures, writePage } from './harness/report/write.ts'
import { runCommand } from './harness/run/command.ts'
import { removeTree } from './harness/run/leftovers.ts'
import { runCases } from './harness/run/runner.ts'
import { closeSession, openSession } from './harness/run/session.ts'
import type { Case } from './harness/types.ts'
import { ofShard, readOptions, readShard } from './options.ts'

/** Writes the whole line, also to a pipe that does not block and has a slow reader. */
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
      // The next directory may hold the program.
    }
  }
  throw new Error(`no executable runtime ${name}`)
}

async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'internal-reap') return reapCommand(argv.slice(1))
  if (argv[0] === 'internal-reap-exec') return reapExecCommand(argv.slice(1))
  const options = await readOptions(argv)
  if (options.from !== undefined) {
    if (options.report === undefined) throw new Error('--from: --report says what is to be made of the files')
    if (options.report === 'html') writePage(options.from.map(readResults), options.output)
    else writeFeatures(options.from.map(readVerdicts), options.output, print)
    return 0
  }
  const bundles = options.bundles ?? '../shared/podman-freebsd/bundles'
  const all: Case[] = [...allCases, ...(existsSync(bundles) ? bundleCases(bundles) : [])]
  const pattern = new RegExp(options.filter ?? '')
  const chosen = all.filter(one => pattern.test(one.id))
  if (chosen.length === 0) throw new Error(`--filter: no case is called like ${options.filter}`)
  const cases = options.shard === undefined ? chosen : ofShard(chosen, readShard(options.shard))
  if (cases.length === 0) throw new Error(`--shard: no case is left of ${chosen.length}`)
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
  // With an administrator's umask of 077 the users of the cases could not enter the roots.
  process.umask(0o022)
  const work = realpathSync(mkdtempSync(join(options.work, 'cf-')))
  const session = await openSession(runtime, work, detectPlatform()).catch((error: unknown) => {
    removeTree(work)
    throw error
  })
  const about = `${session.runtimeName} (${session.runtime}) on ${session.platform.name}, root from ${session.root}`
  print(options.tap ? `TAP version 13\n1..${cases.length}\n# ${about}` : about)
  // An interrupted run finishes the current case, so that the case leaves nothing.
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
  const done = results.filter(result => result !== undefined)
  const { stdout } = await runCommand('uname', ['-srm'], { scratch: join(work, 'setup') })
  const file = resultFile(session, done, { system: stdout.trim(), date: new Date(), shard: options.shard })
  await closeSession(session, done)
  if (options.results !== undefined) writeResults(options.results, file)
  if (options.report === 'html') writePage([file], options.output)
  if (options.report === 'features') writeFeatures([file], options.output, print)
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
