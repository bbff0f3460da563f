/**
 * `create CTL RESULT` leaves a process that waits for a byte in the FIFO CTL and then becomes sleep(1); prints its pid.
 * `start CTL RESULT` sends that byte and waits until the process has executed sleep(1): its end of RESULT closes then.
 * Nothing else: no state, no lock, no command line, no message. For bench-least.mjs.
 */
import { openSync, readSync, writeAll } from '../src/host/files.ts'
import { prepareExecve } from '../src/host/process/identity.ts'

const [mode, ctl = '', result = ''] = process.argv.slice(2)
const READ_WRITE = 2

if (mode === 'create') {
  // Here, or the other modes would load it too.
  const { spawn } = await import('node:child_process')
  const options = { env: {}, stdio: 'ignore', detached: true } as const
  const waiting = spawn(process.execPath, ['wait', ctl, result], options)
  const answers = openSync(result, 'r')
  readSync(answers, new Uint8Array(1))
  console.log(waiting.pid)
} else if (mode === 'wait') {
  // Both ends: opened so it waits for no peer (Linux and FreeBSD).
  const orders = openSync(ctl, READ_WRITE)
  const answers = openSync(result, 'w')
  const image = prepareExecve('/bin/sleep', ['sleep', '1000'], [])
  writeAll(answers, '.')
  readSync(orders, new Uint8Array(1))
  image()
} else {
  const answers = openSync(result, 'r')
  writeAll(openSync(ctl, 'w'), '.')
  readSync(answers, new Uint8Array(1))
}
process.exit(0)
