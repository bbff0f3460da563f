/**
 * Test mode: the process kills itself with SIGKILL before or after its n-th effect on the host, to prove that
 * `delete --force` finds its way from every instant. Set by JAILWRIGHT_CRASH_AT=`N:before` or `N:after`;
 * JAILWRIGHT_EFFECTS names a file that gets one line per effect (to know how many there are).
 */
import { appendFileSync } from 'node:fs'

let count = 0

function point(when: 'before' | 'after'): void {
  const at = process.env.JAILWRIGHT_CRASH_AT
  if (at === `${count}:${when}`) {
    process.kill(process.pid, 'SIGKILL')
    // The signal is delivered at once to the calling thread; wait here in case the engine has others.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000)
  }
}

/** Runs one effect; `label` names it in the list of effects. Errors of `action` pass through. */
export function effect<T>(label: string, action: () => T): T {
  count += 1
  const file = process.env.JAILWRIGHT_EFFECTS
  if (file) appendFileSync(file, `${count} ${label}\n`)
  point('before')
  const value = action()
  point('after')
  return value
}
