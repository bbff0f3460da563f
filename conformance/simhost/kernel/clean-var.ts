/** Does what rc.d/cleanvar does at boot (libexec/rc/rc.d/cleanvar; cleanvar_enable is on by default). */
import fs from 'node:fs'
import path from 'node:path'

/**
 * Removes regular files, and sockets that are not named `log` or `logpriv`, below a directory and on its file system
 * (`find -x`). Directories, FIFOs and links stay.
 */
function sweep(dir: string, device: number): void {
  for (const name of fs.readdirSync(dir)) {
    const file = path.join(dir, name)
    const stat = fs.lstatSync(file)
    if (stat.isDirectory() && stat.dev === device) sweep(file, device)
    else if (stat.isFile() || (stat.isSocket() && name !== 'log' && name !== 'logpriv')) fs.unlinkSync(file)
  }
}

/** Cleans /var/run and leaves there the file by which rc.d/cleanvar knows that it has run. */
export function cleanVar(): void {
  const run = fs.realpathSync('/var/run')
  sweep(run, fs.statSync(run).dev)
  fs.writeFileSync(path.join(run, 'clean_var'), '')
}
