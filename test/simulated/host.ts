/** Simulated hosts for tests. */
import { fileURLToPath } from 'node:url'
import { execaSync } from 'execa'

const bun = fileURLToPath(new URL('../../node_modules/.bin/bun', import.meta.url))
const simhost = fileURLToPath(new URL('../../conformance/simhost/simhost.ts', import.meta.url))

/** Whether this machine can have a simulated host; says in one line why not. */
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
    execaSync(bun, [simhost, 'create', ...(options.racct ? ['--racct'] : []), name])
  }
  return name
}

/** The command line that runs a command inside. */
export function hostCommand(name: string, command: readonly string[]): string[] {
  return [bun, simhost, 'exec', name, '--', ...command]
}

/** Runs a command inside; throws with its output when it fails, or takes longer than `timeout` milliseconds. */
export function onHost(
  name: string,
  command: readonly string[],
  timeout = 60_000,
): { stdout: string; stderr: string } {
  const [program = '', ...args] = hostCommand(name, command)
  // A container that was given the pipe keeps it open: better an error than a test that stands still.
  return execaSync(program, args, { stdin: 'ignore', timeout })
}

/** Makes a small root of /rescue's programs. */
export function makeRoot(name: string, directory: string): void {
  onHost(name, [bun, simhost, 'makeroot', directory])
}

/** Restarts it: the kernel's state is gone, files stay, but for those below /var/run (with `cleanvar`, the default). */
export function rebootHost(name: string, { cleanvar = true } = {}): void {
  execaSync(bun, [simhost, 'reboot', ...(cleanvar ? [] : ['--no-cleanvar']), name])
}

/** Takes the host away with everything in it. */
export function destroyHost(name: string): void {
  if (simulationPossible()) execaSync(bun, [simhost, 'destroy', name])
}
