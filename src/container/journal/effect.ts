/**
 * Test mode: the process kills itself with SIGKILL before or after its n-th effect on the host, to prove that
 * `delete --force` finds its way from every instant. Set by JAILWRIGHT_CRASH_AT=`N:before` or `N:after`;
 * JAILWRIGHT_EFFECTS names a file that gets one line per effect (to know how many there are).
 */
import { engine } from '../../host/engine/index.ts'
import { closeFile, openFile, writeText } from '../../host/files.ts'
import { kill } from '../../host/process/identity.ts'
import { sleep } from '../../host/wait.ts'

const KILL = 9

let count = 0

function note(file: string, line: string): void {
  const fd = openFile(file, 'append')
  try {
    writeText(fd, line)
  } finally {
    closeFile(fd)
  }
}

function point(when: 'before' | 'after'): void {
  if (engine.environment.JAILWRIGHT_CRASH_AT !== `${count}:${when}`) return
  kill(engine.pid(), KILL)
  // The signal is delivered at once to the calling thread; wait here in case the engine has others.
  sleep(10_000)
}

/** Runs one effect; `label` names it in the list of effects. Errors of `action` pass through. */
export function effect<T>(label: string, action: () => T): T {
  count += 1
  const file = engine.environment.JAILWRIGHT_EFFECTS
  if (file) note(file, `${count} ${label}\n`)
  point('before')
  const value = action()
  point('after')
  return value
}
