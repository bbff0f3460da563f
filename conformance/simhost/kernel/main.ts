/**
 * The kernel process of one simulated host. It starts as process 1 of new pid, mount, network, UTS and IPC namespaces
 * (made by `simhost create`), makes the host's root, installs the parts and serves calls until it is killed.
 */
import fs from 'node:fs'
import { libc, sethostname } from '../libc.ts'
import { Kernel, type Options } from './kernel.ts'
import { installParts } from './parts.ts'
import { enterRoot } from './root.ts'
import { openListener, serve } from './server.ts'
import { installStub } from './stub.ts'

const options = JSON.parse(process.argv[2] ?? '{}') as Options
try {
  enterRoot(options)
  sethostname(options.hostname)
  const kernel = new Kernel(options)
  installParts(kernel)
  await installStub(kernel)
  openListener()
  // Linux drops signals that process 1 does not handle; the engine would handle these, so they are ignored.
  for (const signal of [1, 2, 15]) libc.signal(signal, 1n)
  // `create` waits for this line, then closes the pipe.
  fs.writeSync(3, 'ready\n')
  fs.closeSync(3)
  serve(kernel)
} catch (error) {
  fs.writeSync(3, `${error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(1)
}
