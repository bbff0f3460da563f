/** setfib(1): executes a command with another routing table. */
import { CallError } from '../client.ts'
import { execvp } from './process.ts'
import { Exit, errx, strerror, type ToolContext } from './tool.ts'

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  const usage = (): never => {
    t.err('usage: setfib [-F] value command\n')
    throw new Exit(1)
  }
  // The number may be given as `-F N`, as `-N`, or as `N` alone.
  let [value = '', ...rest] = t.args
  if (value === '-F') [value = '', ...rest] = rest
  else value = value.replace(/^-F?/, '')
  if (rest.length === 0 || value === '') usage()
  const most = Number(t.call('sysctl', 'net.fibs'))
  if (!/^[0-9]+$/.test(value) || Number(value) >= most) errx(t, 1, `${value}: invalid FIB (max ${most - 1})`)
  try {
    t.call('setfib', Number(value))
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    errx(t, 1, `setfib: ${strerror(error.errno)}`)
  }
  const error = execvp(rest, t.env)
  t.err(`setfib: ${rest[0]}: ${strerror(error)}\n`)
  return error === 'ENOENT' ? 127 : 126
}
