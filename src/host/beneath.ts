/**
 * Resolving a path inside a root directory whose contents an attacker controls. Each component is opened from the descriptor of
 * the one before it. Links, absolute ones too, are resolved inside the root, and `..` does not leave it.
 */

import { SyscallError } from '../errors.ts'
import { errorText } from './abi/error-text.ts'
import { abi } from './abi/index.ts'
import { nameOf } from './ffi/file-names.ts'
import { call, cString, lastErrno, lastError } from './ffi/index.ts'
import { memory } from './ffi/memory.ts'
import {
  changeDirectory,
  changeUmask,
  realPath,
  removeDirectory,
  removeFile,
  statusOfDescriptor,
} from './files.ts'
import { close, fchdir } from './process/descriptors.ts'
import type { BeneathTarget } from './types.ts'

/**
 * The number of links that are followed, as on Linux. FreeBSD's namei(9) follows 32 (MAXSYMLINKS), so this refuses no path of
 * FreeBSD.
 */
const MAX_LINKS = 40
const PATH_MAX = 4096
const DIRECTORY_MODE = 0o755
const FILE_MODE = 0o644

/** What `openBeneath` makes. */
export interface BeneathOptions {
  /** Makes missing components: directories on the way, and an object of this kind at the end. */
  create?: 'dir' | 'file'
  /** Permission bits of the last component when it is made (default 0755 or 0644); the umask does not change them. */
  mode?: number
  /** Called for each missing object with its host path; it records the undo, then calls `make`, which makes the object. */
  onCreate?: (path: string, kind: 'dir' | 'file', make: () => void) => void
  /** Filled with the open directories from the root down to the one above the result; the caller closes them. */
  passed?: number[]
}

/** One open component of the path; the first one is the root. */
interface Entry {
  fd: number
  name: string
}

/**
 * Finds `destination` below `root`; see `ProcessCalls.openBeneath`. undefined when the destination is missing and `create`
 * is not given. ENOTDIR when a component on the way is no directory, ELOOP after 40 links; both name the destination. A
 * failure removes the objects that were made before it.
 */
export function openBeneath(
  root: string,
  destination: string,
  options: BeneathOptions = {},
): BeneathTarget | undefined {
  const walk = new Walk(realPath(root), destination, options)
  let target: BeneathTarget | undefined
  try {
    target = walk.run()
    return target
  } catch (error) {
    walk.undo()
    throw error
  } finally {
    walk.closeAllBut(target?.fd)
  }
}

class Walk {
  readonly #root: string
  readonly #destination: string
  readonly #options: BeneathOptions
  /** Open directories from the root to the current one; `..` drops the last, so no parent is looked up by name. */
  readonly #path: Entry[]
  readonly #created: { path: string; kind: 'dir' | 'file'; parent: number; name: string }[] = []
  /** The components that are still to be resolved, in reverse order. */
  readonly #todo: string[]
  #links = 0

  constructor(root: string, destination: string, options: BeneathOptions) {
    this.#root = root
    this.#destination = destination
    this.#options = options
    this.#todo = components(destination)
    this.#path = [{ fd: this.#open(abi.atFdcwd, root, abi.open.DIRECTORY), name: '' }]
  }

  /** Gives the current component. */
  get #top(): Entry {
    return this.#path[this.#path.length - 1]!
  }

  run(): BeneathTarget | undefined {
    for (;;) {
      const name = this.#todo.pop()
      if (name === undefined) return this.#finish()
      if (statusOfDescriptor(this.#top.fd).kind !== 'dir') throw this.#error('ENOTDIR')
      if (name === '..') {
        if (this.#path.length > 1) close(this.#path.pop()!.fd)
      } else if (!this.#enter(name)) return undefined
    }
  }

  /**
   * Enters the component `name`: follows a link, makes a missing component. False when it is missing and `create` is absent.
   */
  #enter(name: string): boolean {
    const parent = this.#top
    // The component can change between two calls, so they are repeated. The limit ends the loop when a process keeps changing
    // it.
    for (let attempt = 0; attempt < 16; attempt++) {
      const fd = call(
        'openat',
        parent.fd,
        cString(name),
        abi.open.PATH | abi.open.NOFOLLOW | abi.open.CLOEXEC,
        0,
      )
      if (fd !== -1) {
        if (statusOfDescriptor(fd).kind !== 'link') {
          this.#path.push({ fd, name })
          return true
        }
        close(fd)
        if (this.#follow(parent.fd, name)) return true
        continue
      }
      const errno = lastErrno()
      // A kernel that does not open a link with O_PATH answers EMLINK (FreeBSD) or ELOOP.
      if ((errno === 'EMLINK' || errno === 'ELOOP') && this.#follow(parent.fd, name)) return true
      if (errno === 'EMLINK' || errno === 'ELOOP' || errno === 'EINTR') continue
      if (errno !== 'ENOENT') throw this.#error(errno)
      if (this.#options.create === undefined) return false
      this.#make(parent.fd, name)
    }
    throw this.#error('EAGAIN')
  }

  /** Puts the components of a link before the remaining ones. False when the component is no longer a link. */
  #follow(parent: number, name: string): boolean {
    const buffer = memory(PATH_MAX)
    const length = call('readlinkat', parent, cString(name), buffer, buffer.length)
    if (length === -1) return false
    if (++this.#links > MAX_LINKS) throw this.#error('ELOOP')
    const target = nameOf(buffer.subarray(0, length))
    if (target.startsWith('/')) while (this.#path.length > 1) close(this.#path.pop()!.fd)
    this.#todo.push(...components(target))
    return true
  }

  /** Makes a missing component, with `onCreate` when that is given. */
  #make(parent: number, name: string): void {
    const last = this.#todo.length === 0
    const kind = last ? this.#options.create! : 'dir'
    const mode = (last ? this.#options.mode : undefined) ?? (kind === 'dir' ? DIRECTORY_MODE : FILE_MODE)
    const path = [this.#hostPath(), name].join('/')
    const make = () => this.#makeAt(parent, name, kind, mode, path)
    if (this.#options.onCreate) this.#options.onCreate(path, kind, make)
    else make()
  }

  /** Makes an object in the directory `parent` and remembers it; it is no error when another process has made it meanwhile. */
  #makeAt(parent: number, name: string, kind: 'dir' | 'file', mode: number, path: string): void {
    const umask = changeUmask(0)
    let errno: string | undefined
    try {
      if (kind === 'dir') {
        if (call('mkdirat', parent, cString(name), mode) === -1) errno = lastErrno()
      } else {
        const flags = abi.open.CREAT | abi.open.EXCL | abi.open.NOFOLLOW | abi.open.CLOEXEC
        const fd = call('openat', parent, cString(name), flags, mode)
        if (fd === -1) errno = lastErrno()
        else close(fd)
      }
    } finally {
      changeUmask(umask)
    }
    if (errno === undefined) {
      const again = call('openat', parent, cString('.'), abi.open.PATH | abi.open.CLOEXEC, 0)
      this.#created.push({ path, kind, parent: again, name })
    } else if (errno !== 'EEXIST') throw this.#error(errno)
  }

  #finish(): BeneathTarget {
    const { fd } = this.#top
    const found = statusOfDescriptor(fd).kind
    const kind = found === 'dir' || found === 'file' || found === 'socket' ? found : 'other'
    return { fd, path: this.#hostPath() || '/', kind, created: this.#created.map(({ path }) => path) }
  }

  #hostPath(): string {
    const below = this.#path.slice(1).map(({ name }) => `/${name}`)
    return (this.#root === '/' ? '' : this.#root) + below.join('')
  }

  #open(directory: number, path: string, flags: number): number {
    const fd = call('openat', directory, cString(path), abi.open.PATH | abi.open.CLOEXEC | flags, 0)
    if (fd === -1) throw lastError('open', path)
    return fd
  }

  #error(errno: string): SyscallError {
    return new SyscallError('resolve', errno, errorText(errno), `${this.#destination} in ${this.#root}`)
  }

  /** Removes the objects that were made, innermost first. A directory that another process has filled meanwhile stays. */
  undo(): void {
    for (const { kind, parent, name } of [...this.#created].reverse()) {
      // The object is removed from the directory in which it was made, by descriptor, because its path may lead elsewhere by
      // now.
      try {
        fchdir(parent)
        if (kind === 'dir') removeDirectory(name)
        else removeFile(name)
      } catch {
      } finally {
        changeDirectory('/')
      }
    }
  }

  closeAllBut(fd: number | undefined): void {
    const { passed } = this.#options
    for (const entry of this.#path) {
      if (entry.fd === fd) continue
      if (passed !== undefined && fd !== undefined) passed.push(entry.fd)
      else close(entry.fd)
    }
    for (const { parent } of this.#created) if (parent !== -1) close(parent)
  }
}

/** Gives the components of a path in reverse order, without empty ones and `.`. */
function components(path: string): string[] {
  return path
    .split('/')
    .filter(name => name !== '' && name !== '.')
    .reverse()
}
