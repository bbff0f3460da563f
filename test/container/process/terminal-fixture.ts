/** Runs a shell command on a terminal of its own as `run` and `exec -t` do: `bun terminal-fixture.ts COMMAND [ROWSxCOLUMNS]`. */
import { spawn } from 'node:child_process'
import { forwardSignals, sendSignal } from '../../../src/container/process/forward-signals.ts'
import { openTerminal } from '../../../src/container/process/terminal.ts'
import { openHost } from '../../../src/host/index.ts'
import { endingSignal } from '../../../src/host/signals.ts'

const [command = ':', size] = process.argv.slice(2)
const host = openHost()
const [height = 0, width = 0] = (size ?? '').split('x').map(Number)
const signals = forwardSignals(host)
const terminal = openTerminal(host, size === undefined ? undefined : { height, width })
// setsid(1) -c makes it the controlling terminal, as init does by TIOCSCTTY.
const child = spawn('setsid', ['-c', 'sh', '-c', command], {
  stdio: [terminal.slave, terminal.slave, terminal.slave],
})
const pid = child.pid ?? 0
signals.to(pid)
terminal.attach(() => sendSignal(host, pid, 'SIGHUP'))
const status = await new Promise<number>(resolve =>
  child.once('exit', (code, signal) => resolve(code ?? 128 + endingSignal(signal))),
)
await terminal.detach()
signals.stop()
process.exit(status)
