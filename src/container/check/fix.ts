/** `check --fix` and `--unfix`: write and remove one file of podman's configuration. Nothing else is changed. */
import { errnoOf, JailwrightError } from '../../errors.ts'
import {
  closeFile,
  linkStatusOf,
  makeDirectories,
  openFile,
  readTextFile,
  removeDirectory,
  removeFile,
  writeText,
} from '../../host/files.ts'
import { join } from '../../paths.ts'
import { writeFileAtomic } from '../state/atomic-file.ts'
import { DROP_IN_NAME, dropInText, isDropIn } from './drop-in.ts'
import { unifiedDiff } from './unified-diff.ts'

/** A change of one file that has not been made yet. */
export interface Fix {
  readonly path: string
  /** The change in the form of diff(1) -u; empty when there is nothing to do. */
  readonly diff: string
  /**
   * Makes the change.
   * @throws JailwrightError HOST for a file of another program; SyscallError when a call fails.
   */
  apply(): void
}

/**
 * Returns the change that makes jailwright podman's runtime: the drop-in in `directory`, for the program at
 * `executable`.
 */
export function fix(directory: string, executable?: string): Fix {
  const path = join(directory, DROP_IN_NAME)
  const before = current(path)
  const after = dropInText(executable)
  return {
    path,
    diff: unifiedDiff(path, before, after),
    apply() {
      if (before === after) return
      if (before === undefined) {
        makeDirectories(directory, 0o755)
        writeNew(path, after)
        return
      }
      if (!isDropIn(before)) throw foreign(path, 'move it away first')
      writeFileAtomic(path, after, 0o644)
    },
  }
}

/**
 * Returns the change that takes `fix` back: the drop-in is removed when jailwright wrote it, and the directory when it
 * is then empty.
 */
export function unfix(directory: string): Fix {
  const path = join(directory, DROP_IN_NAME)
  const before = current(path)
  return {
    path,
    diff: unifiedDiff(path, before, undefined),
    apply() {
      if (before === undefined) return
      if (!isDropIn(before)) throw foreign(path, 'remove it by hand if it is not wanted')
      removeFile(path)
      try {
        removeDirectory(directory)
      } catch (error) {
        if (errnoOf(error) !== 'ENOTEMPTY' && errnoOf(error) !== 'EEXIST') throw error
      }
    },
  }
}

/**
 * Returns the text of the file; undefined when there is none.
 * @throws JailwrightError HOST when the path is not a regular file.
 */
function current(path: string): string | undefined {
  const facts = linkStatusOf(path)
  if (facts === undefined) return undefined
  if (facts.kind !== 'file') throw foreign(path, 'it is no plain file')
  return readTextFile(path)
}

function foreign(path: string, hint: string): JailwrightError {
  return new JailwrightError('HOST', `${path} was not written by jailwright`, { subject: path, hint })
}

/** Writes a new file; it fails when somebody has put another file there meanwhile. */
function writeNew(path: string, text: string): void {
  const fd = openFile(path, 'new', 0o644)
  try {
    writeText(fd, text, path)
  } finally {
    closeFile(fd)
  }
}
