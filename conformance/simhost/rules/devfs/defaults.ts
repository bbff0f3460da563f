import { Output } from '../../text/output.ts'
import type { DevfsKernel, DevfsMount } from './kernel.ts'
import { parseRule } from './rules.ts'

const pty = (kind: string, letters: string): string[] =>
  [...letters].map(letter => `path ${kind}${letter}* unhide`)

/** /etc/defaults/devfs.rules of 15.1, by set. */
const DEFAULT_RULES: readonly (readonly [number, readonly string[]])[] = [
  [1, ['hide']],
  [2, ['null', 'zero', 'crypto', 'random', 'urandom'].map(name => `path ${name} unhide`)],
  [
    3,
    [
      ...pty('pty', 'pqrsPQRS'),
      ...pty('pty', 'lmnoLMNO'),
      ...pty('tty', 'pqrsPQRS'),
      ...pty('tty', 'lmnoLMNO'),
      ...['ptmx', 'pts', 'pts/*', 'fd', 'fd/*', 'stdin', 'stdout', 'stderr'].map(
        name => `path ${name} unhide`,
      ),
    ],
  ],
  [4, ['include 1', 'include 2', 'include 3', 'path fuse unhide', 'path zfs unhide']],
  [5, ['include 1', 'include 2', 'include 3', 'include 4', 'path pf unhide']],
]

/**
 * Does what rc.d/devfs does at boot and at `service devfs restart`: it empties the named sets and fills them again. Other
 * sets stay.
 */
export function loadDefaultRules(kernel: DevfsKernel, mount: DevfsMount): void {
  const out = new Output('devfs rule')
  for (const [set, lines] of DEFAULT_RULES) {
    kernel.removeAll(mount, set)
    for (const line of lines) kernel.add(mount, set, parseRule(line.split(' '), out))
  }
}
