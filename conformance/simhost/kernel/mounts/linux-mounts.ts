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

/** All mounts by their number. */
export function linuxMounts(): Map<number, LinuxMount> {
  const list = new Map<number, LinuxMount>()
  for (const line of fs.readFileSync('/proc/thread-self/mountinfo', 'utf8').split('\n')) {
    const [id, parent, , , place] = line.split(' ')
    if (place === undefined) continue
    const name = place.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)))
    const bytes = Buffer.from(name, 'latin1').toString()
    list.set(Number(id), {
      id: Number(id),
      parent: Number(parent),
      place: /[^\0-\x7f]/.test(place) ? place : bytes,
    })
  }
  return list
}

/** Number of the topmost mount at a path. */
export function mountIdAt(path: string): number | undefined {
  try {
    const fd = fs.openSync(path, O_PATH)
    try {
      return mountIdOf(fd)
    } finally {
      fs.closeSync(fd)
    }
  } catch {
    return undefined
  }
}
