/** Runs a shell command on a terminal of its own as `run` and `exec -t` do: `bun terminal-fixture.ts COMMAND [ROWSxCOLUMNS]`. */
import { forwardSignals, sendSignal } from '../../../src/container/process/forward-signals.ts'
import { type OwnTerminal, openTerminal } from '../../../src/container/process/terminal.ts'
import { waitForProgram } from '../../../src/container/process/wait-for-program.ts'
import { openHost } from '../../../src/host/index.ts'
import { startProcess } from '../../../src/host/processes.ts'

const [command = ':', size] = process.argv.slice(2)
const host = openHost()
const RESTARTED = 'JAILWRIGHT_RESTARTED'
if (process.env[RESTARTED] === undefined) {
  // As Bun does for the program itself: its threads have blocked what was blocked when they were started.
  process.env[RESTARTED] = '1'
  forwardSignals(host)
  const environment = Object.entries(process.env).map(([name, value]) => `${name}=${value}`)
  host.process.execve(process.execPath, process.argv, environment)
}
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
terminal.attach(() => sendSignal(host, pid, 'HUP'))
const status = waitForProgram(pid, signals, terminal)
terminal.detach()
signals.stop()
process.exit(status)
