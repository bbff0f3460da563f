/** Simulated hosts for tests. */
import { fileURLToPath } from 'node:url'
import { execaSync } from 'execa'

const bun = fileURLToPath(new URL('../../node_modules/.bin/bun', import.meta.url))
const simhost = fileURLToPath(new URL('../../conformance/simhost/simhost.ts', import.meta.url))

/** True when this machine can have a simulated host; prints one line with the reason when it cannot. */
export function simulationPossible(): boolean {
  if (process.platform !== 'linux') return false
  if (process.getuid?.() === 0) return true
  console.log('skipped: a simulated host needs root')
  return false
}

/** Makes a simulated host whose name no other test uses, and gives the name. */
export function freshHost(label: string, options: { racct?: boolean } = {}): string {
  const name = `t${process.pid}-${label}`
  if (simulationPossible()) {
    execaSync(bun, [simhost, 'create', ...(options.racct === true ? ['--racct'] : []), name])
  }
  return name
}

/** Gives the command line that runs a command in a simulated host. */
export function hostCommand(name: string, command: readonly string[]): string[] {
  return [bun, simhost, 'exec', name, '--', ...command]
}

/**
 * Runs a command in a simulated host. Throws with its output when it fails, or when it takes longer than `timeout`
 * milliseconds.
 */
export function onHost(
  name: string,
  command: readonly string[],
  timeout = 240_000,
): { stdout: string; stderr: string } {
  const [program = '', ...args] = hostCommand(name, command)
  // A container that has inherited the pipe keeps it open; the time limit makes an error of that.
  return execaSync(program, args, { stdin: 'ignore', timeout })
}

/** Makes a small root file system with the programs of /rescue. */
export function makeRoot(name: string, directory: string): void {
  onHost(name, [bun, simhost, 'makeroot', directory])
}

/**
 * Restarts a simulated host: the kernel's state is lost, and files stay, except those below /var/run unless `cleanvar` is
 * false.
 */
export function rebootHost(name: string, { cleanvar = true } = {}): void {
  execaSync(bun, [simhost, 'reboot', ...(cleanvar ? [] : ['--no-cleanvar']), name])
}

/** Removes a simulated host with everything in it. */
export function destroyHost(name: string): void {
  if (simulationPossible()) execaSync(bun, [simhost, 'destroy', name])
}
