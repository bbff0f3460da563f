/**
 * Leaves out of a comparison with a recorded transcript what no two machines share: dates, MAC addresses, option bits of
 * interfaces, sizes in listings, device nodes of this machine, and usage messages after their first line.
 */

const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)'
const DATES: readonly RegExp[] = [
  new RegExp(
    `\\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?${MONTH}(?: +[0-9]{1,2}(?: +[0-9:]{4,8}(?: [0-9]{4})?)?)?`,
    'g',
  ),
  /\b[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:.]+/g,
]
const LISTING =
  /^([-dlcbps][-rwxsStT]{9}\+?)\s+([0-9]+)\s+(\S+)\s+(\S+)\s+(?:[0-9]+|0x[0-9a-f]+|[0-9]+, *[0-9]+)(\s.*)?$/

function line(text: string): string {
  let result = text
    .replace(/\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b/g, 'MAC')
    .replace(/\boptions=[0-9a-f]+<[^>]*>/g, 'OPTIONS')
  result = result.replace(LISTING, '$1 $2 $3 $4 SIZE$5')
  for (const date of DATES) result = result.replace(date, 'DATE')
  return result
}

/** The text of a stream without the parts that may differ. */
export function normalize(text: string): string {
  const lines: string[] = []
  for (const part of text.split('\n')) {
    lines.push(line(part))
    if (/^usage:/i.test(part)) return `${lines.join('\n')} ...`
  }
  return lines.join('\n')
}

/** Two listings of device nodes, reduced to the names that both machines have. */
function sharedNodes(mine: string, theirs: string, known: ReadonlySet<string>): [string, string] {
  const both = (text: string): string =>
    text
      .split('\n')
      .filter(name => name === '' || known.has(name) || /\s/.test(name))
      .join('\n')
  return [both(mine), both(theirs)]
}

/** What a step wrote and how it ended. */
export interface Outcome {
  status: number
  stdout: string
  stderr: string
}

/** Names of the parts that differ: `status`, `stdout`, `stderr`. `nodes` are the device names of this host. */
export function compare(run: string, expected: Outcome, got: Outcome, nodes: ReadonlySet<string>): string[] {
  const different: string[] = []
  if (expected.status !== got.status) different.push('status')
  let [mine, theirs] = [normalize(got.stdout), normalize(expected.stdout)]
  if (/\bls\b[^|;]*\/dev\b/.test(run)) [mine, theirs] = sharedNodes(mine, theirs, nodes)
  if (mine !== theirs) different.push('stdout')
  if (normalize(got.stderr) !== normalize(expected.stderr)) different.push('stderr')
  return different
}

const BUILTINS = new Set(
  '. : [ alias bg break cd command continue echo eval exec exit export false fc fg for function getopts hash if jobs kill local printf pwd read readonly return set shift test time times trap true type ulimit umask unalias unset until wait while case { !'.split(
    ' ',
  ),
)

/**
 * The command as FreeBSD's `sh -c` runs it: a single program replaces the shell (EV_EXIT), so that no shell reports the
 * signal that ended the program. Debian's dash forks, so this function puts `exec` before the command.
 */
export function inPlace(run: string): string {
  const bare = run.replace(/\\.|'[^']*'|"(?:[^"\\]|\\.)*"/gs, 'x')
  const first = /^[A-Za-z0-9_./-]+/.exec(bare)?.[0]
  const simple = !/[;&|<>()`\n'"]/.test(bare) && first !== undefined && !bare.startsWith(`${first}=`)
  return simple && !BUILTINS.has(first) ? `exec ${run}` : run
}
