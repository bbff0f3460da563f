/**
 * Linux's own list of mounts, in the current mount namespace of the kernel process. A mount keeps its number when a
 * directory above its mount point gets another name. f_mntonname of FreeBSD keeps the old name, so only the number tells
 * where a mount is now.
 */
import fs from 'node:fs'
import { mountIdOf } from '../paths.ts'

/** One line of mountinfo (proc_pid_mountinfo(5)). */
export interface LinuxMount {
  id: number
  parent: number
  /** The path where the mount is now. */
  place: string
}

const O_PATH = 0o10000000 | 0o2000000
const O_NOFOLLOW = 0o400000

/** All mounts by their number. */
export function linuxMounts(): Map<number, LinuxMount> {
  const list = new Map<number, LinuxMount>()
  // The file has the bytes of a name, of which a blank, tab, line end and backslash are written in octal.
  for (const line of fs.readFileSync('/proc/thread-self/mountinfo', 'latin1').split('\n')) {
    const [id, parent, , , place] = line.split(' ')
    if (place === undefined) continue
    const bytes = place.replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(parseInt(octal, 8)),
    )
    list.set(Number(id), {
      id: Number(id),
      parent: Number(parent),
      place: Buffer.from(bytes, 'latin1').toString(),
    })
  }
  return list
}

/** How often a mount is looked for while somebody renames the directories above it. */
const TRIES = 50

/**
 * Gives `work` the root of a mount as a path by descriptor, which no rename and no link can lead elsewhere. `otherwise` is
 * the path for a mount that cannot be reached: it is in another mount namespace, or another mount covers it.
 */
export function onMount<T>(id: number | undefined, otherwise: string, work: (root: string) => T): T {
  for (let tries = 0; id !== undefined && tries < TRIES; tries++) {
    const place = linuxMounts().get(id)?.place
    if (place === undefined) break
    const fd = openQuietly(place)
    if (fd === undefined) continue
    try {
      if (mountIdOf(fd) === id) return work(`/proc/self/fd/${fd}`)
    } finally {
      fs.closeSync(fd)
    }
  }
  return work(otherwise)
}

/** The number of the mount that was made last on a directory or file of the mount `parent`. */
export function newMountOn(parent: number): number | undefined {
  // The list is in the order in which the mounts were made.
  return [...linuxMounts().values()].findLast(each => each.parent === parent)?.id
}

function openQuietly(path: string): number | undefined {
  try {
    return fs.openSync(path, O_PATH | O_NOFOLLOW)
  } catch {
    return undefined
  }
}
