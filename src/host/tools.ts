/** Running FreeBSD's tools by their absolute paths. */

import { JailwrightError, SyscallError } from '../errors.ts'
import { exists } from './files.ts'
import { runToEnd } from './process/run-to-end.ts'
import type { RunOptions, Tool, ToolResult } from './types.ts'

/** The absolute path of each tool (hier(7)); a tool that moved between releases of FreeBSD has several. */
const PATHS: Readonly<Record<Tool, readonly [string, ...string[]]>> = {
  ifconfig: ['/sbin/ifconfig'],
  route: ['/sbin/route'],
  rctl: ['/usr/bin/rctl'],
  cpuset: ['/usr/bin/cpuset', '/bin/cpuset'],
  sysctl: ['/sbin/sysctl'],
  ps: ['/bin/ps'],
  jls: ['/usr/sbin/jls'],
  zfs: ['/sbin/zfs'],
}

/** Gives the absolute path of a tool on this host. */
function toolPath(tool: Tool): string {
  const [first, ...others] = PATHS[tool]
  if (others.length === 0 || exists(first)) return first
  return others.find(path => exists(path)) ?? first
}

/**
 * True for a call that enters a jail: ifconfig(8) and route(8) call jail_attach(2) for `-j JAIL`. Root of a hostile parent jail
 * could stop or trace such a tool there, so it inherits no descriptor of this program; a lock would stay held.
 */
function entersJail(tool: Tool, [option]: readonly string[]): boolean {
  return option === '-j' && (tool === 'ifconfig' || tool === 'route')
}

/**
 * Runs a tool to its end with `options.stdin` on its standard input, or with an empty standard input. No exit status is thrown
 * as an error; the status of a tool that a signal ended is 128 plus the number of the signal. UNSUPPORTED when the tool cannot
 * be started.
 */
export function run(tool: Tool, args: readonly string[], options: RunOptions = {}): ToolResult {
  const path = toolPath(tool)
  try {
    return runToEnd(path, [path, ...args], entersJail(tool, args) ? { stdin: options.stdin } : options)
  } catch (cause) {
    if (!(cause instanceof SyscallError)) throw cause
    throw new JailwrightError(
      'UNSUPPORTED',
      cause.errno === 'ENOENT' ? `${path}: this host has no such tool` : `${path}: ${cause.message}`,
      { subject: path, cause },
    )
  }
}
