/** Runs a shell command on a terminal of its own as `run` and `exec -t` do: `bun terminal-fixture.ts COMMAND [ROWSxCOLUMNS]`. */
import { spawn } from 'node:child_process'
import { exitStatusOf, forwardSignals, sendSignal } from '../../src/container/foreground.ts'
import { openTerminal } from '../../src/container/terminal.ts'
import { openHost } from '../../src/host/index.ts'

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
const status = await exitStatusOf(child)
await terminal.detach()
signals.stop()
process.exit(status)
