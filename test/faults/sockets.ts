/** Names of sockets. */
import { spawnSync } from 'node:child_process'

/** Makes a socket's name. Whoever listens there is gone at once; the name stays. */
export function socketAt(path: string): void {
  const code = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`
  spawnSync(process.execPath, ['-e', code, path])
}
