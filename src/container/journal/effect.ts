/**
 * Counts the effects on the host, for tests. With JAILWRIGHT_CRASH_AT=`N:before` or `N:after` the process kills itself
 * with SIGKILL before or after its n-th effect; the tests prove that `delete --force` recovers from every such instant.
 * With `N:stop` the process stops itself with SIGSTOP before that effect, so that a test can change something there.
 * JAILWRIGHT_EFFECTS names a file that gets one line per effect.
 */
import { abi } from '../../host/abi/index.ts'
import { engine } from '../../host/engine/index.ts'
import { closeFile, openFile, writeText } from '../../host/files.ts'
import { kill } from '../../host/process/identity.ts'
import { sleep } from '../../host/wait.ts'

let count = 0

function appendLine(file: string, line: string): void {
  const fd = openFile(file, 'append')
  try {
    writeText(fd, line)
  } finally {
    closeFile(fd)
  }
}

function crashPoint(n: number, when: 'before' | 'after'): void {
  const wanted = engine.environment.JAILWRIGHT_CRASH_AT
  if (when === 'before' && wanted === `${n}:stop`) kill(engine.pid(), abi.signals.STOP!)
  if (wanted !== `${n}:${when}`) return
  kill(engine.pid(), abi.signals.KILL!)
  // The kernel delivers the signal to the calling thread at once; the wait covers an engine with several threads.
  sleep(10_000)
}

/** Runs one effect. `label` names it in the list of effects. Errors of `action` pass through. */
export function effect<T>(label: string, action: () => T): T {
  count += 1
  // An effect may hold others, which are counted too.
  const n = count
  const file = engine.environment.JAILWRIGHT_EFFECTS
  if (file) appendLine(file, `${n} ${label}\n`)
  crashPoint(n, 'before')
  const value = action()
  crashPoint(n, 'after')
  return value
}
