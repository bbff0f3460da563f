/** Runs FreeBSD's tools, by absolute path, as an administrator would. */

import { JailwrightError } from '../errors.ts'
import { existsSync } from './files.ts'
import { closeOnExecFrom } from './process/descriptors.ts'
import { withFewDescriptors } from './process/identity.ts'
import { runToEnd } from './spawn.ts'
import type { RunOptions, Tool, ToolResult } from './types.ts'

/** Where each tool is (hier(7)); a tool that moved between releases has several places. */
const PATHS: Readonly<Record<Tool, readonly [string, ...string[]]>> = {
  jail: ['/usr/sbin/jail'],
  devfs: ['/sbin/devfs'],
  ifconfig: ['/sbin/ifconfig'],
  route: ['/sbin/route'],
  rctl: ['/usr/bin/rctl'],
  cpuset: ['/usr/bin/cpuset', '/bin/cpuset'],
  kldload: ['/sbin/kldload'],
  kldstat: ['/sbin/kldstat'],
  sysctl: ['/sbin/sysctl'],
  ps: ['/bin/ps'],
  jls: ['/usr/sbin/jls'],
  zfs: ['/sbin/zfs'],
}

/** LC_ALL=C: numbers and dates of one form, and FreeBSD's own words in errors. */
const ENVIRONMENT = { PATH: '/sbin:/bin:/usr/sbin:/usr/bin', LC_ALL: 'C' }

let descriptorsMarked = false

/** Absolute path of a tool on this host. */
export function toolPath(tool: Tool): string {
  const [first, ...others] = PATHS[tool]
  if (others.length === 0 || existsSync(first)) return first
  return others.find(path => existsSync(path)) ?? first
}

/**
 * Runs a tool to its end with `options.stdin` or nothing on standard input. Never throws for a status: a tool that a
 * signal ended has 128 + its number. UNSUPPORTED when the tool is missing. The first call marks every descriptor from 3
 * on close-on-exec.
 */
export function run(tool: Tool, args: readonly string[], options: RunOptions = {}): ToolResult {
  const path = toolPath(tool)
  // The caller may have left us descriptors that no tool must see; Node marks only the first few itself.
  if (!descriptorsMarked) closeOnExecFrom(3)
  descriptorsMarked = true
  try {
    return withFewDescriptors(() =>
      runToEnd([path, ...args], {
        cwd: '/',
        env: ENVIRONMENT,
        stdin: options.stdin,
        keepOpen: options.keepOpen,
      }),
    )
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw new JailwrightError(
      'UNSUPPORTED',
      code === 'ENOENT' ? `${path}: this host has no such tool` : `${path}: ${message}`,
      { subject: path, cause },
    )
  }
}
