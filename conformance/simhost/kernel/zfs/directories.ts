/** mkdirp(3) for a caller: its root and its links, held by descriptors. */
import fs from 'node:fs'
import { type Caller, KernelError } from '../kernel.ts'
import { lookup } from '../paths.ts'

/** Makes a directory and those above it, mode 0755. Errors as mkdir(2) gives them. */
export function makeDirectories(caller: Caller, path: string): void {
  const parts = path.split('/').filter(part => part !== '')
  for (let n = 1; n <= parts.length; n++) {
    const above = lookup(caller, `/${parts.slice(0, n - 1).join('/')}`)
    try {
      fs.mkdirSync(`/proc/self/fd/${above.fd}/${parts[n - 1]}`, { mode: 0o755 })
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'EIO'
      if (code !== 'EEXIST') throw new KernelError(code)
    } finally {
      fs.closeSync(above.fd)
    }
  }
}
