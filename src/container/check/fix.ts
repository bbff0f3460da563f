/** `check --fix` and `--unfix`: one file of podman's configuration, written and taken away. Nothing else is touched. */
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
  /** As diff(1) -u shows it; empty when there is nothing to be done. */
  readonly diff: string
  /** Makes the change. Code HOST for a file that is not ours, and what the system calls say. */
  apply(): void
}

/** The change that makes jailwright podman's runtime: the drop-in in `directory`, for the program at `executable`. */
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

/** The change that takes it back: the drop-in goes when it is ours, and its directory when nothing else is in it. */
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

/** What is there; undefined for nothing. Code HOST for what is no plain file. */
function current(path: string): string | undefined {
  const facts = linkStatusOf(path)
  if (facts === undefined) return undefined
  if (facts.kind !== 'file') throw foreign(path, 'it is no plain file')
  return readTextFile(path)
}

function foreign(path: string, hint: string): JailwrightError {
  return new JailwrightError('HOST', `${path} was not written by jailwright`, { subject: path, hint })
}

/** Never over what somebody has put there meanwhile. */
function writeNew(path: string, text: string): void {
  const fd = openFile(path, 'new', 0o644)
  try {
    writeText(fd, text)
  } finally {
    closeFile(fd)
  }
}
