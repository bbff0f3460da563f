/** The state of a host at one moment; the harness compares the states before and after a case. */

/** A process that is alive. */
export interface HostProcess {
  pid: number
  /** The command line, as ps(1) prints it. */
  words: string
}

/** All that a case may leave behind. */
export interface Snapshot {
  /** Paths of all mounts, innermost last. */
  mounts: string[]
  /** Names of all jails that are alive. */
  jails: string[]
  processes: HostProcess[]
  /** Things that outlive a process, each with its kind: `interface lo0`, `devfs ruleset 4`, `rctl rule ...`. */
  objects: string[]
}

/** The mounts at or below a directory, innermost last. */
export function mountsBelow(snapshot: Snapshot, directory: string): string[] {
  return snapshot.mounts.filter(path => path === directory || path.startsWith(`${directory}/`))
}

/** Reads `ps -o pid=,stat=,args=` without the zombies, which only wait for their parent. */
export function readProcesses(text: string): HostProcess[] {
  return text
    .split('\n')
    .map(line => /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line))
    .filter(match => match !== null)
    .filter(([, , stat]) => stat?.startsWith('Z') === false)
    .map(([, pid, , words]) => ({ pid: Number(pid), words: words ?? '' }))
}

/**
 * A shell script that runs several tools and prints a line before the output of each, which begins with the script's
 * first argument. One shell replaces one command for each tool, since a command takes a second on an emulated machine.
 */
export function sectionsScript(tools: Readonly<Record<string, string>>): string {
  const parts = Object.entries(tools).map(([name, command]) => `echo "$1 ${name}"; ${command} 2>/dev/null`)
  return [...parts, 'echo "$1 end"'].join('\n')
}

/**
 * Splits the output of such a script into the outputs of the tools.
 *
 * @throws Error when the output lacks its end, since a missing part must not pass for an empty one
 */
export function readSections(output: string, token: string): ReadonlyMap<string, string> {
  const sections = new Map<string, string[]>()
  let lines: string[] = []
  for (const line of output.split('\n')) {
    if (line.startsWith(`${token} `)) {
      lines = []
      sections.set(line.slice(token.length + 1), lines)
    } else lines.push(line)
  }
  if (!sections.has('end'))
    throw new Error('the tools that show what is on the host did not come to their end')
  return new Map([...sections].map(([name, text]) => [name, text.join('\n')]))
}

/** The words of a text. */
export function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter(word => word !== '')
}
