/**
 * Runs a shell command on a terminal of its own, as `run` and `exec -t` do. Arguments: COMMAND [ROWSxCOLUMNS]. With LATE in the
 * environment the process looks at the terminal only when the command has ended, and finds at each look at the clock that ten
 * seconds have passed.
 */
import { forwardSignals, sendSignal } from '../../../src/container/process/forward-signals.ts'
import { type OwnTerminal, openTerminal } from '../../../src/container/process/terminal.ts'
import { waitForProgram } from '../../../src/container/process/wait-for-program.ts'
import { openHost } from '../../../src/host/index.ts'
import { startProcess, waitForEnd } from '../../../src/host/processes.ts'

const [command = ':', size] = process.argv.slice(2)
const host = openHost()

const [height = 0, width = 0] = (size ?? '').split('x').map(Number)
let terminal: OwnTerminal | undefined
const signals = forwardSignals(host, () => terminal?.continued())
terminal = openTerminal(host, size === undefined ? undefined : { height, width })
// setsid(1) -c makes it the controlling terminal, as init does by TIOCSCTTY.
const pid = startProcess({
  path: '/usr/bin/setsid',
  argv: ['setsid', '-c', 'sh', '-c', command],
  env: process.env,
  descriptors: [terminal.slave, terminal.slave, terminal.slave],
})
terminal.handedOver()
signals.to(pid)
if (process.env.LATE !== undefined) {
  const ended = waitForEnd(pid)
  let time = performance.now()
  performance.now = () => {
    time += 10_000
    return time
  }
  terminal.attach(() => {})
  terminal.detach()
  process.exit(ended?.status)
}
terminal.attach(() => sendSignal(host, pid, 'HUP'))
const status = waitForProgram(pid, signals, terminal)
terminal.detach()
signals.stop()
process.exit(status)
