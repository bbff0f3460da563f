/** Removes names that jailwright made in the container's root, by the descriptors of the directories that hold them. */

import { errnoOf } from '../../errors.ts'
import {
  changeDirectory,
  linkStatusOf,
  readLink,
  realPath,
  removeDirectory,
  removeFile,
} from '../../host/files.ts'
import type { BeneathTarget, Host } from '../../host/types.ts'
import { basename, dirname } from '../../paths.ts'

/** Opens the directory that holds a name below a root; undefined when it is gone or is another kind of object. */
export function openHolder(
  host: Host,
  root: string,
  path: string,
  passed?: number[],
): BeneathTarget | undefined {
  try {
    return host.process.openBeneath(root, dirname(path), passed === undefined ? {} : { passed })
  } catch (error) {
    // Any other error, such as EMFILE or EIO, says nothing about the directory.
    if (GONE.has(errnoOf(error) ?? '')) return undefined
    throw error
  }
}

/** Errors that mean that the container put another object in the way, or that the whole root was removed. */
const GONE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP'])

/**
 * The directories of the last walk. A path that was made is removed from its end, so the next name is mostly in the
 * directory above, and a path of a thousand directories needs one walk in place of a thousand. An open directory keeps
 * its file system busy: `close` comes before anything is unmounted.
 */
export class Trail {
  readonly #host: Host
  /** The root and the directory below it to which the walk led. */
  #root = ''
  #directory: readonly string[] = []
  /** Open directories from the root on, one more than there are names in `#directory`; empty when nothing is held. */
  #held: number[] = []

  constructor(host: Host) {
    this.#host = host
  }

  /** Gives the directory that holds a name, as a descriptor of the trail; undefined when it is gone. */
  holder(root: string, path: string): number | undefined {
    const wanted = namesOf(dirname(path))
    const isAbove =
      this.#held.length > 0 && this.#root === root && wanted.every((name, at) => this.#directory[at] === name)
    if (isAbove && wanted.length < this.#held.length) return this.#held[wanted.length]
    this.close()
    const passed: number[] = []
    const found = openHolder(this.#host, root, path, passed)
    if (!found) return undefined
    this.#root = root
    this.#held = [...passed, found.fd]
    // Behind a link the directories are others than the names say, so only the last one counts.
    const isStraight = passed.length === wanted.length && found.path === straight(root, wanted)
    this.#directory = isStraight ? wanted : [NO_NAME]
    return found.fd
  }

  close(): void {
    for (const fd of this.#held) this.#host.process.close(fd)
    this.#held = []
  }
}

/** Equals no component of a path. */
const NO_NAME = '/'

function namesOf(path: string): string[] {
  return path.split('/').filter(name => name !== '' && name !== '.')
}

function straight(root: string, names: readonly string[]): string {
  const real = realPath(root)
  return names.length === 0 ? real : `${real === '/' ? '' : real}/${names.join('/')}`
}

/** Removes an empty directory or file that jailwright made. No link is followed on the way to it. */
export function removeBeneath(
  host: Host,
  trail: Trail,
  root: string,
  path: string,
  kind: 'dir' | 'file',
  link?: string,
): void {
  const holder = trail.holder(root, path)
  if (holder === undefined) return
  host.process.fchdir(holder)
  try {
    removeQuietly(() => {
      const name = basename(path)
      const facts = linkStatusOf(name)
      if (!facts) return
      if (kind === 'dir') {
        if (facts.kind === 'dir') removeDirectory(name)
      } else if (facts.kind === 'link') {
        if (readLink(name) === link) removeFile(name)
      } else if (facts.kind === 'socket' || (facts.kind === 'file' && facts.size === 0)) {
        removeFile(name)
      }
    })
  } finally {
    changeDirectory('/')
  }
}

/** Errors that mean that the object is gone, or in use by files of the container, or on a read-only file system. */
const HARMLESS = new Set(['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EROFS', 'EBUSY', 'EPERM'])

/** Runs a removal; an error that leaves nothing to remove is none. */
export function removeQuietly(action: () => void): void {
  try {
    action()
  } catch (error) {
    if (!HARMLESS.has(errnoOf(error) ?? '')) throw error
  }
}
