/** The command line of the harness. */
import { tmpdir } from 'node:os'
import yargs from 'yargs'

/** A part of all cases: every case number `of`, beginning with case number `part` (1 and up). */
export interface Shard {
  part: number
  of: number
}

/** Reads `N/M`. Throws for another form, and when N is not one of 1 to M. */
export function readShard(text: string): Shard {
  const match = /^(\d{1,4})\/(\d{1,4})$/.exec(text)
  const shard = { part: Number(match?.[1]), of: Number(match?.[2]) }
  if (match === null || shard.part < 1 || shard.part > shard.of)
    throw new Error(`--shard: ${text} is not N/M with N from 1 to M`)
  return shard
}

/** The cases of a shard. Only the order of the cases decides, and every shard gets some of a long group. */
export function ofShard<T>(cases: readonly T[], { part, of }: Shard): T[] {
  return cases.filter((_, index) => index % of === part - 1)
}

/** Parses the command line; prints help and ends the process for `--help`. Throws nothing: yargs ends with its message. */
export async function readOptions(argv: readonly string[]) {
  return yargs([...argv])
    .scriptName('conformance')
    .usage(
      '$0 --runtime PATH [options]\n$0 --report html --from FILE...\n\nRuns the conformance cases against an OCI runtime, as root.',
    )
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
    .option('shard', {
      type: 'string',
      describe: 'N/M: part N of M of the cases, so that M machines share a run',
      requiresArg: true,
    })
    .option('list', { type: 'boolean', default: false, describe: 'print the cases and what each stands for' })
    .option('tap', { type: 'boolean', default: false, describe: 'output as TAP version 13' })
    .option('results', {
      type: 'string',
      describe: 'write what was run and found to this file, as JSON',
      requiresArg: true,
    })
    .option('report', {
      choices: ['html', 'features'] as const,
      describe: 'html: one page to read; features: a table by runtime in markdown',
      requiresArg: true,
    })
    .option('from', {
      type: 'string',
      array: true,
      describe: 'report of these result files, side by side; nothing is run',
      requiresArg: true,
    })
    .option('output', {
      type: 'string',
      describe: 'file of the report (default: conformance.html; features: standard output)',
      requiresArg: true,
    })
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
    .example('$0 --runtime runc --shard 1/2 --results runc-1.json', 'half of the cases, results in a file')
    .example('$0 --report html --from ours.json runc-1.json runc-2.json', 'a page of three result files')
    .strict()
    .help()
    .version(false)
    .parseAsync()
}
